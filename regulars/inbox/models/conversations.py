from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models import Channel, Thread
from regulars.people.models import Person
from regulars.team.models import Member, Team
from regulars.team.rules import Scope, allowed, may


class State(models.TextChoices):
    """Whose turn it is."""

    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for the customer")
    SNOOZED = "snoozed", _("Snoozed")
    CLOSED = "closed", _("Closed")
    SPAM = "spam", _("Spam")


class Priority(models.IntegerChoices):
    """How pressing a conversation is."""

    LOW = 0, _("Low")
    NORMAL = 1, _("Normal")
    HIGH = 2, _("High")
    URGENT = 3, _("Urgent")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def whole(self) -> ConversationQuerySet:
        """Leave out those that became part of another."""
        return self.filter(merged_into__isnull=True)

    def visible_to(self, seer: Any, verb: str = "conversations.see") -> ConversationQuerySet:
        """Keep the conversations this member or key may see (or do `verb` to)."""
        return self.filter(reach(seer, verb))


def reach(seer: Any, verb: str, at: str = "") -> Q:
    """Return the condition on conversations within reach, or on rows that lead to one by the path `at`.

    Those handed to a member or their teams, those of customers in their reach, and those that are nobody's: neither the
    conversation nor the customer has anybody. Nobody known wrote: only who may see such mail, or to whom it was handed.
    """

    def that(**said: Any) -> Q:
        return Q(**{at + name: value for name, value in said.items()})

    def person(**said: Any) -> Q:
        # Nobody is of no team: asked of an empty list, the answer would be a number to the database, not false.
        if [] in said.values():
            return Q(pk__in=[])
        if at:
            return that(**{f"person__{name}": value for name, value in said.items()})
        return Q(_their_person(**said))

    scope = allowed(seer, verb)
    if scope == Scope.NONE:
        return Q(pk__in=[])
    known = that(person__isnull=False) & person(deleted_at__isnull=True)
    alive = that(pk__isnull=False) & (that(person__isnull=True) | known)
    if scope == Scope.ALL and may(seer, "unclaimed.see"):
        return alive
    teams, member = seer.team_ids, seer.member_id
    mine = that(assignee=member) | person(keeper=member) if member is not None else Q(pk__in=[])
    handed = mine | that(team__in=teams) if scope > Scope.OWN else mine
    if scope == Scope.ALL:
        return known | (alive & handed)
    if scope == Scope.OWN:
        return alive & mine
    unclaimed = that(assignee__isnull=True, team__isnull=True)
    nobodys = unclaimed & person(team__isnull=True, keeper__isnull=True)
    return (alive & handed) | (known & (person(team__in=teams) | nobodys))


def _their_person(**said: Any) -> Coalesce:
    """Ask something of a conversation's person, one row by its number.

    EXISTS beside an OR lets the planner read all people into a hash first; a value it looks up only for the few rows of a list,
    which goes by its own index in its own order.
    """
    whom = Person.objects.filter(pk=OuterRef("person_id"))
    answer = whom.values(hit=ExpressionWrapper(Q(**said), output_field=models.BooleanField()))
    return Coalesce(Subquery(answer), False, output_field=models.BooleanField())


class Conversation(models.Model):
    """The work around one thread: who answers it, whose turn it is, how pressing it is.

    `sequence` is raised by every change, so that a window knows what it missed and a reply what happened meanwhile.
    """

    # The column is called id because lists and filters know every subject by that name.
    thread = models.OneToOneField(
        Thread, primary_key=True, db_column="id", on_delete=models.CASCADE, related_name="conversation"
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    assignee = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations",
        verbose_name=_("assignee"), db_index=False,
    )  # fmt: skip
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations",
        verbose_name=_("team"), db_index=False,
    )  # fmt: skip
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    tag_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # Whoever is given it by turn or by load must have these.
    skill_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="conversations", db_index=False
    )
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="conversations", db_index=False
    )
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    # Who wrote last and how it begins, so that a list reads one table.
    sender = models.CharField(max_length=320, blank=True)
    beginning = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    last_message_at = models.DateTimeField(_("last message"))
    last_message_id = models.BigIntegerField(default=0)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    first_answered_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reopened_count = models.PositiveIntegerField(_("reopened"), default=0)
    sequence = models.PositiveBigIntegerField(default=0)
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="followed_by"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged"
    )

    objects: ClassVar[models.Manager[Conversation]] = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        # Each list is one index read in its own order; what is done with is left out of the small ones.
        indexes: ClassVar = [
            models.Index(
                fields=["assignee", "state", "waiting_since", "thread"], name="conversation_of_member",
                condition=Q(merged_into__isnull=True, assignee__isnull=False, state__in=("open", "waiting", "snoozed")),
            ),
            models.Index(
                fields=["team", "waiting_since", "thread"], name="conversation_of_team",
                condition=Q(merged_into__isnull=True, team__isnull=False, state="open"),
            ),
            models.Index(
                fields=["waiting_since", "thread"], name="conversation_open",
                condition=Q(merged_into__isnull=True, state="open"),
            ),
            models.Index(
                fields=["waiting_since", "thread"], name="conversation_unassigned",
                condition=Q(merged_into__isnull=True, state="open", assignee__isnull=True),
            ),
            models.Index(
                fields=["last_message_at", "thread"], name="conversation_waiting",
                condition=Q(merged_into__isnull=True, state="waiting"),
            ),
            models.Index(
                fields=["snoozed_until", "thread"], name="conversation_snoozed",
                condition=Q(merged_into__isnull=True, state="snoozed"),
            ),
            models.Index(
                fields=["closed_at", "thread"], name="conversation_closed",
                condition=Q(merged_into__isnull=True, state="closed"),
            ),
            models.Index(
                fields=["last_message_at", "thread"], name="conversation_newest", condition=Q(merged_into__isnull=True)
            ),
            models.Index(fields=["person", "-last_message_at"], name="conversation_of_person"),
            GinIndex(fields=["tag_ids"], name="conversation_tags"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject or str(_("(no subject)"))

    @property
    def is_closed(self) -> bool:
        """Tell whether it is dealt with."""
        return self.state in (State.CLOSED, State.SPAM)

    @property
    def with_whom(self) -> str:
        """With whom it is, in words; needs the person read with it."""
        return (self.person.name if self.person else "") or self.sender or str(_("Unknown sender"))

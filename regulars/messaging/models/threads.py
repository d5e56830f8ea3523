from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.people.models import Person
from regulars.team.rules import may, row_rule

Way = Callable[[Any], Q]
_ways: list[Way] = []


def let_see(way: Way) -> Way:
    """Let a higher room say which threads somebody may see besides those of people in their reach."""
    _ways.append(way)
    return way


class ThreadQuerySet(models.QuerySet["Thread"]):
    def whole(self) -> ThreadQuerySet:
        """Leave out those that became part of another."""
        return self.filter(merged_into__isnull=True)

    def visible_to(self, seer: Any, verb: str = "messages.see") -> ThreadQuerySet:
        """Keep the threads of people this member or key may see; those of nobody known need a verb of their own."""
        of_people = Q(person__isnull=False, person__deleted_at__isnull=True) & row_rule(
            seer, verb, keeper="person__keeper", team="person__team"
        )
        seen = of_people | Q(person__isnull=True) if may(seer, "unclaimed.see") else of_people
        for way in _ways if may(seer, verb) else ():
            seen |= way(seer)
        return self.filter(seen)


class Thread(models.Model):
    """Messages that belong together; `subject` is without prefixes such as «Re:»."""

    subject = models.CharField(_("subject"), max_length=300, blank=True)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="threads", db_index=False
    )
    started_at = models.DateTimeField(_("started"))
    last_message_at = models.DateTimeField(_("last message"))
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")

    objects: ClassVar[models.Manager[Thread]] = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes: ClassVar = [
            models.Index(fields=["person", "-last_message_at", "-id"], name="thread_of_person"),
        ]

    def __str__(self) -> str:
        return self.subject or str(_("(no subject)"))


class Participant(models.Model):
    """Somebody who takes part in a thread, by the address they write from."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="participants", db_index=False)
    email = models.CharField(max_length=320, db_collation="C")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="participations")
    # They take part because this thread was joined to theirs, and no longer when it is parted again.
    through = models.ForeignKey(Thread, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "email"], name="participant_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["email", "-thread"], name="participant_by_email")]

    def __str__(self) -> str:
        return self.email

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models.conversations import Conversation
from regulars.team.models import Member, Team
from regulars.team.rules import Scope, allowed

CHANGE = "macros.change"


class MacroQuerySet(models.QuerySet["Macro"]):
    def live(self) -> MacroQuerySet:
        """Leave out those put away."""
        return self.filter(archived_at__isnull=True)

    def usable_by(self, seer: Any) -> MacroQuerySet:
        """Keep those of everybody, of this member's teams, and their own."""
        everybodys = Q(team__isnull=True, owner__isnull=True)
        theirs = Q(owner=seer.member_id) if seer.member_id is not None else Q(pk__in=[])
        return self.live().filter(everybodys | Q(team__in=seer.team_ids) | theirs)

    def changeable_by(self, seer: Any) -> MacroQuerySet:
        """Keep those this member or key may change: who sets things up all, everybody else their own."""
        scope = allowed(seer, CHANGE)
        if scope == Scope.ALL:
            return self.filter(Q(owner__isnull=True) | Q(owner=seer.member_id))
        if scope == Scope.NONE or seer.member_id is None:
            return self.none()
        return self.filter(owner=seer.member_id)


class Macro(models.Model):
    """Steps that are done together on a conversation by one key; `steps` holds what is to be done by name."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveIntegerField(default=0)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("team")
    )
    # Whose own it is; nobody else is offered it.
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.CASCADE, related_name="macros")
    steps = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Macro]] = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name


class MacroUse(models.Model):
    """That a macro was run on a conversation, and what it changed there, so that it can be taken back."""

    macro = models.ForeignKey(Macro, on_delete=models.CASCADE, related_name="uses", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    # Those of one press of the key, however many conversations it was for.
    batch = models.CharField(max_length=32, db_collation="C")
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()
    # By name what stood before and what afterwards, and the numbers of what was made.
    changes = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["macro", "-at"], name="macro_use"),
            models.Index(fields=["batch"], name="macro_use_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.macro_id} {self.conversation_id}"

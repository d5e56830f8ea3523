"""Does caring pay, and the scorecard: what was spent, what was fixed, and what is aimed at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.people.models import View
from regulars.team.models import Member


class Definition(models.Model):
    """A number or a list of words that the business has fixed of its measures' definitions, by the name of the choice."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.name


class Aim(models.TextChoices):
    """Whether something is spent to win customers or to keep them."""

    WIN = "win", _("Win customers")
    KEEP = "keep", _("Keep customers")


class CostKind(models.TextChoices):
    """What money was spent on."""

    HOURS = "hours", _("Hours")
    REWARDS = "rewards", _("Rewards")
    GIFTS = "gifts", _("Gifts")
    MESSAGES = "messages", _("Messages")
    TOOLS = "tools", _("Tools")
    SPEND = "spend", _("Advertising")
    OTHER = "other", _("Other")


class Cost(models.Model):
    """What was spent from one day to another (both counted), in the business's currency; spread evenly over its days.

    `programme` is a name of the business's own; whom it was for is the saved list `people`, if there is one.
    """

    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    kind = models.CharField(_("kind"), max_length=20, choices=CostKind.choices)
    aim = models.CharField(_("aim"), max_length=10, choices=Aim.choices)
    programme = models.CharField(_("programme"), max_length=80, blank=True)
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    people = models.ForeignKey(
        View, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("for whom")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="cost_days_in_order", condition=Q(last_on__gte=F("first_on"))),
            models.CheckConstraint(name="cost_not_negative", condition=Q(amount_minor__gte=0)),
        ]
        indexes: ClassVar = [models.Index(fields=["last_on", "first_on"], name="cost_by_days")]

    def __str__(self) -> str:
        return f"{self.programme or self.kind} {self.first_on}–{self.last_on}"


class Goal(models.Model):
    """One measure of the scorecard: where it stood, where it shall stand by when, and who cares for it.

    Values are in the measure's own unit (a rate between 0 and 1, money in minor units); `deeds` are what is done for it, each with a
    text and the day it began.
    """

    metric = models.CharField(_("measure"), max_length=80)
    people = models.ForeignKey(View, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    baseline = models.FloatField(_("baseline"))
    baseline_on = models.DateField(_("baseline of"))
    target = models.FloatField(_("target"))
    due_on = models.DateField(_("by"))
    owner = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("owner")
    )
    deeds = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="goal_days_in_order", condition=Q(due_on__gt=F("baseline_on"))),
        ]

    def __str__(self) -> str:
        return self.metric

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """How far the relationship has come."""

    REACHED = "reached", _("Reached")
    ACQUIRED = "acquired", _("Acquired")
    NURTURED = "nurtured", _("Nurtured")
    RETAINED = "retained", _("Retained")
    ADVOCATE = "advocate", _("Advocate")


class Health(models.TextChoices):
    """How the relationship is doing, beside the stage; empty until there is a first purchase."""

    NONE = "", _("Not yet known")
    STEADY = "steady", _("Steady")
    WAVERING = "wavering", _("Wavering")
    AT_RISK = "at_risk", _("At risk")
    LAPSED = "lapsed", _("Lapsed")
    WON_BACK = "won_back", _("Won back")


class Axis(models.TextChoices):
    """Which of the two a rule or an interval is about."""

    STAGE = "stage", _("Stage")
    HEALTH = "health", _("Health")


class OnePerson(Func):
    """A person's id as a one-number range, so that core GiST can compare it without an extension."""

    template = "int8range(%(expressions)s, '[]')"

    def __init__(self, person: str = "person") -> None:
        super().__init__(F(person), F(person))


class StageInterval(models.Model):
    """The time a person spent in one stage or health; the open one has no upper bound.

    A person without any interval on the stage axis has been *reached* since they were added: nothing is written
    for that, so that importing a million people writes no million intervals.
    """

    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="intervals", db_index=False
    )
    axis = models.CharField(max_length=6, choices=Axis.choices)
    value = models.CharField(max_length=12)
    during = DateTimeRangeField()
    reason = models.CharField(max_length=300, blank=True)
    is_by_rule = models.BooleanField(default=True)
    actor_kind = models.CharField(max_length=10, default="clock")
    actor_label = models.CharField(max_length=200, blank=True)
    member_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("person", "axis", "during")
        indexes: ClassVar = [models.Index(fields=["person", "axis"], name="interval_of_person")]
        constraints: ClassVar = [
            ExclusionConstraint(
                name=f"interval_{axis}_no_overlap",
                expressions=[(OnePerson(), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
                condition=Q(axis=axis),
            )
            for axis in ("stage", "health")
        ]

    def __str__(self) -> str:
        return f"{self.axis} {self.value} {self.during}"


class StageRule(models.Model):
    """When a person reaches a stage or a health: a filter over fields and traits, checked on events and nightly."""

    axis = models.CharField(max_length=6, choices=Axis.choices)
    value = models.CharField(max_length=12)
    name = models.CharField(_("name"), max_length=120)
    condition = models.JSONField(_("condition"), default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("active"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("axis", "position")

    def __str__(self) -> str:
        return self.name

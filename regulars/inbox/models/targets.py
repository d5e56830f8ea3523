from __future__ import annotations

from datetime import datetime
from typing import ClassVar, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.inbox.engine.targets import FIRST, NEXT, RESOLUTION, ResponseClock
from regulars.inbox.models.conversations import Conversation
from regulars.inbox.models.hours import BusinessHours
from regulars.team.models import Member


class ClockKind(models.TextChoices):
    """What was promised."""

    FIRST = FIRST, _("First answer")
    NEXT = NEXT, _("Next answer")
    RESOLUTION = RESOLUTION, _("Resolution")


class ResponseTarget(models.Model):
    """How soon certain conversations are answered: the first target in order whose conditions hold is the one.

    `condition` is a filter over conversations, `people` one over their customers; empty ones hold always.
    """

    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    condition = models.JSONField(default=dict, blank=True)
    people = models.JSONField(default=dict, blank=True)
    hours = models.ForeignKey(
        BusinessHours, null=True, blank=True, on_delete=models.PROTECT, related_name="targets",
        verbose_name=_("business hours"),
    )  # fmt: skip
    first_minutes = models.PositiveIntegerField(_("first answer within"), null=True, blank=True)
    next_minutes = models.PositiveIntegerField(_("next answer within"), null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField(_("resolved within"), null=True, blank=True)
    warn_minutes = models.PositiveIntegerField(_("warn before"), default=15)
    escalate_to = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("hand over to"),
    )
    notified = models.ManyToManyField(Member, blank=True, related_name="+", verbose_name=_("tell"))
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("response target")
        verbose_name_plural = _("response targets")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name

    def minutes(self, kind: str) -> int | None:
        """Return how many minutes are allowed for a kind of promise; None when none is made."""
        return {FIRST: self.first_minutes, NEXT: self.next_minutes, RESOLUTION: self.resolution_minutes}[kind]


class Timed(NamedTuple):
    """What of a clock tells how it stands."""

    kind: str
    started_at: datetime
    allowed: int | None
    due_at: datetime | None
    warn_at: datetime | None
    missed_at: datetime | None

    def urgency(self, at: datetime) -> str:
        """Say how it stands in one word: standing, missed, soon, running or none."""
        if self.missed_at is not None or (self.due_at is not None and self.due_at <= at):
            return "missed"
        if self.due_at is None:
            return "standing" if self.allowed is not None else "none"
        return "soon" if self.warn_at is not None and self.warn_at <= at else "running"


class ClockQuerySet(models.QuerySet["Clock"]):
    def running_or_standing(self) -> ClockQuerySet:
        """Keep the clocks that have not come to their end."""
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)

    def breaching(self) -> ClockQuerySet:
        """Keep those that warned or are missed, and still wait."""
        return self.running_or_standing().filter(Q(warned_at__isnull=False) | Q(missed_at__isnull=False))


class Clock(models.Model):
    """One promise in one conversation, counted in open seconds; without `allowed` it only measures."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="clocks", db_index=False
    )
    kind = models.CharField(max_length=10, choices=ClockKind.choices)
    target = models.ForeignKey(ResponseTarget, null=True, on_delete=models.SET_NULL, related_name="clocks")
    hours = models.ForeignKey(
        BusinessHours, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    allowed = models.PositiveIntegerField(null=True)
    warn_before = models.PositiveIntegerField(default=0)
    # Open seconds used before it last began to count.
    used = models.PositiveBigIntegerField(default=0)
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    objects: ClassVar[models.Manager[Clock]] = ClockQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "kind"],
                name="clock_once",
                condition=Q(done_at=None, cancelled_at=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "id"], name="clock_of_conversation"),
            models.Index(
                fields=["due_at"], name="clock_due",
                condition=Q(due_at__isnull=False, missed_at=None, done_at=None, cancelled_at=None),
            ),
            models.Index(
                fields=["warn_at"], name="clock_to_warn",
                condition=Q(warn_at__isnull=False, warned_at=None, missed_at=None, done_at=None, cancelled_at=None),
            ),
            models.Index(
                fields=["due_at", "conversation"], name="clock_breaching",
                condition=Q(warned_at__isnull=False, done_at=None, cancelled_at=None),
            ),
            models.Index(fields=["kind", "done_at"], name="clock_done", condition=Q(done_at__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.kind}"

    @property
    def is_open(self) -> bool:
        """Tell whether it has not come to its end."""
        return self.done_at is None and self.cancelled_at is None

    @property
    def is_kept(self) -> bool:
        """Tell whether a promise was met in time."""
        return self.done_at is not None and self.missed_at is None

    def engine(self) -> ResponseClock:
        """Return it as the engine reckons with it; one that only measures is never due."""
        return ResponseClock(
            allowed=self.allowed or 0, warn_before=self.warn_before, used=self.used,
            running_since=self.running_since, done_at=self.done_at,
        )  # fmt: skip

    def take(self, clock: ResponseClock) -> None:
        """Take over what the engine reckoned."""
        self.used, self.running_since, self.done_at = clock.used, clock.running_since, clock.done_at

    def urgency(self, at: datetime) -> str:
        """Say how it stands in one word: standing, missed, soon, running or none."""
        return Timed(
            self.kind, self.started_at, self.allowed, self.due_at, self.warn_at, self.missed_at
        ).urgency(at)

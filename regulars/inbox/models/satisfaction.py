from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models.conversations import Conversation
from regulars.people.models import Person
from regulars.team.models import Member

HAPPY_FROM = 4


class SatisfactionSettings(models.Model):
    """Whether customers are asked how it went, and how; one row."""

    is_active = models.BooleanField(_("ask after closing"), default=False)
    wait_hours = models.PositiveIntegerField(_("hours to wait"), default=2)
    quiet_days = models.PositiveIntegerField(_("days of peace between two requests"), default=30)

    def __str__(self) -> str:
        return str(_("satisfaction request"))

    @classmethod
    def current(cls) -> SatisfactionSettings:
        """Return the settings, or their defaults before anything was saved."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Satisfaction(models.Model):
    """One request of how a conversation went, and the answer; `due_at` is when it is asked, null when it was or never is."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="satisfactions", db_index=False
    )
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # Who had it when it was closed: the score is about their work.
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    secret = models.CharField(max_length=43, unique=True, db_collation="C")
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=30, blank=True)
    score = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    comment = models.TextField(max_length=4_000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation"], name="satisfaction_once", condition=Q(answered_at=None, due_at__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="satisfaction_score_in_range"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="satisfaction_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["conversation", "-id"], name="satisfaction_of_talk"),
            models.Index(fields=["answered_at"], name="satisfaction_given", condition=Q(score__isnull=False)),
            models.Index(
                fields=["person", "-asked_at"], name="satisfaction_of_person", condition=Q(asked_at__isnull=False)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.score or ''}"


class FollowUp(models.Model):
    """A reminder to look at a conversation again after it was closed."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="follow_ups", db_index=False
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(_("what for"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("when"))
    created_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="follow_up_due", condition=Q(reminded_at=None, cancelled_at=None)
            ),
            models.Index(fields=["conversation"], name="follow_up_of_talk"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.note or str(self.due_at)

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models.messages import Message


class MessageClass(models.TextChoices):
    """Why a message is sent; it decides who has to be asked first."""

    ANSWER = "answer", _("An answer")
    LEGAL = "legal", _("Required by law")
    SERVICE = "service", _("About an order or a promise")
    CARE = "care", _("Care")
    SELLING = "selling", _("Selling")


# These go past consent, caps and quiet hours: somebody asked, or the law does.
UNASKED_CLASSES = (MessageClass.ANSWER, MessageClass.LEGAL)


class Role(models.TextChoices):
    """In which line of the letter a recipient stands."""

    TO = "to", _("To")
    CC = "cc", _("Copy")
    BCC = "bcc", _("Blind copy")


class SendingState(models.TextChoices):
    """How far one message to one recipient has come."""

    HELD = "held", _("About to be sent")
    WAITING = "waiting", _("Waiting for another try")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Arrived")
    BOUNCED = "bounced", _("Came back")
    COMPLAINED = "complained", _("Reported as spam")
    FAILED = "failed", _("Refused")
    UNCERTAIN = "uncertain", _("Perhaps sent")
    SUPPRESSED = "suppressed", _("Not sent")
    CANCELLED = "cancelled", _("Taken back")


DUE_STATES = (SendingState.HELD, SendingState.WAITING)
LEFT_STATES = (SendingState.SENT, SendingState.DELIVERED, SendingState.BOUNCED, SendingState.COMPLAINED)
FAILED_STATES = (
    SendingState.BOUNCED,
    SendingState.COMPLAINED,
    SendingState.FAILED,
    SendingState.UNCERTAIN,
    SendingState.SUPPRESSED,
)


class SendingQuerySet(models.QuerySet["Sending"]):
    def due(self) -> SendingQuerySet:
        """Keep those that wait for their moment."""
        return self.filter(state__in=DUE_STATES)


class Sending(models.Model):
    """One message to one recipient; `claimed_by` is the number of the worker that has it in hand."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="sendings")
    email = models.CharField(max_length=320, db_collation="C")
    name = models.CharField(max_length=300, blank=True)
    domain = models.CharField(max_length=253, blank=True, db_collation="C")
    role = models.CharField(max_length=3, choices=Role.choices, default=Role.TO)
    state = models.CharField(max_length=10, choices=SendingState.choices, default=SendingState.HELD)
    is_urgent = models.BooleanField(default=True)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    provider_id = models.CharField(max_length=200, blank=True, db_collation="C")
    claimed_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Sending]] = SendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending")
        verbose_name_plural = _("sendings")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "email"], name="sending_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-is_urgent", "due_at", "id"],
                name="sending_due",
                condition=Q(state__in=("held", "waiting")),
            ),
            models.Index(fields=["claimed_by"], name="sending_in_hand", condition=Q(state="sending")),
            models.Index(F("email"), F("created_at").desc(), name="sending_by_email"),
            models.Index(
                fields=["-id"], name="sending_failed", condition=Q(state__in=("failed", "uncertain"))
            ),
            models.Index(fields=["provider_id"], name="sending_by_provider", condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.state}"

    @property
    def has_failed(self) -> bool:
        """Tell whether somebody should look at it."""
        return self.state in FAILED_STATES

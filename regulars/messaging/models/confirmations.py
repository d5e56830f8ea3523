from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models.consent import ConsentChannel, ConsentEntry, Purpose
from regulars.people.models import Identity


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    def open(self) -> ConfirmationQuerySet:
        """Keep those that wait for somebody to press the button."""
        return self.filter(confirmed_at=None, ended_at=None)


class Confirmation(models.Model):
    """That somebody signed up and has to confirm it by the link we mail; the ledger's pending line is its `entry`.

    The words are those they saw, so that confirming agrees to them and to nothing that was changed since.
    """

    # Without a rule of the database, as in the ledger: an address may be erased while this stays, telling nothing.
    identity = models.ForeignKey(
        Identity,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="confirmations",
    )
    purpose = models.ForeignKey(Purpose, on_delete=models.CASCADE, related_name="confirmations")
    channel_kind = models.CharField(
        max_length=12, choices=ConsentChannel.choices, default=ConsentChannel.EMAIL
    )
    entry = models.OneToOneField(
        ConsentEntry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    language = models.CharField(max_length=5)
    source = models.CharField(max_length=60)
    wording = models.CharField(max_length=400, blank=True)
    wording_version = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Confirmation]] = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["identity", "purpose", "channel_kind"],
                name="confirmation_open_once",
                condition=Q(confirmed_at=None, ended_at=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["ends_at"], name="confirmation_open", condition=Q(confirmed_at=None, ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.identity_id}"

    def is_open(self, at: datetime) -> bool:
        """Tell whether the button still does something."""
        return self.confirmed_at is None and self.ended_at is None and self.ends_at > at

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.keeping import Kept
from regulars.messaging.models.channels import Channel

FOLDER = "letters"


class RawLetter(models.Model):
    """The bytes of a mail as they came, once for all ways they came by."""

    sha256 = models.CharField(max_length=64, unique=True, db_collation="C")
    size = models.PositiveBigIntegerField()
    content = models.BinaryField(null=True)
    path = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def kept(self) -> Kept:
        """Where the bytes are."""
        return Kept(self.content, self.path)


class ArrivalState(models.TextChoices):
    """How far an arrival has come."""

    WAITING = "waiting", _("Waiting")
    READ = "read", _("Read")
    QUARANTINED = "quarantined", _("Put aside")


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def waiting(self) -> ArrivalQuerySet:
        """Keep those that are yet to be read."""
        return self.filter(state=ArrivalState.WAITING)

    def quarantined(self) -> ArrivalQuerySet:
        """Keep those that could not be read."""
        return self.filter(state=ArrivalState.QUARANTINED)


class Arrival(models.Model):
    """That a mail came in by a channel; `transport_key` is what the way in calls it, so that it is fetched once."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="arrivals", db_index=False)
    raw = models.ForeignKey(RawLetter, null=True, on_delete=models.SET_NULL, related_name="arrivals")
    transport_key = models.CharField(max_length=200, blank=True, db_collation="C")
    arrived_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=ArrivalState.choices, default=ArrivalState.WAITING)
    reason = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    message = models.ForeignKey(
        "messaging.Message", null=True, on_delete=models.SET_NULL, related_name="arrivals"
    )
    is_duplicate = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Arrival]] = ArrivalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "transport_key"], name="arrival_once", condition=~Q(transport_key="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="arrival_waiting", condition=Q(state="waiting")),
            models.Index(fields=["-id"], name="arrival_put_aside", condition=Q(state="quarantined")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.arrived_at:%Y-%m-%d %H:%M}"

    @property
    def summary(self) -> str:
        """The first line of why it was put aside."""
        return self.reason.partition("\n")[0]

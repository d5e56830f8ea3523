from __future__ import annotations

from typing import ClassVar

from django.db import models

from regulars.timeline.models.touchpoint import Xid8Field


class Follower(models.Model):
    """How far one follower has read: the transaction and id of the last touchpoint it took."""

    name = models.CharField(max_length=80, primary_key=True)
    xid = Xid8Field(default="0")
    touchpoint_id = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Heard(models.Model):
    """That a touchpoint was heard, written in the same transaction as the effects, so a repeated job does nothing."""

    touchpoint_id = models.BigIntegerField()
    reaction = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["touchpoint_id", "reaction"], name="heard_once")
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="heard_age")]

    def __str__(self) -> str:
        return f"{self.touchpoint_id} {self.reaction}"

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

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


class Hearing(models.Model):
    """That somebody has yet to hear a touchpoint; it is deleted in the transaction of the effects, so nothing is heard twice.

    `listener` is empty for everybody who hears that kind, names one reaction that failed and is tried again, or says
    `follower:` and the name of one who could not read it. With `failed_at` set it waits for a person to decide.
    """

    touchpoint_id = models.BigIntegerField()
    listener = models.CharField(max_length=200, blank=True)
    is_bulk = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["is_bulk", "id"], name="hearing_next", condition=Q(failed_at__isnull=True)),
            models.Index(fields=["failed_at"], name="hearing_failed", condition=Q(failed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.touchpoint_id} {self.listener}"


class JobFailure(models.Model):
    """Why a background job failed last; the job itself is the queue's row of the same number."""

    job_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    error = models.TextField()

    def __str__(self) -> str:
        return self.error

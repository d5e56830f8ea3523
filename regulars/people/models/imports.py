from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.team.models import Member


class ImportRun(models.Model):
    """One file taken in: how it was read, how far it has come, and counts that add up."""

    STATUSES: ClassVar = [
        ("draft", _("Being prepared")), ("waiting", _("Waiting")), ("running", _("Running")),
        ("done", _("Done")), ("failed", _("Failed")), ("cancelled", _("Cancelled")),
    ]  # fmt: skip
    MODES: ClassVar = [
        ("upsert", _("Create new, update known")), ("create", _("Only create new")),
        ("update", _("Only update known")), ("fill", _("Create new, fill blanks of known")),
    ]  # fmt: skip

    noun = models.CharField(max_length=12, choices=[("people", _("People")), ("orders", _("Orders"))])
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=400, blank=True)
    status = models.CharField(max_length=10, choices=STATUSES, default="draft")
    mode = models.CharField(max_length=8, choices=MODES, default="upsert")
    is_dry_run = models.BooleanField(default=False)
    reading = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    total = models.PositiveIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list)
    error = models.TextField(blank=True)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="imports")
    author_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name


class ImportReject(models.Model):
    """One row that was not taken in, as it stood in the file, with the reason."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    reason = models.CharField(max_length=400)

    class Meta:
        ordering = ("row", "id")

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"


class ImportTrace(models.Model):
    """The fingerprint of a row that had no address, number or id, so that the same row again changes nothing."""

    trace = models.CharField(max_length=40, primary_key=True, db_collation="C")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="import_traces")

    def __str__(self) -> str:
        return self.trace

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.people.models.companies import Company
from regulars.people.models.persons import Person
from regulars.team.models import Member


class Note(models.Model):
    """What a member wrote down about a person or company, in Markdown."""

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="notes")
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.CASCADE, related_name="notes"
    )
    body = models.TextField(_("note"), max_length=20_000)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="notes")
    author_label = models.CharField(max_length=200, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(company__isnull=False), name="note_about_somebody"
            )
        ]

    def __str__(self) -> str:
        return self.body[:80]


class Mention(models.Model):
    """That a note mentions a member."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "member"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.member_id}"


class Task(models.Model):
    """Something a member has to do, perhaps for a person, by a time."""

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="tasks")
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    title = models.CharField(_("task"), max_length=200)
    description = models.TextField(_("description"), max_length=5_000, blank=True)
    assignee = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks", verbose_name=_("for")
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    remind_at = models.DateTimeField(_("remind"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=200, blank=True)
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("done_at", "due_at", "id")
        indexes: ClassVar = [
            models.Index(
                fields=["assignee", "due_at"],
                name="task_of_member",
                condition=Q(done_at__isnull=True, deleted_at__isnull=True),
            ),
            models.Index(
                fields=["remind_at"],
                name="task_to_remind",
                condition=Q(done_at__isnull=True, reminded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Memo(models.Model):
    """A fact to remember about a person ("has a dog named Riku")."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memos")
    text = models.CharField(_("memo"), max_length=300)
    author_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.text


class Preference(models.Model):
    """What a person prefers, needs or is trying to reach."""

    KINDS: ClassVar = [("preference", _("Preference")), ("need", _("Need")), ("goal", _("Goal"))]

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, default="preference")
    text = models.CharField(_("what"), max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("kind", "text")

    def __str__(self) -> str:
        return self.text


class Attachment(models.Model):
    """A file kept with a person; up to 1 MB in the database, larger ones in the data folder."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    content = models.BinaryField(null=True)
    path = models.CharField(max_length=200, blank=True)
    author_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name

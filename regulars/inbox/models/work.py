from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models.conversations import Conversation
from regulars.kit.keeping import Kept
from regulars.team.models import Member

FILES = "draft-files"


class Line(models.Model):
    """One change of a conversation, by its place in the sequence: the thin lines between the messages."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=24)
    about = models.JSONField(default=dict)
    actor_label = models.CharField(max_length=200, blank=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "sequence"], name="line_once"),
        ]
        # Reports count the letters of a period by their lines.
        indexes: ClassVar = [
            models.Index(
                fields=["at"],
                name="line_letters",
                condition=Q(kind__in=("opened", "begun", "received", "answered")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.sequence} {self.kind}"


class ConversationNote(models.Model):
    """What a member wrote for colleagues between the messages, in Markdown."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    body = models.TextField(_("note"), max_length=20_000)
    author = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="conversation_notes"
    )
    author_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.body[:80]


class Draft(models.Model):
    """A reply or note that is not finished: one of each member in each conversation, kept as it is typed."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="drafts", db_index=False
    )
    author = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="drafts")
    is_note = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    to = models.CharField(max_length=2_000, blank=True)
    cc = models.CharField(max_length=2_000, blank=True)
    # Colleagues who see the conversation may read it and take it over.
    is_shared = models.BooleanField(default=False, db_default=False)
    # How far the conversation was when the writing began.
    sequence = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "author"], name="draft_once"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class DraftFile(models.Model):
    """A file that will go with a draft."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    content = models.BinaryField(null=True)
    path = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def kept(self) -> Kept:
        """Where its bytes are."""
        return Kept(self.content, self.path)


class Follower(models.Model):
    """That a member hears of every reply in a conversation though it is not theirs."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="followers", db_index=False
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="followed_conversations")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "member"], name="follower_once"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.member_id}"


class ReaderQuerySet(models.QuerySet["Reader"]):
    def present(self, at: Any) -> ReaderQuerySet:
        """Keep those who look at a conversation now."""
        return self.filter(present_until__gt=at)


class Reader(models.Model):
    """How far a member has read a conversation, and whether they look at it or type right now."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="readers", db_index=False
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(null=True)
    present_until = models.DateTimeField(null=True)
    typing_until = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Reader]] = ReaderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "member"], name="reader_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["present_until"], name="reader_present", condition=Q(present_until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.member_id}"


class Absence(models.Model):
    """That a member is away, or takes only so many conversations at once."""

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE, related_name="absence")
    is_away = models.BooleanField(_("away"), default=False)
    capacity = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    last_given_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.member)

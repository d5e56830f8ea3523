from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.keeping import Kept
from regulars.messaging.engine.kinds import HUMAN
from regulars.messaging.engine.searching import searchable
from regulars.messaging.models.channels import Channel
from regulars.messaging.models.letters import RawLetter
from regulars.messaging.models.threads import Thread
from regulars.people.models import Person
from regulars.team.models import Member

FILES = "message-files"


class Direction(models.TextChoices):
    """Whether a message came to us or left us."""

    IN = "in", _("In")
    OUT = "out", _("Out")


class MessageKind(models.TextChoices):
    """Who or what wrote a message; the engine tells them apart."""

    HUMAN = "human", _("Written by a person")
    AUTO_REPLY = "auto_reply", _("Automatic answer")
    OUT_OF_OFFICE = "out_of_office", _("Out of office")
    HARD_BOUNCE = "hard_bounce", _("Never arrives")
    SOFT_BOUNCE = "soft_bounce", _("Did not arrive yet")
    COMPLAINT = "complaint", _("Complaint about mail")
    LIST = "list", _("Mailing list or notice")
    OWN_LOOP = "own_loop", _("Our own, come back")


class Threading(models.TextChoices):
    """How a message found its thread."""

    ADDRESS = "token_in_address", _("by our mark in the address")
    MESSAGE_ID = "token_in_message_id", _("by our mark in the message's id")
    IN_REPLY_TO = "in_reply_to", _("as an answer to a message")
    REFERENCES = "references", _("by a message it refers to")
    BODY = "token_in_body", _("by our mark in the quoted text")
    CHAT = "chat", _("written in the chat's window")
    CHILD = "child", _("by an answer to it that came first")
    NEW = "new", _("it began the thread")
    KEPT_APART = "kept_apart", _("kept apart, because the sender does not take part in the thread it names")


class Proof(models.TextChoices):
    """Whether the sender's address was proved by its domain (DKIM, DMARC)."""

    PASS = "pass", _("The sender’s domain vouches for it")
    FAIL = "fail", _("It does not come from where it says")
    NONE = "none", _("Nobody vouches for the sender")


class MessageQuerySet(models.QuerySet["Message"]):
    def bulk_create(self, objs: Iterable[Message], *args: Any, **options: Any) -> list[Message]:
        """Write many at once, each with its words."""
        rows = list(objs)
        for one in rows:
            one.note_words()
        return super().bulk_create(rows, *args, **options)

    def visible_to(self, seer: Any, verb: str = "messages.see") -> MessageQuerySet:
        """Keep the messages of threads this member or key may see."""
        return self.filter(thread__in=Thread.objects.all().visible_to(seer, verb))


class Message(models.Model):
    """One message, in or out: what of it is new, its signature, and the history it carries along."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="messages", db_index=False)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.IN)
    kind = models.CharField(max_length=14, choices=MessageKind.choices, default=MessageKind.HUMAN)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="messages", db_index=False
    )
    sender_name = models.CharField(max_length=300, blank=True)
    sender_email = models.CharField(max_length=320, blank=True, db_collation="C")
    subject = models.CharField(max_length=1000, blank=True)
    message_id = models.CharField(max_length=500, blank=True, db_collation="C")
    content_key = models.CharField(max_length=64, db_collation="C")
    text = models.TextField(blank=True)
    signature = models.TextField(blank=True)
    quoted = models.TextField(blank=True)
    words = models.TextField(blank=True, default="", db_default="")
    html = models.TextField(blank=True)
    held_back = models.PositiveIntegerField(default=0)
    is_public = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField(null=True)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    threading = models.CharField(max_length=20, choices=Threading.choices, default=Threading.NEW)
    could_join = models.ForeignKey(
        Thread, null=True, on_delete=models.SET_NULL, related_name="could_be_joined_by"
    )
    proof = models.CharField(max_length=8, choices=Proof.choices, default=Proof.NONE)
    raw = models.ForeignKey(RawLetter, null=True, on_delete=models.SET_NULL, related_name="messages")
    erased_at = models.DateTimeField(null=True)
    # What follows is of those that leave us.
    author = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="written_messages", db_index=False
    )
    author_label = models.CharField(max_length=150, blank=True)
    message_class = models.CharField(max_length=8, blank=True)
    purpose = models.CharField(max_length=40, blank=True)
    in_reply_to = models.CharField(max_length=500, blank=True, db_collation="C")
    reference_ids = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Message]] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "content_key"], name="message_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["thread", "sent_at", "id"], name="message_of_thread"),
            models.Index(fields=["message_id"], name="message_by_id", condition=~Q(message_id="")),
            models.Index(
                fields=["sender_email", "-received_at"],
                name="message_by_sender",
                condition=~Q(sender_email=""),
            ),
            models.Index(fields=["person"], name="message_of_person", condition=Q(person__isnull=False)),
            # Reports count what people wrote as all but these.
            models.Index(fields=["id"], name="message_not_human", condition=~Q(kind="human")),
        ]

    def __str__(self) -> str:
        return self.subject or str(_("(no subject)"))

    def save(self, *args: Any, **options: Any) -> None:
        """Write it, a new one with its words."""
        if self._state.adding:
            self.note_words()
        super().save(*args, **options)

    def note_words(self) -> None:
        """Keep the folded words by which it is found."""
        self.words = searchable(self.subject, self.sender_name, self.sender_email, self.text)

    @property
    def is_automatic(self) -> bool:
        """Tell whether no person wrote it."""
        return self.kind != HUMAN

    @property
    def sender(self) -> str:
        """Who wrote it, in words."""
        return self.sender_name or self.sender_email or str(_("Unknown sender"))


class MissedParent(models.Model):
    """An id that a message answers and that was not here when it came; its mail may come later."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="missed_parents")
    missing = models.CharField(max_length=500, db_collation="C")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["missing"], name="missed_parent")]

    def __str__(self) -> str:
        return self.missing


class MessageFile(models.Model):
    """A file that came with a message; up to 1 MB in the database, larger ones in the data folder.

    One that a provider still has bears its key there, and is fetched by the worker.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    cid = models.CharField(max_length=300, blank=True)
    is_inline = models.BooleanField(default=False)
    content = models.BinaryField(null=True)
    path = models.CharField(max_length=200, blank=True)
    remote_key = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def kept(self) -> Kept:
        """Where its bytes are."""
        return Kept(self.content, self.path)

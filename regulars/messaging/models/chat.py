from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.messaging.engine.office_hours import Week
from regulars.messaging.models.channels import Channel
from regulars.messaging.models.consent import Purpose
from regulars.messaging.models.messages import Message
from regulars.messaging.models.threads import Thread
from regulars.people.models import Person
from regulars.team.models import Team

# How long a proof of who somebody is holds without a new one: a working day of an open tab.
PROOF_HOLDS = timedelta(hours=12)


class Asking(models.TextChoices):
    """Whether something is asked before the first message."""

    NO = "no", _("Not asked")
    MAYBE = "maybe", _("Asked, may stay blank")
    NEEDED = "needed", _("Asked and needed")


class Side(models.TextChoices):
    """In which lower corner of the page the chat waits."""

    RIGHT = "right", _("Right")
    LEFT = "left", _("Left")


class ChatSite(models.Model):
    """The chat of one website: where it may stand, how it looks, what it says and asks. The identity key is sealed."""

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="chat_site")
    public_key = models.CharField(max_length=32, unique=True, db_collation="C")
    origins = ArrayField(models.CharField(max_length=260), default=list, blank=True)
    colour = models.CharField(_("colour"), max_length=7, default="#1d5c48")
    side = models.CharField(_("corner"), max_length=5, choices=Side.choices, default=Side.RIGHT)
    language = models.CharField(_("language"), max_length=5, default="en")
    texts = models.JSONField(default=dict, blank=True)
    asks_name = models.CharField(
        _("name before the first message"), max_length=6, choices=Asking.choices, default=Asking.MAYBE
    )
    asks_email = models.CharField(
        _("e-mail before the first message"), max_length=6, choices=Asking.choices, default=Asking.MAYBE
    )
    week = ArrayField(models.CharField(max_length=11, blank=True), default=list, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    sealed_identity_key = models.TextField(blank=True)
    requires_identity = models.BooleanField(_("only for people you vouch for"), default=False)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="chat_sites",
        verbose_name=_("team of new people"),
    )  # fmt: skip
    mail_channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="chat_sites_served",
        verbose_name=_("mailbox for answers nobody saw"),
    )  # fmt: skip
    # What visitors may sign up for where they give their address.
    purpose = models.ForeignKey(
        Purpose, null=True, blank=True, on_delete=models.SET_NULL, related_name="chat_sites",
        verbose_name=_("sign-up offered"),
    )  # fmt: skip
    mails_after_minutes = models.PositiveSmallIntegerField(_("mail unseen answers after"), default=10)
    is_active = models.BooleanField(_("shown on the website"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("chat on a website")
        verbose_name_plural = _("chats on websites")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.channel.name

    @property
    def hours(self) -> Week:
        """When somebody is there: for each day from Monday «09:00-17:00», blank for closed; nothing at all for always."""
        return Week(tuple(self.week))

    @property
    def has_identity_key(self) -> bool:
        return bool(self.sealed_identity_key)


class ChatVisitor(models.Model):
    """One browser that chats. Its secret is kept only as a hash; `subject` is who the business's own key vouched for."""

    site = models.ForeignKey(ChatSite, on_delete=models.CASCADE, related_name="visitors", db_index=False)
    secret_hash = models.CharField(max_length=64, unique=True, db_collation="C")
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="chat_visits", db_index=False
    )
    subject = models.CharField(max_length=320, blank=True, db_collation="C")
    proved_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=150, blank=True)
    email = models.CharField(max_length=320, blank=True, db_collation="C")
    # That they ticked the sign-up, with its proof, until there is an address of a person it can be about.
    sign_up_proof = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=5, blank=True)
    page = models.CharField(max_length=1000, blank=True)
    page_title = models.CharField(max_length=300, blank=True)
    thread = models.ForeignKey(
        Thread, null=True, on_delete=models.SET_NULL, related_name="chat_visitors", db_index=False
    )
    read_until = models.BigIntegerField(default=0)
    mailed_until = models.BigIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("chat visitor")
        verbose_name_plural = _("chat visitors")
        indexes: ClassVar = [
            models.Index(fields=["thread"], name="chat_visitor_of_thread", condition=Q(thread__isnull=False)),
            models.Index(fields=["person"], name="chat_visitor_of_person", condition=Q(person__isnull=False)),
            models.Index(fields=["site", "subject"], name="chat_visitor_proven", condition=~Q(subject="")),
            models.Index(fields=["last_seen_at"], name="chat_visitor_idle", condition=Q(thread__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.code

    @property
    def is_verified(self) -> bool:
        """Tell whether the business vouched for who this is."""
        return bool(self.subject)

    @property
    def code(self) -> str:
        """What tells one nameless visitor from another."""
        return self.secret_hash[:4].upper()

    @property
    def topic(self) -> str:
        """The live topic that the visitor's own windows hear."""
        return f"chat:{self.pk}"


class ChatRating(models.Model):
    """How somebody found the help they got in a chat, once for each time they were asked."""

    visitor = models.ForeignKey(ChatVisitor, on_delete=models.CASCADE, related_name="ratings", db_index=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="chat_ratings")
    about = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    asked_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rating of a chat")
        verbose_name_plural = _("ratings of chats")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["visitor", "asked_at"], name="chat_rating_once"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="chat_rating_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.score}/5"


class ChatProof(models.Model):
    """A proof with a name of its own (`jti`), and the browser that came with it first: no other one is let in by it."""

    site = models.ForeignKey(ChatSite, on_delete=models.CASCADE, related_name="proofs", db_index=False)
    key = models.CharField(max_length=64, db_collation="C")
    visitor = models.ForeignKey(ChatVisitor, on_delete=models.CASCADE, related_name="proofs")
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "key"], name="chat_proof_once")]

    def __str__(self) -> str:
        return self.key[:12]

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.secrets import decrypt, encrypt
from regulars.messaging.engine.oauth import Grant
from regulars.messaging.models.channels import Channel


class MailboxSecurity(models.TextChoices):
    """How the connection to a mail server is guarded."""

    TLS = "tls", _("TLS from the start (port 993)")
    STARTTLS = "starttls", _("STARTTLS (port 143)")
    NONE = "none", _("None, only for a server on this machine")


class Auth(models.TextChoices):
    """How we sign in to a mailbox."""

    PASSWORD = "password", _("With a password")
    GOOGLE = "google", _("With Google")
    MICROSOFT = "microsoft", _("With Microsoft")


class MailboxState(models.TextChoices):
    """Whether mail comes in."""

    NEW = "new", _("Not looked into yet")
    FINE = "fine", _("Mail comes in")
    TROUBLE = "trouble", _("It is tried again")
    REFUSED = "refused", _("It needs you")


class Problem(models.TextChoices):
    """What is wrong with a mailbox, in plain words."""

    NONE = "", ""
    NO_SUCH_HOST = (
        "no_such_host",
        _("There is no server of this name. Look for a typing mistake in “Server”."),
    )
    NO_SERVER = (
        "no_server",
        _("The machine is there, but nothing answers at this port. Look at “Port” and “Security”."),
    )
    SILENT = "silent", _("The server does not answer. It may be behind a firewall, or away for a while.")
    UNREACHABLE = (
        "unreachable",
        _("The server cannot be reached, or it is no mail server. Look at “Server” and “Port”."),
    )
    CERTIFICATE = (
        "certificate",
        _("The server’s certificate is not to be trusted: it has run out, or it is for another name."),
    )
    TLS = "tls", _("The server speaks another kind of security. Look at “Security” and “Port”.")
    REFUSED = "refused", _("The server refuses the user name or the password.")
    NOT_ALLOWED = "not_allowed", _("The provider no longer lets us in. Connect the mailbox again.")
    NO_TOKEN = "no_token", _("The provider gives no access right now.")
    FOLDER = "folder", _("There is no folder of this name.")
    LOST = "lost", _("The server ended the connection.")
    KEY = "key", _("The stored password cannot be read because the secret key was changed. Enter it again.")
    OURS = "ours", _("Something went wrong on our side; the details are in the log.")


# What passing time does not mend.
FOR_A_PERSON = frozenset({"refused", "not_allowed", "folder", "certificate", "key"})


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def at_work(self) -> MailboxQuerySet:
        """Keep those that are to be looked into."""
        return self.filter(is_paused=False)


class Mailbox(models.Model):
    """A folder on an IMAP server whose mail comes in by a channel, and how far it was read.

    The cursor is UIDVALIDITY and the highest UID, never what somebody has seen.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="mailboxes")
    address = models.CharField(_("address"), max_length=320, blank=True, db_collation="C")
    host = models.CharField(_("server"), max_length=255)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(
        _("security"), max_length=10, choices=MailboxSecurity.choices, default=MailboxSecurity.TLS
    )
    user = models.CharField(_("user name"), max_length=320)
    auth = models.CharField(_("sign-in"), max_length=12, choices=Auth.choices, default=Auth.PASSWORD)
    sealed = models.TextField(blank=True)
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    trusted_id = models.CharField(_("the provider’s own id"), max_length=255, blank=True)
    starts_at = models.DateTimeField()
    uid_validity = models.BigIntegerField(null=True)
    # Everything from this number on came after the mailbox was connected.
    first_uid = models.BigIntegerField(default=0)
    highest_uid = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=MailboxState.choices, default=MailboxState.NEW)
    problem = models.CharField(max_length=20, choices=Problem.choices, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    # Until when the provider lets us in without somebody allowing it anew, None when that is not told.
    token_ends_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    last_mail_at = models.DateTimeField(null=True)
    scanned_at = models.DateTimeField(null=True)
    is_paused = models.BooleanField(default=False)
    # Whoever looks into the mailbox begins anew when it is not what they began with.
    changed_at = models.DateTimeField()
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Mailbox]] = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ("channel__name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "user", "folder"], name="mailbox_once"),
            models.CheckConstraint(condition=Q(port__gte=1, port__lte=65535), name="mailbox_port"),
        ]

    def __str__(self) -> str:
        return self.user

    def key(self, uid: int) -> str:
        """Return what a mail in it is called, so that it is fetched once."""
        return f"{self.pk}:{self.uid_validity}:{uid}"

    @property
    def uses_oauth(self) -> bool:
        """Tell whether the provider hands out tokens."""
        return self.auth != Auth.PASSWORD

    @property
    def secrets(self) -> dict[str, Any]:
        """What only we may know of it: a password, or what was agreed with the provider."""
        return json.loads(decrypt(self.sealed)) if self.sealed else {}

    @property
    def grant(self) -> Grant:
        """What was agreed with the provider."""
        return Grant(**self.secrets.get("grant", {"client_id": ""}))

    @property
    def light(self) -> str:
        """The colour that says how it is."""
        tones = {"fine": "green", "trouble": "amber", "refused": "brick"}
        return "stone" if self.is_paused else tones.get(self.state, "stone")

    def is_due(self, at: datetime) -> bool:
        """Tell whether it may be tried now."""
        return self.next_try_at is None or self.next_try_at <= at


def seal(secrets: dict[str, Any]) -> str:
    """Return a mailbox's secrets as they are stored."""
    return encrypt(json.dumps(secrets))

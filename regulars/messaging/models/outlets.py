from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models.channels import Channel
from regulars.messaging.models.mailboxes import Mailbox


class Via(models.TextChoices):
    """By what means an outlet hands mail on."""

    SMTP = "smtp", _("A mail server (SMTP)")
    PROVIDER = "provider", _("A mail provider's API")
    MAILBOX = "mailbox", _("A connected Google or Microsoft mailbox")


class Security(models.TextChoices):
    """How the way to a mail server is encrypted."""

    STARTTLS = "starttls", _("STARTTLS (usually port 587)")
    TLS = "tls", _("TLS from the first byte (usually port 465)")
    NONE = "none", _("Not encrypted (only inside your own house)")


class Outlet(models.Model):
    """How a channel sends: its server or provider, the name it writes under, its pace. Secrets are sealed."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="outlet")
    via = models.CharField(_("sends by"), max_length=10, choices=Via.choices, default=Via.SMTP)
    from_name = models.CharField(_("name of the sender"), max_length=150, blank=True)
    signature = models.TextField(_("signature"), blank=True)
    host = models.CharField(_("server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(_("port"), default=587)
    security = models.CharField(
        _("encryption"), max_length=10, choices=Security.choices, default=Security.STARTTLS
    )
    username = models.CharField(_("user"), max_length=320, blank=True)
    sealed_password = models.TextField(blank=True)
    # Whose sign-in with Google or Microsoft is used to send as well.
    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="outlets",
        verbose_name=_("mailbox"),
    )  # fmt: skip
    provider = models.CharField(_("provider"), max_length=30, blank=True)
    sealed_options = models.TextField(blank=True)
    marks_address = models.BooleanField(_("answers come to a marked address"), default=True)
    dkim_domain = models.CharField(_("DKIM domain"), max_length=253, blank=True)
    dkim_selector = models.CharField(_("DKIM selector"), max_length=63, blank=True)
    sealed_dkim_key = models.TextField(blank=True)
    per_minute = models.PositiveIntegerField(_("mails a minute"), default=300)
    per_domain_minute = models.PositiveIntegerField(_("mails a minute to one domain"), default=60)
    is_active = models.BooleanField(_("sends"), default=True)
    checked_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    # Of the installation's own way out, which is not stored: its password comes from the environment.
    known_password: str = ""

    class Meta:
        verbose_name = _("way out")
        verbose_name_plural = _("ways out")

    def __str__(self) -> str:
        return str(self.channel)

    @property
    def signs(self) -> bool:
        """Tell whether its mail carries a DKIM signature of ours."""
        return bool(self.dkim_domain and self.dkim_selector and self.sealed_dkim_key)

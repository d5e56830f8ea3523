from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """By what means people write."""

    EMAIL = "email", _("E-mail")
    CHAT = "chat", _("Website chat")
    FORM = "form", _("Web form")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")
    MESSENGER = "messenger", _("Facebook Messenger")
    INSTAGRAM = "instagram", _("Instagram")
    TELEGRAM = "telegram", _("Telegram")
    PHONE = "phone", _("Phone")
    VISIT = "visit", _("Visit")


# By these, letters come and go; by the others, texts of a provider.
MAIL_KINDS = (ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.FORM)


class Channel(models.Model):
    """One way in and out: a mailbox with its address, a telephone number, a page. A plug-in's provider may bring a kind of its own."""

    kind = models.CharField(_("kind"), max_length=12, choices=ChannelKind.choices, default=ChannelKind.EMAIL)
    name = models.CharField(_("name"), max_length=60, unique=True)
    address = models.CharField(_("address"), max_length=320, blank=True, db_collation="C")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "address"], name="channel_address_once", condition=~Q(address="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

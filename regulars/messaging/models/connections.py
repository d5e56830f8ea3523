from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.kit.secrets import decrypt, encrypt
from regulars.messaging.models.channels import Channel


class Connection(models.Model):
    """How a channel of texts reaches its provider; what was entered is sealed, `hook_key` stands in the address they call."""

    channel = models.OneToOneField(
        Channel, on_delete=models.CASCADE, primary_key=True, related_name="connection"
    )
    provider = models.CharField(_("provider"), max_length=20)
    sealed_settings = models.TextField(blank=True)
    hook_key = models.CharField(max_length=40, unique=True, db_collation="C")
    is_active = models.BooleanField(_("sends"), default=True)
    checked_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    # Until when the provider lets us in, None when that never ends or is not told.
    token_ends_at = models.DateTimeField(null=True)
    token_checked_at = models.DateTimeField(null=True)
    token_problem = models.TextField(blank=True)
    templates_at = models.DateTimeField(null=True)
    templates_problem = models.TextField(blank=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return str(self.channel)

    @property
    def settings(self) -> dict[str, str]:
        """What was entered, opened."""
        said: dict[str, Any] = json.loads(decrypt(self.sealed_settings)) if self.sealed_settings else {}
        return {name: str(value) for name, value in said.items()}

    def seal(self, settings: Mapping[str, str]) -> None:
        """Keep what was entered so that only this installation can read it."""
        self.sealed_settings = encrypt(json.dumps(dict(settings)))

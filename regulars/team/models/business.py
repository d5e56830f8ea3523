from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Business(models.Model):
    """The one business this installation serves, and its defaults."""

    name = models.CharField(_("name"), max_length=150, default="My business")
    country = models.CharField(_("country"), max_length=2, default="FI")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Helsinki")
    languages = models.JSONField(default=list, blank=True)
    kind_level = models.PositiveSmallIntegerField(_("level of product kinds that counts"), default=1)
    is_demo = models.BooleanField(default=False)
    settings = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Business:
        """Return the business, or its defaults before anything was saved."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

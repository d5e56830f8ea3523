from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

# What one request has read of the business already; outside of requests nothing is kept.
_read: ContextVar[list[Business] | None] = ContextVar("business_read", default=None)


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

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if read := _read.get():
            read.clear()

    @classmethod
    def current(cls) -> Business:
        """Return the business, or its defaults before anything was saved; a request asks the database once."""
        read = _read.get()
        if read:
            return read[0]
        found = cls.objects.filter(pk=1).first() or cls(pk=1)
        if read is not None:
            read.append(found)
        return found

    @staticmethod
    @contextmanager
    def kept(known: Business | None = None) -> Iterator[None]:
        """Let everything inside, such as one request, share one reading of the business, which may be at hand."""
        token = _read.set([known] if known else [])
        try:
            yield
        finally:
            _read.reset(token)

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.messaging.engine.providers.approved import ApprovedTemplate, Gap
from regulars.messaging.models.channels import Channel
from regulars.messaging.models.messages import Message

HINDRANCES: dict[str, str | Promise] = {
    "status": _("not approved"),
    "code": _("carries a code, which only an app may send"),
    "media": _("begins with a picture or file"),
    "body": _("has no words"),
    "button": _("has a button that cannot be sent from here"),
}


class TextTemplateQuerySet(models.QuerySet["TextTemplate"]):
    def sendable(self) -> TextTemplateQuerySet:
        """Keep what may be sent from here: approved, and nothing in it that we cannot fill."""
        return self.filter(hindrance="")


class TextTemplate(models.Model):
    """One language of a text that a channel's provider approved beforehand, as it was last fetched."""

    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="text_templates", db_index=False
    )
    key = models.CharField(max_length=100, blank=True, db_collation="C")
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=20, db_collation="C")
    category = models.CharField(_("kind"), max_length=40, blank=True)
    status = models.CharField(_("state"), max_length=40)
    header = models.TextField(blank=True)
    body = models.TextField(blank=True)
    footer = models.TextField(blank=True)
    buttons = models.JSONField(default=list, blank=True)
    gaps = models.JSONField(default=list, blank=True)
    is_named = models.BooleanField(default=False)
    hindrance = models.CharField(max_length=20, blank=True)
    fetched_at = models.DateTimeField()

    objects: ClassVar[models.Manager[TextTemplate]] = TextTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("approved text")
        verbose_name_plural = _("approved texts")
        ordering = ("name", "language")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "name", "language"], name="text_template_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def why_not(self) -> str | Promise:
        """Why it cannot be sent from here, empty when it can."""
        return HINDRANCES.get(self.hindrance, self.hindrance)

    @property
    def value(self) -> ApprovedTemplate:
        """The template as the engine reads it."""
        return ApprovedTemplate(
            self.key, self.name, self.language, self.category, self.status, self.header, self.body,
            self.footer, tuple(self.buttons), tuple(Gap(**one) for one in self.gaps), self.is_named, self.hindrance,
        )  # fmt: skip


class MessageTemplate(models.Model):
    """The approved text that a message of ours is, with what filled its gaps; its words stand in the message."""

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="text_template"
    )
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20, db_collation="C")
    fillings: Any = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

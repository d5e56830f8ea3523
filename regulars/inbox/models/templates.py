from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models.conversations import Conversation
from regulars.team.models import Member, Team


class Situation(models.TextChoices):
    """Whether a template is for when things went wrong or well."""

    BAD = "bad", _("Something went wrong")
    GOOD = "good", _("Something went well")
    EVERYDAY = "everyday", _("Everyday")


class TemplateQuerySet(models.QuerySet["Template"]):
    def live(self) -> TemplateQuerySet:
        """Leave out those put away."""
        return self.filter(archived_at__isnull=True)

    def usable_by(self, seer: Any) -> TemplateQuerySet:
        """Keep those of everybody and of this member's teams."""
        return self.live().filter(Q(team__isnull=True) | Q(team__in=seer.team_ids))


class Template(models.Model):
    """An answer written once for many: when to use it, and its words in several languages."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    situation = models.CharField(
        _("situation"), max_length=8, choices=Situation.choices, default=Situation.EVERYDAY
    )
    note = models.CharField(_("when to use it"), max_length=300, blank=True)
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="templates",
        verbose_name=_("team"),
    )
    # The name of the starter template it came from, so that loading them again adds only new ones.
    starter = models.CharField(max_length=40, blank=True, db_collation="C")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Template]] = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["starter"], name="template_starter_once", condition=~Q(starter="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def texts(self) -> dict[str, str]:
        """Return its words by language."""
        return {one.language: one.body for one in self.versions.all()}


class TemplateVersion(models.Model):
    """A template's words in one language."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions", db_index=False)
    language = models.CharField(_("language"), max_length=8)
    body = models.TextField(_("words"), max_length=10_000)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "language"], name="template_language_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.language}"


class TemplateUse(models.Model):
    """That a template was put into an answer, and whether that answer left."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="uses", db_index=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="template_uses", db_index=False
    )
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    language = models.CharField(max_length=8)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["template", "-at"], name="template_use"),
            models.Index(
                fields=["conversation", "member"], name="template_use_open", condition=Q(sent_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.at:%Y-%m-%d}"

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models import Channel
from regulars.team.models import Member


class Skill(models.Model):
    """What some members can and others can't: a language, a machine, returns."""

    name = models.CharField(_("name"), max_length=60)
    members = models.ManyToManyField(Member, related_name="skills", blank=True, verbose_name=_("members"))
    # Whatever comes by these needs it.
    channels = models.ManyToManyField(Channel, related_name="+", blank=True, verbose_name=_("channels"))

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ("name",)
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="skill_once")]

    def __str__(self) -> str:
        return self.name

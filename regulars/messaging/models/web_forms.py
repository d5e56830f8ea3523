from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models.channels import Channel
from regulars.team.models import Team


class WebForm(models.Model):
    """A form on a website or on a page of ours: what it asks, and where it may be embedded.

    `fields` is a list of {"name", "needed"}: a field of the person (name, phone, city, language …), `custom.<key>`, or
    the message itself; e-mail and message are always there.
    """

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="web_form")
    public_key = models.CharField(max_length=32, unique=True, db_collation="C")
    title = models.CharField(_("title"), max_length=120, blank=True)
    intro = models.TextField(_("introduction"), blank=True)
    thanks = models.TextField(_("what is said afterwards"), blank=True)
    fields = models.JSONField(default=list, blank=True)
    origins = ArrayField(models.CharField(max_length=260), default=list, blank=True)
    colour = models.CharField(_("colour"), max_length=7, default="#1d5c48")
    language = models.CharField(_("language"), max_length=5, default="en")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="web_forms",
        verbose_name=_("team of new people"),
    )  # fmt: skip
    is_active = models.BooleanField(_("open"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.title or self.channel.name

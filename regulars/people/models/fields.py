from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from regulars.team.models import Member


class Tag(models.Model):
    """A word put on people and companies; one dictionary for all."""

    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=12, default="slate")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = (Lower("name"),)
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="tag_name_once")]

    def __str__(self) -> str:
        return self.name


class FieldType(models.TextChoices):
    """What a custom field holds."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One choice")
    CHOICES = "choices", _("Several choices")
    BOOL = "bool", _("Yes or no")
    MONEY = "money", _("Money")
    LINK = "link", _("Link")


class CustomField(models.Model):
    """A field the business made: stored under its key in the `custom` column of its subject."""

    subject = models.CharField(
        max_length=10, choices=[("person", _("Person")), ("company", _("Company")), ("order", _("Order"))]
    )
    key = models.SlugField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=80)
    type = models.CharField(_("type"), max_length=8, choices=FieldType.choices)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    is_filterable = models.BooleanField(_("filter and sort by it"), default=True)
    is_indexed = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("subject", "position", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "key"], name="custom_field_once")]

    def __str__(self) -> str:
        return self.label


class View(models.Model):
    """A saved list: filter, columns and order under a name, private or shared, pinned or not."""

    subject = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=80)
    filter = models.JSONField(default=dict, blank=True)
    columns = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    sort = models.CharField(max_length=120, blank=True)
    author = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="views")
    is_shared = models.BooleanField(_("shared with everyone"), default=False)
    pinned_by = models.ManyToManyField(Member, related_name="pinned_views", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

"""Dashboards, and what stands beside them: notes on charts, what is sent by mail, answers kept, people behind figures."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.team.models import Member, Role


class Dashboard(models.Model):
    """Somebody's own arrangement of tiles, begun as a copy of a ready-made one or empty.

    `tiles` is a list of {id, metric, by, drawn, size}. Those whose role is among `roles` see it too; with `stands_for` it takes
    the place of that ready-made one for them.
    """

    name = models.CharField(_("name"), max_length=80)
    tiles = models.JSONField(default=list)
    author = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="insight_dashboards"
    )
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True)
    stands_for = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Annotation(models.Model):
    """What happened on a day, written on every chart over time."""

    day = models.DateField(_("day"))
    text = models.CharField(_("what happened"), max_length=120)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("day", "pk")

    def __str__(self) -> str:
        return f"{self.day} {self.text}"


class Mailing(models.Model):
    """That a dashboard goes to a colleague by mail, each week or month, with the figures that colleague may see."""

    class Every(models.TextChoices):
        DAY = "day", _("every day")
        WEEK = "week", _("every Monday")
        MONTH = "month", _("on the first of the month")

    board = models.CharField(max_length=40)
    address = models.JSONField(
        default=dict, help_text="period, segment and comparison, as the page's address has them"
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="insight_mailings")
    every = models.CharField(_("how often"), max_length=10, choices=Every.choices, default=Every.WEEK)
    next_on = models.DateField()
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "board"], name="one_mailing_per_board")
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.every}"


class HeldAnswer(models.Model):
    """An answer kept for whoever asks the same of the same facts within the same reach; `key` is made of all that decides it."""

    key = models.CharField(max_length=64, primary_key=True)
    body = models.JSONField()
    made_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class Crowd(models.Model):
    """The people behind a figure, kept under a word that cannot be guessed, so that any list can be narrowed to them.

    Lists apply their own row rule beside it: whoever opens it sees those of them within their own reach.
    """

    token = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=200)
    person_ids = ArrayField(models.BigIntegerField())
    made_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.label

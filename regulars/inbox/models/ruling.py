from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models.conversations import Priority
from regulars.inbox.models.macros import Macro
from regulars.inbox.models.templates import Template
from regulars.team.models import Member, Team


class Turn(models.TextChoices):
    """How somebody is chosen when nobody is named."""

    TURN = "turn", _("Whose turn it is")
    LOAD = "load", _("Who has least to do")


class ArrivalRule(models.Model):
    """What is done when a conversation begins that passes a filter; rules are asked in their order."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    filter = models.JSONField(default=dict, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    assignee = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    turn = models.CharField(max_length=4, choices=Turn.choices, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, null=True, blank=True)
    tags = models.CharField(max_length=300, blank=True)
    task = models.CharField(max_length=200, blank=True)
    # Due in so many business hours, for whom the words of engine/steps.py say.
    task_hours = models.PositiveIntegerField(null=True, blank=True)
    task_for = models.CharField(max_length=30, blank=True)
    # Whoever is given it must have these.
    skill_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    macro = models.ForeignKey(Macro, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # What is answered by itself, and what the customer is asked for, by the names of queries/facts.py.
    answer = models.ForeignKey(Template, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ask = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name

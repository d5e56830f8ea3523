from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.inbox.engine.hours import ALWAYS, Calendar, Day, Opening

WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


def no_openings() -> list[list[list[int]]]:
    """Return a week without hours."""
    return [[] for _day in range(7)]


def day_of(openings: Any) -> Day:
    """Return a day's openings as the engine knows them: pairs of minutes, 24:00 being 1440."""
    return tuple(Opening(opens, closes) for opens, closes in openings)


class BusinessHours(models.Model):
    """When somebody is there to answer: the openings of each weekday in a time zone, with days that differ."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64)
    # Seven days, Monday first, each a list of [opens, closes] in minutes.
    week = models.JSONField(_("openings"), default=no_openings)
    country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    is_default = models.BooleanField(_("used when nothing else is said"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ("-is_default", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_default"], name="hours_default_once", condition=Q(is_default=True)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def calendar(self) -> Calendar:
        """Return these hours as the engine reckons with them; reads the days that differ."""
        days = {one.on: day_of(one.openings) for one in self.days.all()}
        week = tuple(day_of(openings) for openings in self.week)
        return Calendar(self.time_zone, week, days)  # type: ignore[arg-type]


class Holiday(models.Model):
    """A day that differs from its weekday: closed, or open at other times; taken from a country's holidays or our own."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="days", db_index=False)
    on = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120)
    openings = models.JSONField(_("openings"), default=list, blank=True)
    is_own = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ("on",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["hours", "on"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.name}"


def calendar_of(hours: BusinessHours | None) -> Calendar:
    """Return the calendar of business hours; without any it is open around the clock."""
    return ALWAYS if hours is None else hours.calendar()

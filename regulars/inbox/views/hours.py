"""Settings of business hours: when somebody is there, and the days that differ."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.inbox.actions.hours import change_hours, create_hours, delete_hours, remove_day, set_day
from regulars.inbox.engine.times import write_times
from regulars.inbox.forms import HolidayForm, HoursForm
from regulars.inbox.models.hours import WEEKDAYS, BusinessHours, Holiday
from regulars.inbox.views.boxes import box, closed
from regulars.kit.clock import now, today
from regulars.kit.htmx import done
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.models import Business

CHANGE, CHANGED = "targets.change", "hours-changed"
USUAL = ["09:00–17:00"] * 5 + ["", ""]
DAYS_SHOWN = 12


@require_GET
@needs(CHANGE)
def hours(request: Request) -> HttpResponse:
    """Show all business hours with their weeks and the days to come that differ."""
    rows = [_told(one) for one in BusinessHours.objects.prefetch_related("days")]
    template = "inbox/_hours.html" if request.headers.get("HX-Request") else "inbox/hours.html"
    return render(request, template, {"rows": rows})


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_hours(request: Request) -> HttpResponse:
    """Make business hours."""
    business = Business.current()
    first: dict[str, Any] = {"time_zone": business.time_zone, "country": business.country}
    first |= {f"day_{number}": times for number, times in enumerate(USUAL)}
    form = HoursForm(request.POST or None, initial=first)

    def work() -> HttpResponse:
        made = create_hours(_values(form), by=request.actor, at=now())
        return closed(_("%(name)s can be used in targets now.") % {"name": made.name}, CHANGED)

    return _box(request, form, _("New business hours"), _("Make the hours"), work)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_hours(request: Request, hours_id: int) -> HttpResponse:
    """Change business hours."""
    found = _hours(hours_id)
    first = {name: getattr(found, name) for name in ("name", "time_zone", "country", "is_default")}
    first |= {
        f"day_{number}": write_times(map(tuple, openings)) for number, openings in enumerate(found.week)
    }
    form = HoursForm(request.POST or None, initial=first)

    def work() -> HttpResponse:
        change_hours(found, _values(form), by=request.actor, at=now())
        return closed(_("Hours saved."), CHANGED)

    return _box(request, form, found.name, _("Save the hours"), work)


@require_POST
@needs(CHANGE)
def hours_removal(request: Request, hours_id: int) -> HttpResponse:
    """Throw business hours away."""
    found = _hours(hours_id)
    name = found.name
    delete_hours(found, by=request.actor)
    return done(_("%(name)s is gone.") % {"name": name}, event=CHANGED)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_day(request: Request, hours_id: int) -> HttpResponse:
    """Say that a day differs."""
    found = _hours(hours_id)
    form = HolidayForm(request.POST or None)

    def work() -> HttpResponse:
        values = form.cleaned_data
        set_day(found, values["on"], name=values["name"], times=values["times"], by=request.actor, at=now())
        return closed(_("The day is noted."), CHANGED)

    title = _("A day that differs in %(name)s") % {"name": found.name}
    return box(request, form, title=title, submit=_("Note the day"), work=work)


@require_POST
@needs(CHANGE)
def day_removal(request: Request, day_id: int) -> HttpResponse:
    """Take back that a day differs."""
    day = Holiday.objects.filter(pk=day_id).select_related("hours").first()
    if day is None:
        raise NotThere
    remove_day(day, by=request.actor, at=now())
    return done(_("It is a day like any other now."), event=CHANGED)


def _box(request: Request, form: HoursForm, title: str, submit: str, work: Any) -> HttpResponse:
    days = [form[f"day_{number}"] for number in range(7)]
    return box(
        request, form, title=title, submit=submit, work=work, template="inbox/_hours_box.html", days=days
    )


def _values(form: HoursForm) -> dict[str, Any]:
    values = {name: form.cleaned_data[name] for name in ("name", "time_zone", "country", "is_default")}
    return {**values, "week": form.week()}


def _hours(hours_id: int) -> BusinessHours:
    found = BusinessHours.objects.filter(pk=hours_id).first()
    if found is None:
        raise NotThere
    return found


def _told(one: BusinessHours) -> dict[str, Any]:
    week = [
        (str(day), write_times(map(tuple, openings)))
        for day, openings in zip(WEEKDAYS, one.week, strict=True)
    ]
    coming = [day for day in one.days.all() if day.on >= today(one.time_zone)][:DAYS_SHOWN]
    days = [{"day": day, "times": write_times(map(tuple, day.openings))} for day in coming]
    return {"hours": one, "week": week, "days": days, "zone": one.time_zone.replace("_", " ")}

"""Small forms in a box over the page, and what several pages of the setup share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.htmx import done, fragment, with_event
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.team.models import Business
from regulars.team.rules import may

Work = Callable[[], HttpResponse]


def box(
    request: Request,
    form: Form,
    *,
    title: str,
    submit: str,
    work: Work,
    template: str = "people/_form.html",
    **more: Any,
) -> HttpResponse:
    """Show a form in a box over the page, or do its work; what is refused stands beside the fields."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return work()
            except Invalid as problem:
                add_problems(form, problem)
    context = {"form": form, "title": title, "submit": submit, "action": request.get_full_path(), **more}
    return fragment(request, template, status=status, **context)


def add_problems(form: Form, problem: Invalid) -> None:
    """Show what was refused beside its field, or above the form."""
    for name, reason in problem.fields.items():
        form.add_error(name if name in form.fields else None, str(reason))
    if not problem.fields:
        form.add_error(None, str(problem))


def closed(text: str, *events: str, undo: str = "") -> HttpResponse:
    """Close the box, say what was done, and let the pieces of the page refresh themselves."""
    response = with_event(done(text, undo=undo), "close-dialog")
    for event in events:
        with_event(response, event)
    return response


def away_or_back(
    request: Request,
    found: Any,
    name: str,
    *,
    archive: Callable[..., object],
    restore: Callable[..., object],
    event: str,
) -> HttpResponse:
    """Put something of the setup away, or take it out again; doing it once more takes it back."""
    if found.archived_at is not None:
        restore(found, by=request.actor)
        return done(_("“%(name)s” is back.") % {"name": name}, event=event)
    archive(found, by=request.actor, at=now())
    return done(_("“%(name)s” is put away.") % {"name": name}, undo=request.path, event=event)


def asker_of(request: Request) -> Asker:
    """Return for whom and when a filter is read: in the member's time zone."""
    member = request.member
    return Asker(
        now=now(), may_see=lambda verb: may(member, verb), member_id=member.pk, zone=zone_of(request)
    )


def zone_of(request: Request) -> ZoneInfo:
    """Return the time zone in which this member's days begin."""
    return ZoneInfo(request.member.time_zone or Business.current().time_zone)

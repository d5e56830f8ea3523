"""Settings of response targets: how soon whom is answered, with what it means for a mail on Friday afternoon."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.inbox.actions.targets import change_target, create_target, delete_target, order_targets
from regulars.inbox.engine.times import write_length
from regulars.inbox.forms import TargetForm
from regulars.inbox.models.hours import BusinessHours, calendar_of
from regulars.inbox.models.targets import ClockKind, ResponseTarget
from regulars.inbox.queries.promises import example_of
from regulars.inbox.views.boxes import asker_of, box, closed, zone_of
from regulars.kit.clock import now
from regulars.kit.filters import Asker, BadFilter, catalogue, read_json, sentence
from regulars.kit.htmx import done, fragment
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs

CHANGE, CHANGED = "targets.change", "targets-changed"
LENGTHS = ("first_minutes", "next_minutes", "resolution_minutes", "warn_minutes")


@require_GET
@needs(CHANGE)
def targets(request: Request) -> HttpResponse:
    """Show the promises in their order, each in words."""
    rows = ResponseTarget.objects.select_related("hours", "escalate_to")
    asker, calendars = asker_of(request), _Calendars()
    told = [_told(request, one, asker, calendars) for one in rows]
    template = "inbox/_targets.html" if request.headers.get("HX-Request") else "inbox/targets.html"
    return render(request, template, {"rows": told, "has_hours": BusinessHours.objects.exists()})


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_target(request: Request) -> HttpResponse:
    """Make a promise."""
    default = BusinessHours.objects.filter(is_default=True).first()
    first = {
        "first_minutes": "4 h",
        "next_minutes": "4 h",
        "resolution_minutes": "",
        "warn_minutes": "30 min",
    }
    form = TargetForm(request.POST or None, initial={**first, "hours": str(default.pk) if default else ""})

    def work() -> HttpResponse:
        made = create_target(_values(form), by=request.actor, at=now())
        return closed(_("“%(name)s” holds from now on.") % {"name": made.name}, CHANGED)

    return _box(request, form, _("New response target"), _("Make the target"), work, {}, {})


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_target(request: Request, target_id: int) -> HttpResponse:
    """Change a promise."""
    found = _target(target_id)
    first: dict[str, Any] = {name: write_length(getattr(found, name)) for name in LENGTHS}
    first |= {
        "name": found.name,
        "hours": str(found.hours_id or ""),
        "escalate_to": str(found.escalate_to_id or ""),
    }
    first["notified"] = [str(number) for number in found.notified.values_list("pk", flat=True)]
    form = TargetForm(request.POST or None, initial=first)

    def work() -> HttpResponse:
        change_target(found, _values(form), by=request.actor)
        return closed(_("Target saved. It holds at once, also for what runs already."), CHANGED)

    return _box(request, form, found.name, _("Save the target"), work, found.condition, found.people)


@require_GET
@needs(CHANGE)
def target_preview(request: Request) -> HttpResponse:
    """Say what the values typed so far mean for a mail on Friday afternoon."""
    form = TargetForm(request.GET)
    form.is_valid()
    minutes = form.cleaned_data.get("first_minutes")
    number = form.cleaned_data.get("hours") or "0"
    hours = BusinessHours.objects.filter(pk=int(number)).first()
    example = None
    if minutes and (hours is not None or number == "0"):
        example = example_of(minutes, calendar_of(hours), at=now(), zone=zone_of(request))
    return fragment(request, "inbox/_target_preview.html", example=example)


@require_GET
@needs(CHANGE)
def target_catalogue(request: Request) -> HttpResponse:
    """Return what conversations may be asked, for the builder."""
    return JsonResponse(catalogue("conversation", asker_of(request)))


@require_POST
@needs(CHANGE)
def target_switch(request: Request, target_id: int) -> HttpResponse:
    """Switch a promise off, or on again."""
    found = _target(target_id)
    change_target(found, {"is_active": not found.is_active}, by=request.actor)
    said = _("“%(name)s” is on.") if found.is_active else _("“%(name)s” is off.")
    return done(said % {"name": found.name}, event=CHANGED)


@require_POST
@needs(CHANGE)
def target_removal(request: Request, target_id: int) -> HttpResponse:
    """Take a promise back."""
    found = _target(target_id)
    name = found.name
    delete_target(found, by=request.actor)
    return done(_("“%(name)s” is gone.") % {"name": name}, event=CHANGED)


@require_POST
@needs(CHANGE)
def target_up(request: Request, target_id: int) -> HttpResponse:
    """Let a promise be asked before the one above it."""
    ids = list(ResponseTarget.objects.values_list("pk", flat=True))
    place = ids.index(_target(target_id).pk)
    ids.insert(max(place - 1, 0), ids.pop(place))
    order_targets(ids, by=request.actor)
    return done(event=CHANGED)


def _box(
    request: Request, form: TargetForm, title: str, submit: str, work: Any, condition: object, people: object
) -> HttpResponse:
    trees = {"condition": condition, "people": people}
    if request.method == "POST":
        trees = {name: request.POST.get(name) or "" for name in trees}
    lengths = [form[name] for name in LENGTHS]
    rest = [form[name] for name in ("hours", "escalate_to", "notified")]
    return box(
        request, form, title=title, submit=submit, work=work, template="inbox/_target_box.html", trees=trees,
        lengths=lengths, rest=rest, lookup_url=reverse("people:lookup"),
        conversation_url=reverse("inbox:target_catalogue"),
        people_url=reverse("people:catalogue", args=["person"]),
    )  # fmt: skip


def _values(form: TargetForm) -> dict[str, Any]:
    values = dict(form.cleaned_data)
    for name in ("condition", "people"):
        values[name] = read_json(values[name]) or {}
    return values


def _target(target_id: int) -> ResponseTarget:
    found = ResponseTarget.objects.filter(pk=target_id).first()
    if found is None:
        raise NotThere
    return found


class _Calendars(dict[int | None, Any]):
    """Calendars by the number of their hours, each read once."""

    def of(self, hours: BusinessHours | None) -> Any:
        number = hours.pk if hours is not None else None
        if number not in self:
            self[number] = calendar_of(hours)
        return self[number]


def _told(request: HttpRequest, one: ResponseTarget, asker: Asker, calendars: _Calendars) -> dict[str, Any]:
    promises = [
        (label, write_length(minutes))
        for kind, label in ClockKind.choices
        if (minutes := one.minutes(kind)) is not None
    ]
    example = None
    if one.first_minutes is not None:
        zone = zone_of(request)  # type: ignore[arg-type]
        example = example_of(one.first_minutes, calendars.of(one.hours), at=asker.now, zone=zone)
    return {"target": one, "promises": promises, "words": _who(one, asker), "example": example}


def _who(one: ResponseTarget, asker: Asker) -> str:
    """Return to whom a promise is made, in words; a filter that can't be read any more says so."""
    trees = ((one.condition, "conversation"), (one.people, "person"))
    try:
        said = [sentence(tree, subject, asker) for tree, subject in trees if tree]
    except BadFilter:
        return _("Its conditions can't be read any more, so it holds for nobody.")
    return "; ".join(said) or _("Every conversation")

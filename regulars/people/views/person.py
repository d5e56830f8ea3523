from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import fragment, redirect, say
from regulars.kit.panels import panel
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.persons import change_person
from regulars.people.actions.removal import delete_person, restore_person
from regulars.people.models import Company, CustomField, Person, Stage, Tag
from regulars.people.views.facts import as_values, custom_facts, details_of, editable, keeper_fact, team_fact
from regulars.people.views.slots import draw, places
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import may, reaches

HEALTH_TONES = {
    "steady": "green",
    "wavering": "amber",
    "at_risk": "brick",
    "lapsed": "stone",
    "won_back": "sky",
}


@require_GET
@needs("people.see")
def person(request: Request, person_id: int) -> HttpResponse:
    """Show one person whole: who they are, how it stands, and all that happened."""
    found = find_person(request, person_id)
    request.live_topics = [f"person:{found.pk}"]  # type: ignore[attr-defined]
    context = {
        **header_context(request, found),
        **places(request, "person", found, "people:panel"),
        "may_note": may_do(request, "notes.change", found),
        "notes_url": reverse("people:notes", args=[found.pk]),
        "about_name": found.display_name,
    }
    return render(request, "people/person.html", context)


@require_GET
@needs("people.see")
def header(request: Request, person_id: int) -> HttpResponse:
    """Show the head of the page anew after a change."""
    return render(
        request, "people/_person_header.html", header_context(request, find_person(request, person_id))
    )


@require_GET
@needs("people.see")
def person_panel(request: Request, person_id: int, name: str) -> HttpResponse:
    """Show one panel, for when it comes into view or what it shows has changed."""
    found, wanted = find_person(request, person_id), panel("person", name)
    if wanted is None or (wanted.see and not may(request.member, wanted.see)):
        raise NotThere
    return HttpResponse(draw(request, wanted, found))


@require_POST
@needs("people.change")
def field(request: Request, person_id: int, name: str) -> HttpResponse:
    """Change one field where it stands."""
    found = find_person(request, person_id, "people.change")
    value = request.POST.get("value", request.POST.get(name, ""))
    fact = fact_of(found, name)
    try:
        changed = change_person(found, by=request.actor, at=now(), **as_values(name, value))
    except Invalid as problem:
        error = next(iter(problem.fields.values()), str(problem))
        return fragment(
            request,
            "kit/_editable.html",
            status=422,
            **editable("people:field", found, {**fact, "value": value, "display": ""}),
            error=error,
        )
    undo = undo_url("field", person=found.pk, name=name, value=fact["value"])
    toast = _("%(field)s saved.") % {"field": fact["label"]}
    return fragment(
        request,
        "kit/_editable.html",
        toast=toast,
        undo=undo,
        **editable("people:field", changed, fact_of(changed, name)),
    )


@takes_back("field")
def _undo_field(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = find_person(request, what["person"], "people.change")
    change_person(found, by=request.actor, at=at, **as_values(what["name"], what["value"]))
    return "details-changed" if what["name"] not in ("name", "keeper", "team") else "person-changed"


@require_POST
@needs("people.delete")
def deletion(request: Request, person_id: int) -> HttpResponse:
    """Hide a person; for 30 days they can be brought back."""
    found = find_person(request, person_id, "people.delete")
    delete_person(found, by=request.actor, at=now())
    say(
        request,
        _("%(name)s is deleted.") % {"name": found.display_name},
        undo=undo_url("deletion", person=found.pk),
    )
    return redirect(request, reverse("people:list"))


@takes_back("deletion")
def _undo_deletion(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = Person.objects.filter(pk=what["person"]).first()
    require(found is not None and reaches(request.member, "people.delete", found))
    if found is not None:
        restore_person(found, by=request.actor, at=at)
    return "people-changed"


def find_person(request: Request, person_id: int, verb: str = "people.see") -> Person:
    """Return a person this member may see, or may do the verb to."""
    rows = Person.objects.visible_to(request.member).select_related("keeper", "team")
    found: Person | None = rows.filter(pk=person_id).first()
    if found is None:
        raise NotThere
    require(verb == "people.see" or reaches(request.member, verb, found))
    return found


def may_do(request: Request, verb: str, found: Person) -> bool:
    """Tell whether this member may do a verb to this person."""
    return reaches(request.member, verb, found)


def header_context(request: Request, found: Person) -> dict[str, Any]:
    """Return what the head of the page shows."""
    may_change = may_do(request, "people.change", found)
    return {
        "person": found,
        "name": _name(found, may_change),
        "subtitle": _subtitle(found),
        "steps": _steps(found),
        "stage_note": _stage_note(found),
        "health_tone": HEALTH_TONES.get(found.health, ""),
        "keeper": {**keeper_fact(found), "url": reverse("people:field", args=[found.pk, "keeper"])},
        "team": {**team_fact(found), "url": reverse("people:field", args=[found.pk, "team"])},
        "may_change": may_change,
        "may_delete": may_do(request, "people.delete", found),
        "people_url": reverse("people:list"),
        "audit_url": f"{reverse('team:audit')}?subject=person:{found.pk}"
        if may(request.member, "audit.see")
        else "",
        **tags_context(found),
    }


def tags_context(found: Person) -> dict[str, Any]:
    """Return a person's tags, each with the list of who else carries it."""
    tags = list(Tag.objects.filter(pk__in=found.tag_ids))
    for tag in tags:
        tag.filter = json.dumps({"field": "tags", "op": "has", "value": tag.pk})  # type: ignore[attr-defined]
    return {
        "tags": tags,
        "people_url": reverse("people:list"),
        "known_tags": list(Tag.objects.values_list("name", flat=True)[:200]),
    }


def fact_of(found: Person, name: str) -> dict[str, Any]:
    """Return one editable fact by its name."""
    if name == "name":
        return {
            "name": "name",
            "label": _("Name"),
            "value": found.name,
            "kind": "text",
            "placeholder": _("Unnamed"),
        }
    own = CustomField.objects.filter(subject="person", archived_at=None) if name.startswith("custom.") else []
    facts = [*details_of(found), keeper_fact(found), team_fact(found), *custom_facts(found, own)]
    fact = next((one for one in facts if one["name"] == name), None)
    if fact is None:
        raise NotThere
    return fact


def _name(found: Person, may_change: bool) -> str | SafeString:
    if not may_change:
        return found.display_name
    shown = render_to_string("kit/_editable.html", editable("people:field", found, fact_of(found, "name")))
    return mark_safe(shown)  # noqa: S308  our own template


def _subtitle(found: Person) -> str:
    current = Company.objects.filter(affiliations__person=found, affiliations__to_on=None, deleted_at=None)
    parts = [found.job_title, *(company.name for company in current[:2]), found.city]
    return " · ".join(part for part in parts if part)


def _stage_note(found: Person) -> str:
    """Say how long somebody has been in their stage."""
    since, stage = found.stage_since or found.created_at, found.get_stage_display()
    if now() - since < timedelta(days=1):
        return _("%(stage)s since today") % {"stage": stage}
    return _("%(stage)s for %(time)s") % {"stage": stage, "time": timesince(since, now(), depth=1)}


def _steps(found: Person) -> list[dict[str, Any]]:
    order = list(Stage.values)
    place = order.index(found.stage)
    return [
        {"label": label, "done": number < place, "now": number == place}
        for number, (_value, label) in enumerate(Stage.choices)
    ]

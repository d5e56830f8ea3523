from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done, fragment, redirect, say
from regulars.kit.panels import panel
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.companies import change_company, delete_company, restore_company
from regulars.people.actions.notes import pin_note, write_note
from regulars.people.models import Company, CustomField, Tag
from regulars.people.views.facts import as_values, custom_facts, details_of_company, editable
from regulars.people.views.slots import draw, places
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import may, reaches

CHANGE = "companies.change"


@require_GET
@needs("companies.see")
def company(request: Request, company_id: int) -> HttpResponse:
    """Show one company whole: who belongs to it and all that happened."""
    found = find_company(request, company_id)
    people = found.affiliations.filter(to_on=None, person__deleted_at=None).count()
    parts = [_("Household") if found.is_household else "", found.industry, found.city]
    parts.append(ngettext("%(n)d person", "%(n)d people", people) % {"n": people})
    context = {
        "company": found,
        "name": _name(found, reaches(request.member, CHANGE, found)),
        "subtitle": " · ".join(part for part in parts if part),
        "tags": Tag.objects.filter(pk__in=found.tag_ids),
        "domains": found.domains.all(),
        "may_change": reaches(request.member, CHANGE, found),
        "may_delete": reaches(request.member, "companies.delete", found),
        "may_note": reaches(request.member, "notes.change", found),
        "notes_url": reverse("people:company_notes", args=[found.pk]),
        "about_name": found.name,
        **places(request, "company", found, "people:company_panel"),
    }
    return render(request, "people/company.html", context)


@require_GET
@needs("companies.see")
def company_panel(request: Request, company_id: int, name: str) -> HttpResponse:
    """Show one panel of a company."""
    found, wanted = find_company(request, company_id), panel("company", name)
    if wanted is None or (wanted.see and not may(request.member, wanted.see)):
        raise NotThere
    return HttpResponse(draw(request, wanted, found))


@require_POST
@needs(CHANGE)
def company_field(request: Request, company_id: int, name: str) -> HttpResponse:
    """Change one field of a company where it stands."""
    found, value = find_company(request, company_id, CHANGE), request.POST.get("value", "")
    fact = _fact(found, name)
    try:
        changed = change_company(found, by=request.actor, at=now(), **as_values(name, value))
    except Invalid as problem:
        error = next(iter(problem.fields.values()), str(problem))
        shown = editable("people:company_field", found, {**fact, "value": value, "display": ""})
        return fragment(request, "kit/_editable.html", status=422, error=error, **shown)
    undo = undo_url("company_field", company=found.pk, name=name, value=fact["value"])
    toast = _("%(field)s saved.") % {"field": fact["label"]}
    return fragment(
        request,
        "kit/_editable.html",
        toast=toast,
        undo=undo,
        **editable("people:company_field", changed, _fact(changed, name)),
    )


@takes_back("company_field")
def _undo_field(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = find_company(request, what["company"], CHANGE)
    change_company(found, by=request.actor, at=at, **as_values(what["name"], what["value"]))
    return "details-changed"


@require_POST
@needs("notes.change")
def company_notes(request: Request, company_id: int) -> HttpResponse:
    """Write a note about a company."""
    found = find_company(request, company_id, "notes.change")
    note = write_note(found, request.POST.get("body", ""), by=request.actor, at=now())
    if request.POST.get("pin"):
        pin_note(note, by=request.actor, at=now())
    return done(_("Note added."), undo=undo_url("note", note=note.pk), event="notes-changed")


@require_POST
@needs("companies.delete")
def company_deletion(request: Request, company_id: int) -> HttpResponse:
    """Delete a company; the people who belong to it stay."""
    found = find_company(request, company_id, "companies.delete")
    delete_company(found, by=request.actor, at=now())
    say(
        request,
        _("%(name)s is deleted.") % {"name": found.name},
        undo=undo_url("company_deletion", company=found.pk),
    )
    return redirect(request, reverse("people:companies"))


@takes_back("company_deletion")
def _undo_deletion(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = Company.objects.filter(pk=what["company"]).first()
    require(found is not None and reaches(request.member, "companies.delete", found))
    if found is not None:
        restore_company(found, by=request.actor, at=at)
    return "people-changed"


def find_company(request: Request, company_id: int, verb: str = "companies.see") -> Company:
    """Return a company this member may see, or may do the verb to."""
    found: Company | None = Company.objects.visible_to(request.member).filter(pk=company_id).first()
    if found is None:
        raise NotThere
    require(verb == "companies.see" or reaches(request.member, verb, found))
    return found


def _fact(found: Company, name: str) -> dict[str, Any]:
    if name == "name":
        return {"name": "name", "label": _("Name"), "value": found.name, "kind": "text"}
    own = (
        CustomField.objects.filter(subject="company", archived_at=None) if name.startswith("custom.") else []
    )
    fact = next(
        (one for one in [*details_of_company(found), *custom_facts(found, own)] if one["name"] == name), None
    )
    if fact is None:
        raise NotThere
    return fact


def _name(found: Company, may_change: bool) -> str:
    if not may_change:
        return found.name
    shown = render_to_string(
        "kit/_editable.html", editable("people:company_field", found, _fact(found, "name"))
    )
    return mark_safe(shown)  # noqa: S308  our own template

"""The palette: people and companies as one types, and the values a filter may name."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regulars.kit.requests import Request
from regulars.people.models import Company, Identity, Person
from regulars.people.queries.search import search
from regulars.team.gate import members_only

MOST = 12


@require_GET
@members_only
def palette(request: Request) -> HttpResponse:
    """Show what is found by the words typed, best first."""
    found = search(request.member, request.GET.get("q", ""), limit=MOST)
    people = _people([one.id for one in found if one.subject == "person"])
    companies = _companies([one.id for one in found if one.subject == "company"])
    groups = [
        {"label": label, "found": rows}
        for label, rows in ((_("People"), people), (_("Companies"), companies))
        if rows
    ]
    return render(request, "kit/_palette_results.html", {"groups": groups})


@require_GET
@members_only
def lookup(request: Request) -> JsonResponse:
    """Return people or companies as values for the filter builder."""
    subject = request.GET.get("of", "person")
    found = (
        search(request.member, request.GET.get("q", ""), limit=MOST, subjects=(subject,))
        if subject in ("person", "company")
        else []
    )
    rows = (
        _people([one.id for one in found]) if subject == "person" else _companies([one.id for one in found])
    )
    return JsonResponse({"items": [{"value": row["key"], "label": row["label"]} for row in rows]})


def _people(ids: list[int]) -> list[dict[str, Any]]:
    rows = Person.objects.in_bulk(ids)
    reach = {
        one.person_id: one.value
        for one in Identity.objects.filter(
            person__in=ids, ended_at=None, kind__in=("email", "phone")
        ).order_by("is_primary", "-kind")
    }
    return [
        {
            "label": rows[number].display_name,
            "sub": reach.get(number, ""),
            "hint": rows[number].get_stage_display(),
            "url": reverse("people:person", args=[number]),
            "avatar": rows[number].display_name,
            "key": number,
        }
        for number in ids
        if number in rows
    ]


def _companies(ids: list[int]) -> list[dict[str, Any]]:
    rows = Company.objects.in_bulk(ids)
    return [
        {
            "label": rows[number].name,
            "sub": rows[number].city,
            "url": reverse("people:company", args=[number]),
            "avatar": rows[number].name,
            "key": number,
            "company": True,
        }
        for number in ids
        if number in rows
    ]

"""The palette: people and companies as one types, and the values a filter may name."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regulars.kit.addresses import row_address
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.kit.requests import Request
from regulars.people.models import Company, Person, Stage
from regulars.people.queries.search import search
from regulars.team.gate import members_only
from regulars.team.models import Member

MOST = 12
MOST_NAMED = 100


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
    """Return people, companies or members by a word, or by their ids: what a filter may name, a note may mention."""
    find = {"person": _person_values, "company": _company_values, "member": _member_values}.get(
        request.GET.get("kind", "person")
    )
    said = request.GET.get("ids", "")
    ids = [int(one) for one in said.split(",") if one.isdecimal()][:MOST_NAMED] if said else None
    found = find(request, request.GET.get("q", "").strip(), ids) if find else []
    return JsonResponse({"results": [{"value": value, "label": label} for value, label in found]})


def _person_values(request: Request, word: str, ids: list[int] | None) -> list[tuple[int, str]]:
    rows = Person.objects.visible_to(request.member)
    return [(row.pk, row.display_name) for row in _meant(request, rows, "person", word, ids)]


def _company_values(request: Request, word: str, ids: list[int] | None) -> list[tuple[int, str]]:
    rows = Company.objects.visible_to(request.member)
    return [(row.pk, row.name) for row in _meant(request, rows, "company", word, ids)]


def _member_values(request: Request, word: str, ids: list[int] | None) -> list[tuple[int, str]]:
    rows = Member.objects.filter(pk__in=ids) if ids is not None else Member.objects.active()
    found = rows.filter(name__icontains=word) if word else rows
    return list(found.order_by("name").values_list("pk", "name")[: MOST_NAMED if ids else MOST])


def _meant(request: Request, rows: Any, subject: str, word: str, ids: list[int] | None) -> list[Any]:
    """Return the rows of these ids, else those found by a word, else the newest."""
    if ids is None and not word:
        return list(rows.order_by("-pk")[:MOST])
    if ids is None:
        ids = [one.id for one in search(request.member, word, limit=MOST, subjects=(subject,))]
    known = rows.in_bulk(ids)
    return [known[number] for number in ids if number in known]


_PEOPLE = f"""{PLANNED_ONCE}
    SELECT p.id, p.name, p.stage, (
        SELECT i.value FROM people_identity i WHERE i.person_id = p.id AND i.ended_at IS NULL AND i.kind IN ('email', 'phone')
        ORDER BY i.is_primary DESC, i.kind, i.id LIMIT 1)
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS found(id, place) JOIN people_person p ON p.id = found.id ORDER BY found.place"""


def _people(ids: list[int]) -> list[dict[str, Any]]:
    """Return people in the order of their ids, each with the address or number they are reached by first."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [ids])
        rows = cursor.fetchall()
    labels, unnamed = dict(Stage.choices), _("Unnamed")
    return [
        {
            "label": name or unnamed,
            "sub": reach or "",
            "hint": labels.get(stage, stage),
            "url": row_address("people:person", number),
            "avatar": name or unnamed,
            "key": number,
        }
        for number, name, stage, reach in rows
    ]


def _companies(ids: list[int]) -> list[dict[str, Any]]:
    rows = Company.objects.in_bulk(ids) if ids else {}
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

"""The lists of people and companies: their columns, saved lists, filter catalogue and export."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from regulars.kit import markup
from regulars.kit.addresses import row_address
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.filters.catalogue import catalogue
from regulars.kit.listing import Listing, show_list
from regulars.kit.lists import ListRow, ListSpec, compact
from regulars.kit.refused import NotThere, require
from regulars.kit.requests import Request
from regulars.kit.tables import Column, Empty
from regulars.people.models import Company, Health, Person, Stage, View
from regulars.people.queries.bulk import bulk_choices
from regulars.people.queries.search import search_ids
from regulars.people.views.person import HEALTH_TONES
from regulars.team.gate import members_only, needs
from regulars.team.models import Member
from regulars.team.rules import may

STAGE_TONES = {
    "reached": "stone",
    "acquired": "sky",
    "nurtured": "teal",
    "retained": "green",
    "advocate": "amber",
}
STAGE_LABELS, HEALTH_LABELS = dict(Stage.choices), dict(Health.choices)
SUBJECT_VERBS = {
    "person": "people.see",
    "company": "companies.see",
    "order": "orders.see",
    "conversation": "conversations.see",
}


def _person_name(row: ListRow) -> str:
    return str(row.values.get("name") or _("Unnamed"))


def _person_cell(row: ListRow) -> object:
    return markup.who(_person_name(row), row_address("people:person", row.id), row.id)


def _company_cell(row: ListRow) -> object:
    return markup.who(
        str(row.values.get("name")), row_address("people:company", row.id), row.id, company=True
    )


def _stage_cell(row: ListRow) -> object:
    stage = str(row.values.get("stage"))
    return markup.chip(STAGE_LABELS.get(stage, stage), STAGE_TONES.get(stage, ""))


def _health_cell(row: ListRow) -> object:
    health = str(row.values.get("health") or "")
    return (
        markup.chip(HEALTH_LABELS.get(health, health), HEALTH_TONES.get(health, ""), dot=True)
        if health
        else None
    )


def _tags_cell(row: ListRow) -> object:
    names = str(row.values.get("tags") or "")
    return markup.chips(names.split(", ")) if names else None


PEOPLE = Listing(
    name="people",
    title=gettext_lazy("People"),
    spec=ListSpec(
        subject="person",
        rows=lambda seer: Person.objects.visible_to(seer),
        default_columns=(
            "name",
            "company",
            "stage",
            "health",
            "commerce.order_count",
            "commerce.revenue",
            "commerce.last_order",
            "keeper",
            "tags",
        ),
        default_sort="-created_at",
        search=lambda text, seer: search_ids(seer, text, "person", most=500),
    ),
    url_name="people:list",
    catalogue_url="/people/catalogue/person/",
    lookup_url="/people/lookup/",
    export_url="/people/export/",
    template="people/list.html",
    search_hint=gettext_lazy("Name, e-mail, phone, company, note"),
    row_url=lambda row: row_address("people:person", row.id),
    row_name=_person_name,
    columns={
        "name": Column("name", gettext_lazy("Name"), _person_cell, css="cell-main", sort="name"),
        "stage": Column("stage", gettext_lazy("Stage"), _stage_cell),
        "health": Column("health", gettext_lazy("Health"), _health_cell),
        "tags": Column("tags", gettext_lazy("Tags"), _tags_cell),
    },
    empty=Empty(
        gettext_lazy("No customers yet"),
        gettext_lazy("Bring the ones you have: a spreadsheet from your shop or your old system is enough."),
        "users",
        "/imports/new/",
        gettext_lazy("Import customers"),
    ),
)
COMPANIES = Listing(
    name="companies",
    title=gettext_lazy("Companies"),
    spec=ListSpec(
        subject="company",
        rows=lambda seer: Company.objects.visible_to(seer),
        default_columns=(
            "name",
            "industry",
            "city",
            "country",
            "people_count",
            "commerce.revenue",
            "keeper",
            "last_touch_at",
        ),
        default_sort="name",
        search=lambda text, seer: search_ids(seer, text, "company", most=500),
    ),
    url_name="people:companies",
    catalogue_url="/people/catalogue/company/",
    lookup_url="/people/lookup/",
    export_url="/companies/export/",
    template="people/list.html",
    search_hint=gettext_lazy("Name, domain, note"),
    selectable=False,
    row_url=lambda row: row_address("people:company", row.id),
    row_name=lambda row: str(row.values.get("name")),
    columns={
        "name": Column("name", gettext_lazy("Name"), _company_cell, css="cell-main", sort="name"),
        "tags": Column("tags", gettext_lazy("Tags"), _tags_cell),
    },
    empty=Empty(
        gettext_lazy("No companies yet"),
        gettext_lazy("Companies and households appear here as soon as a person belongs to one."),
        "building",
    ),
)
LISTINGS = {"person": PEOPLE, "company": COMPANIES}


@require_GET
@needs("people.see")
def people(request: Request) -> HttpResponse:
    """Show the people this member may see."""
    return _show(
        request,
        PEOPLE,
        may_new=may(request.member, "people.change"),
        new_url=reverse("people:new"),
        new_label=_("New person"),
        may_export=may(request.member, "people.export"),
    )


@require_GET
@needs("companies.see")
def companies(request: Request) -> HttpResponse:
    """Show the companies this member may see."""
    more = {
        "may_new": may(request.member, "companies.change"),
        "new_url": reverse("people:new_company"),
        "new_label": _("New company"),
        "may_export": may(request.member, "people.export"),
    }
    return _show(request, COMPANIES, **more)


@require_GET
@members_only
def filter_catalogue(request: Request, subject: str) -> HttpResponse:
    """Return what a subject may be filtered by, for the builder."""
    if subject not in SUBJECT_VERBS:
        raise NotThere
    require(may(request.member, SUBJECT_VERBS[subject]))
    return JsonResponse(catalogue(subject, asker_of(request)))


def asker_of(request: Request) -> Asker:
    """Return for whom and when a filter is read: in the member's time zone."""
    zone = ZoneInfo(request.member.time_zone or "UTC")
    member = request.member
    return Asker(now=now(), may_see=lambda verb: may(member, verb), member_id=member.pk, zone=zone)


def _show(request: Request, listing: Listing, **more: Any) -> HttpResponse:
    saved = saved_view(request, listing.spec.subject)
    params = with_view(request.GET, saved)
    return show_list(
        request,
        listing,
        seer=request.member,
        asker=asker_of(request),
        params=params,
        around=lambda: {**views_context(request, listing, saved), **bulk_context(request, listing), **more},
    )


def saved_view(request: Request, subject: str) -> View | None:
    """Return the saved list that the address names, if this member may use it."""
    number = request.GET.get("view", "")
    return views_of(request.member, subject).filter(pk=int(number)).first() if number.isdigit() else None


def views_of(member: Member, subject: str) -> QuerySet[View]:
    """Return the saved lists of a subject that a member may use: their own and the shared ones."""
    return View.objects.filter(Q(author=member) | Q(is_shared=True), subject=subject)


def with_view(params: QueryDict, saved: View | None) -> dict[str, str]:
    """Return the address's parameters, a saved list's own where the address says nothing."""
    said = {name: value for name, value in params.items() if isinstance(value, str)}
    if saved is None:
        return said
    held = {
        "filter": compact(saved.filter) if saved.filter else "",
        "columns": ",".join(saved.columns),
        "sort": saved.sort,
    }
    return {**{name: value for name, value in held.items() if name not in said}, **said}


def views_context(request: Request, listing: Listing, saved: View | None) -> dict[str, Any]:
    """Return the tabs of saved lists and what can be done with the one shown."""
    url, subject = reverse(listing.url_name), listing.spec.subject
    everything = {"label": _("All"), "url": url, "active": saved is None, "icon": ""}
    tabs = [
        {
            "label": view.name,
            "url": f"{url}?view={view.pk}",
            "active": view == saved,
            "icon": "users" if view.is_shared else "",
        }
        for view in views_of(request.member, subject)[:20]
    ]
    is_mine = saved is not None and (
        saved.author_id == request.member.pk or may(request.member, "views.share")
    )
    return {
        "view_tabs": [everything, *tabs] if tabs else [],
        "view": saved,
        "view_id": saved.pk if saved else "",
        "may_change_view": is_mine,
        "is_pinned": saved is not None and saved.pinned_by.filter(pk=request.member.pk).exists(),
        "save_url": reverse("people:save_view", args=[subject]) if may(request.member, "views.save") else "",
    }


def bulk_context(request: Request, listing: Listing) -> dict[str, Any]:
    """Return what may be done to many at once."""
    if listing is not PEOPLE:
        return {}
    tags, members = bulk_choices()
    return {
        "may_bulk": may(request.member, "people.change") or may(request.member, "people.export"),
        "may_change": may(request.member, "people.change"),
        "may_delete": may(request.member, "people.delete"),
        "bulk_tags": tags,
        "bulk_members": members,
        "bulk_stages": Stage.choices,
    }

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, ListQuery, Sent, run_batch
from regulars.kit.refused import NotThere, require
from regulars.people.actions.views import change_view, delete_view, save_view
from regulars.people.api.doors import actor_of, answer, gone, records_page, seer_of
from regulars.people.models import View
from regulars.team.rules import Seer, may

router = Router(tags=["saved lists"])
READ, WRITE = "views.save", "views.share"


class ViewChange(Sent):
    """What changes about a saved list."""

    name: str | None = Field(None, max_length=80, examples=["Regulars in Helsinki"])
    filter: dict[str, Any] | None = Field(
        None, examples=[{"field": "stage", "op": "is", "value": "retained"}]
    )
    columns: list[str] | None = Field(None, max_length=100, examples=[["name", "email", "stage"]])
    sort: str | None = Field(None, max_length=120, examples=["-created_at"])
    is_shared: bool | None = None


class ViewIn(ViewChange):
    """A list to save."""

    subject: str = Field("person", pattern="^(person|company|order)$")
    name: str = Field(..., max_length=80, examples=["Regulars in Helsinki"])


class ViewOut(Schema):
    """A saved list."""

    id: int = Field(..., examples=[12])
    subject: str = Field(..., examples=["person"])
    name: str = Field(..., examples=["Regulars in Helsinki"])
    filter: dict[str, Any]
    columns: list[str]
    sort: str
    is_shared: bool


class Views(Schema):
    """One page of the saved lists an asker may use."""

    items: list[ViewOut]
    next: str | None = None


@router.get("/views", response={200: Views, **ERRORS}, summary="List saved lists")
def list_views(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return the shared lists, and for a member their own, that pass a filter, page by page."""
    rows = _views(seer_of(request, READ))
    return answer(records_page(request, query, subject="view", rows=rows, shape=view_shape, verb=READ))


@router.post("/views", response={201: ViewOut, **ERRORS}, summary="Save a list")
def new_view(request: HttpRequest, values: ViewIn) -> HttpResponse:
    """Save a list; what a key saves is shared, since a key has no menu of its own."""
    return answer(view_shape(_create(request, values)), status=201)


@router.post(
    "/views/batch", response={200: BatchOut, **ERRORS}, summary="Save, change or delete up to 1,000 lists"
)
def views_batch(request: HttpRequest, rows: DeedsIn[ViewIn, ViewChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    require(may(seer_of(request, READ), WRITE))
    deeds = Deeds[ViewIn, ViewChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/views/{int:view_id}", response={200: ViewOut, **ERRORS}, summary="Get a saved list")
def get_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Return one saved list."""
    return answer(view_shape(_view(request, view_id, READ)))


@router.patch("/views/{int:view_id}", response={200: ViewOut, **ERRORS}, summary="Change a saved list")
def patch_view(request: HttpRequest, view_id: int, values: ViewChange) -> HttpResponse:
    """Change a shared list."""
    return answer(view_shape(_change(request, view_id, values)))


@router.delete("/views/{int:view_id}", response={204: None, **ERRORS}, summary="Delete a saved list")
def remove_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Throw a shared list away; the people in it stay."""
    _delete(request, view_id)
    return gone()


def view_shape(row: View) -> dict[str, Any]:
    """Return a saved list."""
    names = ("subject", "name", "filter", "columns", "sort", "is_shared")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def _create(request: HttpRequest, values: ViewIn) -> View:
    require(may(seer_of(request, READ), WRITE))
    columns = {**_given(values), "is_shared": True}
    return save_view(columns.pop("subject", "person"), columns, by=actor_of(request))


def _change(request: HttpRequest, view_id: int, values: ViewChange) -> View:
    return change_view(_view(request, view_id, WRITE), by=actor_of(request), **_given(values))


def _delete(request: HttpRequest, view_id: int) -> None:
    delete_view(_view(request, view_id, WRITE), by=actor_of(request))


def _views(seer: Seer) -> QuerySet[View]:
    own = Q(author=seer.member_id) if seer.member_id else Q(pk__in=[])
    return View.objects.filter(Q(is_shared=True) | own)


def _view(request: HttpRequest, view_id: int, verb: str) -> View:
    found = _views(seer_of(request, verb)).filter(pk=view_id).first()
    if found is None:
        raise NotThere
    return found


def _given(values: Schema) -> dict[str, Any]:
    return {name: value for name, value in values.dict(exclude_unset=True).items() if value is not None}

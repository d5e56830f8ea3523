from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.kit.api import Sent
from regulars.kit.clock import now
from regulars.kit.refused import NotThere, require
from regulars.people.actions.fields import archive_field, change_field, define_field
from regulars.people.actions.views import change_view, delete_view, save_view
from regulars.people.api.doors import actor_of, answer, gone, seer_of
from regulars.people.api.persons import ERRORS
from regulars.people.models import CustomField, Tag, View
from regulars.team.rules import Seer, may

router = Router(tags=["fields, tags and views"])


class FieldChange(Sent):
    """What changes about a custom field."""

    label: str | None = Field(None, max_length=80, examples=["Favourite roast"])
    choices: list[str] | None = Field(None, max_length=200)
    help_text: str | None = Field(None, max_length=200)
    is_filterable: bool | None = None


class FieldIn(FieldChange):
    """A field of your own."""

    subject: str = Field("person", pattern="^(person|company|order)$")
    label: str = Field(..., max_length=80, examples=["Favourite roast"])
    type: str = Field("text", pattern="^(text|number|date|choice|choices|bool|money|link)$")
    key: str | None = Field(None, max_length=40)
    currency: str | None = Field(None, max_length=3)


class FieldOut(Schema):
    """A custom field."""

    id: int
    subject: str
    key: str
    label: str
    type: str
    choices: list[Any]
    currency: str
    help_text: str
    is_filterable: bool


class Fields(Schema):
    """All custom fields in use."""

    items: list[FieldOut]


class TagOut(Schema):
    """A tag."""

    id: int
    name: str
    colour: str


class Tags(Schema):
    """All tags."""

    items: list[TagOut]


class ViewChange(Sent):
    """What changes about a saved list."""

    name: str | None = Field(None, max_length=80, examples=["Regulars in Helsinki"])
    filter: dict[str, Any] | None = None
    columns: list[str] | None = Field(None, max_length=100)
    sort: str | None = Field(None, max_length=120)
    is_shared: bool | None = None


class ViewIn(ViewChange):
    """A list to save."""

    subject: str = Field("person", pattern="^(person|company|order)$")
    name: str = Field(..., max_length=80, examples=["Regulars in Helsinki"])


class ViewOut(Schema):
    """A saved list."""

    id: int
    subject: str
    name: str
    filter: dict[str, Any]
    columns: list[str]
    sort: str
    is_shared: bool


class Views(Schema):
    """The saved lists an asker may use."""

    items: list[ViewOut]


@router.get("/fields", response={200: Fields, **ERRORS}, summary="List custom fields")
def list_fields(request: HttpRequest) -> HttpResponse:
    """Return all custom fields in use."""
    seer_of(request, "people.see")
    return answer({"items": [field_shape(row) for row in CustomField.objects.filter(archived_at=None)]})


@router.post("/fields", response={201: FieldOut, **ERRORS}, summary="Make a custom field")
def new_field(request: HttpRequest, values: FieldIn) -> HttpResponse:
    """Make a field; it is in forms, lists, filters, imports and exports at once."""
    seer_of(request, "fields.change")
    columns = _given(values)
    return answer(
        field_shape(define_field(columns.pop("subject", "person"), columns, by=actor_of(request))), status=201
    )


@router.patch("/fields/{int:field_id}", response={200: FieldOut, **ERRORS}, summary="Change a custom field")
def patch_field(request: HttpRequest, field_id: int, values: FieldChange) -> HttpResponse:
    """Change a field's label, choices or help; its type and key stay."""
    found = _field(request, field_id)
    return answer(field_shape(change_field(found, by=actor_of(request), **_given(values))))


@router.delete("/fields/{int:field_id}", response={204: None, **ERRORS}, summary="Archive a custom field")
def remove_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """Stop showing a field; its values stay."""
    archive_field(_field(request, field_id), by=actor_of(request), at=now())
    return gone()


@router.get("/tags", response={200: Tags, **ERRORS}, summary="List tags")
def list_tags(request: HttpRequest) -> HttpResponse:
    """Return all tags."""
    seer_of(request, "people.see")
    return answer(
        {"items": [{"id": row.pk, "name": row.name, "colour": row.colour} for row in Tag.objects.all()]}
    )


@router.get("/views", response={200: Views, **ERRORS}, summary="List saved lists")
def list_views(request: HttpRequest) -> HttpResponse:
    """Return the shared lists, and for a member their own."""
    return answer({"items": [view_shape(row) for row in _views(seer_of(request, "views.save"))]})


@router.post("/views", response={201: ViewOut, **ERRORS}, summary="Save a list")
def new_view(request: HttpRequest, values: ViewIn) -> HttpResponse:
    """Save a list; what a key saves is shared, since a key has no menu of its own."""
    require(may(seer_of(request, "views.save"), "views.share"))
    columns = {**_given(values), "is_shared": True}
    return answer(
        view_shape(save_view(columns.pop("subject", "person"), columns, by=actor_of(request))), status=201
    )


@router.patch("/views/{int:view_id}", response={200: ViewOut, **ERRORS}, summary="Change a saved list")
def patch_view(request: HttpRequest, view_id: int, values: ViewChange) -> HttpResponse:
    """Change a shared list."""
    return answer(view_shape(change_view(_view(request, view_id), by=actor_of(request), **_given(values))))


@router.delete("/views/{int:view_id}", response={204: None, **ERRORS}, summary="Delete a saved list")
def remove_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Throw a shared list away; the people in it stay."""
    delete_view(_view(request, view_id), by=actor_of(request))
    return gone()


def field_shape(row: CustomField) -> dict[str, Any]:
    """Return a custom field."""
    names = ("subject", "key", "label", "type", "choices", "currency", "help_text", "is_filterable")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def view_shape(row: View) -> dict[str, Any]:
    """Return a saved list."""
    return {
        "id": row.pk,
        **{
            name: getattr(row, name) for name in ("subject", "name", "filter", "columns", "sort", "is_shared")
        },
    }


def _field(request: HttpRequest, field_id: int) -> CustomField:
    seer_of(request, "fields.change")
    found = CustomField.objects.filter(pk=field_id, archived_at=None).first()
    if found is None:
        raise NotThere
    return found


def _views(seer: Seer) -> Any:
    own = Q(author=seer.member_id) if seer.member_id else Q(pk__in=[])
    return View.objects.filter(Q(is_shared=True) | own)


def _view(request: HttpRequest, view_id: int) -> View:
    seer = seer_of(request, "views.share")
    found: View | None = _views(seer).filter(pk=view_id).first()
    if found is None:
        raise NotThere
    return found


def _given(values: Schema) -> dict[str, Any]:
    return {name: value for name, value in values.dict(exclude_unset=True).items() if value is not None}

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, ListQuery, Sent, run_batch
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.people.actions.fields import archive_field, change_field, define_field
from regulars.people.api.doors import actor_of, answer, gone, records_page, seer_of
from regulars.people.models import CustomField, Tag

router = Router(tags=["fields and tags"])
VERB = "fields.change"


class FieldChange(Sent):
    """What changes about a custom field."""

    label: str | None = Field(None, max_length=80, examples=["Favourite roast"])
    choices: list[str] | None = Field(None, max_length=200, examples=[["dark", "light"]])
    help_text: str | None = Field(None, max_length=200)
    is_filterable: bool | None = None


class FieldIn(FieldChange):
    """A field of your own."""

    subject: str = Field("person", pattern="^(person|company|order)$")
    label: str = Field(..., max_length=80, examples=["Favourite roast"])
    type: str = Field(
        "text", pattern="^(text|number|date|choice|choices|bool|money|link)$", examples=["choice"]
    )
    key: str | None = Field(None, max_length=40, examples=["favourite_roast"])
    currency: str | None = Field(None, max_length=3)


class FieldOut(Schema):
    """A custom field."""

    id: int = Field(..., examples=[2])
    subject: str = Field(..., examples=["person"])
    key: str = Field(..., examples=["favourite_roast"])
    label: str = Field(..., examples=["Favourite roast"])
    type: str = Field(..., examples=["choice"])
    choices: list[Any]
    currency: str
    help_text: str
    is_filterable: bool


class Fields(Schema):
    """One page of custom fields in use."""

    items: list[FieldOut]
    next: str | None = None


class TagOut(Schema):
    """A tag."""

    id: int = Field(..., examples=[6])
    name: str = Field(..., examples=["wholesale"])
    colour: str


class Tags(Schema):
    """All tags."""

    items: list[TagOut]


@router.get("/fields", response={200: Fields, **ERRORS}, summary="List custom fields")
def list_fields(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return the custom fields in use that pass a filter, page by page."""
    query.sort = query.sort or "position"
    return answer(records_page(request, query, subject="field", rows=_fields(), shape=field_shape))


@router.post("/fields", response={201: FieldOut, **ERRORS}, summary="Make a custom field")
def new_field(request: HttpRequest, values: FieldIn) -> HttpResponse:
    """Make a field; it is in forms, lists, filters, imports and exports at once."""
    return answer(field_shape(_create(request, values)), status=201)


@router.post(
    "/fields/batch", response={200: BatchOut, **ERRORS}, summary="Make, change or archive up to 1,000 fields"
)
def fields_batch(request: HttpRequest, rows: DeedsIn[FieldIn, FieldChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, VERB)
    deeds = Deeds[FieldIn, FieldChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _archive(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/fields/{int:field_id}", response={200: FieldOut, **ERRORS}, summary="Get a custom field")
def get_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """Return one field."""
    return answer(field_shape(_field(request, field_id, "people.see")))


@router.patch("/fields/{int:field_id}", response={200: FieldOut, **ERRORS}, summary="Change a custom field")
def patch_field(request: HttpRequest, field_id: int, values: FieldChange) -> HttpResponse:
    """Change a field's label, choices or help; its type and key stay."""
    return answer(field_shape(_change(request, field_id, values)))


@router.delete("/fields/{int:field_id}", response={204: None, **ERRORS}, summary="Archive a custom field")
def remove_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """Stop showing a field; its values stay."""
    _archive(request, field_id)
    return gone()


@router.get("/tags", response={200: Tags, **ERRORS}, summary="List tags")
def list_tags(request: HttpRequest) -> HttpResponse:
    """Return all tags."""
    seer_of(request, "people.see")
    rows = [{"id": row.pk, "name": row.name, "colour": row.colour} for row in Tag.objects.all()]
    return answer({"items": rows})


def field_shape(row: CustomField) -> dict[str, Any]:
    """Return a custom field."""
    names = ("subject", "key", "label", "type", "choices", "currency", "help_text", "is_filterable")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def _create(request: HttpRequest, values: FieldIn) -> CustomField:
    seer_of(request, VERB)
    columns = {name: value for name, value in values.dict().items() if value is not None}
    return define_field(columns.pop("subject"), columns, by=actor_of(request))


def _change(request: HttpRequest, field_id: int, values: FieldChange) -> CustomField:
    return change_field(_field(request, field_id, VERB), by=actor_of(request), **_given(values))


def _archive(request: HttpRequest, field_id: int) -> None:
    archive_field(_field(request, field_id, VERB), by=actor_of(request), at=now())


def _fields() -> QuerySet[CustomField]:
    return CustomField.objects.filter(archived_at=None)


def _field(request: HttpRequest, field_id: int, verb: str) -> CustomField:
    seer_of(request, verb)
    found = _fields().filter(pk=field_id).first()
    if found is None:
        raise NotThere
    return found


def _given(values: Schema) -> dict[str, Any]:
    return {name: value for name, value in values.dict(exclude_unset=True).items() if value is not None}

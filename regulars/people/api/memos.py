from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, ListQuery, Sent, run_batch
from regulars.kit.clock import now
from regulars.people.actions.memos import add_memo, change_memo, remove_memo
from regulars.people.api.doors import (
    about_reach,
    actor_of,
    answer,
    gone,
    records_page,
    seer_of,
    the_person,
    the_row,
)
from regulars.people.models import Memo

router = Router(tags=["memos"])
VERB = "notes.change"


class MemoIn(Sent):
    """A fact to remember about a person."""

    person: int = Field(..., examples=[17])
    text: str = Field(..., max_length=300, examples=["Has a dog named Riku"])


class MemoChange(Sent):
    """A fact in other words."""

    text: str = Field(..., max_length=300, examples=["Has two dogs"])


class MemoOut(Schema):
    """A memo."""

    id: int = Field(..., examples=[3])
    person: int = Field(..., examples=[17])
    text: str = Field(..., examples=["Has a dog named Riku"])
    author: str
    created_at: datetime


class MemoQuery(ListQuery):
    """What the list of memos takes."""

    person: int | None = Field(None, ge=1, le=2**62, description="Only those about this person.")


class Memos(Schema):
    """One page of memos, newest first unless sorted otherwise."""

    items: list[MemoOut]
    next: str | None = None


@router.get("/memos", response={200: Memos, **ERRORS}, summary="List memos")
def list_memos(request: HttpRequest, query: Query[MemoQuery]) -> HttpResponse:
    """Return memos of people within reach that pass a filter, page by page."""
    rows = Memo.objects.filter(about_reach(request, companies=False))
    if query.person:
        rows = rows.filter(person=the_person(request, query.person))
    return answer(records_page(request, query, subject="memo", rows=rows, shape=memo_shape))


@router.post("/memos", response={201: MemoOut, **ERRORS}, summary="Remember something")
def new_memo(request: HttpRequest, values: MemoIn) -> HttpResponse:
    """Remember a fact about a person."""
    return answer(memo_shape(_create(request, values)), status=201)


@router.post(
    "/memos/batch", response={200: BatchOut, **ERRORS}, summary="Add, change or forget up to 1,000 memos"
)
def memos_batch(request: HttpRequest, rows: DeedsIn[MemoIn, MemoChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, VERB)
    deeds = Deeds[MemoIn, MemoChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/memos/{int:memo_id}", response={200: MemoOut, **ERRORS}, summary="Get a memo")
def get_memo(request: HttpRequest, memo_id: int) -> HttpResponse:
    """Return one memo."""
    return answer(memo_shape(the_row(request, _memos(), memo_id, "people.see")))


@router.patch("/memos/{int:memo_id}", response={200: MemoOut, **ERRORS}, summary="Change a memo")
def patch_memo(request: HttpRequest, memo_id: int, values: MemoChange) -> HttpResponse:
    """Put a fact in other words."""
    return answer(memo_shape(_change(request, memo_id, values)))


@router.delete("/memos/{int:memo_id}", response={204: None, **ERRORS}, summary="Forget a memo")
def forget_memo(request: HttpRequest, memo_id: int) -> HttpResponse:
    """Forget a fact."""
    _delete(request, memo_id)
    return gone()


def memo_shape(row: Memo) -> dict[str, Any]:
    """Return a memo."""
    return {
        "id": row.pk, "person": row.person_id, "text": row.text, "author": row.author_label, "created_at": row.created_at,
    }  # fmt: skip


def _create(request: HttpRequest, values: MemoIn) -> Memo:
    return add_memo(the_person(request, values.person, VERB), values.text, by=actor_of(request), at=now())


def _change(request: HttpRequest, memo_id: int, values: MemoChange) -> Memo:
    found = the_row(request, _memos(), memo_id, VERB)
    return change_memo(found, values.text, by=actor_of(request), at=now())


def _delete(request: HttpRequest, memo_id: int) -> None:
    remove_memo(the_row(request, _memos(), memo_id, VERB), by=actor_of(request), at=now())


def _memos() -> QuerySet[Memo]:
    return Memo.objects.select_related("person")

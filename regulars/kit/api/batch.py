"""Batches: up to 1,000 rows in one request, each done or refused on its own, with a result per row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.db import IntegrityError, transaction
from django.http import Http404
from ninja import Field, Schema
from pydantic import Discriminator, Tag, ValidationError, WrapValidator

from regulars.kit.api.problems import Sent, problem_body, refusal_body, row_errors
from regulars.kit.refused import Refused

Row = TypeVar("Row")
New = TypeVar("New", bound=Schema)
Change = TypeVar("Change", bound=Schema)
MOST = 1000


@dataclass(frozen=True)
class Unread:
    """A row that does not fit the schema: refused by itself, so that it harms no other."""

    errors: list[dict[str, Any]]


def _kept(value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(value)
    except ValidationError as problem:
        return Unread(row_errors(problem))


Kept = WrapValidator(_kept)


class BatchIn(Schema, Generic[Row]):
    """Rows to work on, in order."""

    items: list[Annotated[Row, Kept]] = Field(..., min_length=1, max_length=MOST)


class CreateDeed(Sent, Generic[New]):
    """A row that creates something."""

    do: Literal["create"] = "create"
    values: New


class ChangeDeed(Sent, Generic[Change]):
    """A row that changes what it names of something that exists."""

    do: Literal["change"]
    id: int = Field(..., examples=[17])
    values: Change


class DeleteDeed(Sent):
    """A row that deletes something."""

    do: Literal["delete"]
    id: int = Field(..., examples=[17])


def row_deed(row: Any) -> Any:
    """Return what a row wants done."""
    return row.get("do", "create") if isinstance(row, dict) else getattr(row, "do", None)


class DeedsIn(Schema, Generic[New, Change]):
    """Rows to create (the default), change or delete, in order."""

    items: list[
        Annotated[
            Annotated[
                Annotated[CreateDeed[New], Tag("create")]
                | Annotated[ChangeDeed[Change], Tag("change")]
                | Annotated[DeleteDeed, Tag("delete")],
                Discriminator(row_deed),
            ],
            Kept,
        ]
    ] = Field(..., min_length=1, max_length=MOST)


class RowResult(Schema):
    """What became of one row."""

    index: int
    status: int = Field(..., examples=[201])
    id: int | None = Field(None, examples=[17])
    problem: dict[str, Any] | None = None


class BatchOut(Schema):
    """Counts that add up, and a result for each row."""

    seen: int = Field(..., examples=[1])
    done: int = Field(..., examples=[1])
    refused: int = Field(..., examples=[0])
    results: list[RowResult]


@dataclass(frozen=True)
class Deeds(Generic[New, Change]):
    """How one row of a noun is created, changed and deleted; the first two return its number."""

    create: Callable[[New], int]
    change: Callable[[int, Change], object]
    delete: Callable[[int], object]

    def __call__(self, row: Any) -> tuple[int, int | None]:
        """Do what a row asks for and return (status, id)."""
        if row.do == "create":
            return 201, self.create(row.values)
        if row.do == "change":
            self.change(row.id, row.values)
            return 200, row.id
        self.delete(row.id)
        return 204, row.id


def run_batch(rows: list[Row], work: Callable[[Row], tuple[int, int | None]]) -> dict[str, Any]:
    """Do `work(row)`, which returns (status, id), for each row in a savepoint of its own; a refused row harms no other."""
    with transaction.atomic():
        results = [_one(index, row, work) for index, row in enumerate(rows)]
    done = sum(result["problem"] is None for result in results)
    return {"seen": len(rows), "done": done, "refused": len(rows) - done, "results": results}


def unread_body(row: Unread) -> dict[str, Any]:
    """Return the problem document of a row that does not fit the schema."""
    return problem_body(
        422, "Each value that is not right is named in errors.", code="invalid", errors=row.errors
    )


def _one(index: int, row: Row, work: Callable[[Row], tuple[int, int | None]]) -> dict[str, Any]:
    if isinstance(row, Unread):
        return {"index": index, "status": 422, "id": None, "problem": unread_body(row)}
    try:
        with transaction.atomic():
            status, number = work(row)
        return {"index": index, "status": status, "id": number, "problem": None}
    except Refused as refused:
        body = refusal_body(refused)
    except Http404:
        body = problem_body(404, "It does not exist, or this key may not see it.", code="not_found")
    except IntegrityError:
        body = problem_body(409, "This clashes with something that already exists.", code="conflict")
    return {"index": index, "status": body["status"], "id": None, "problem": body}

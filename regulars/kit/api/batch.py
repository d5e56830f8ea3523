"""Batches: up to 1,000 rows in one request, each done or refused on its own, with a result per row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.http import Http404
from ninja import Field, Schema

from regulars.kit.api.problems import problem_body, refusal_body
from regulars.kit.refused import Refused

Row = TypeVar("Row")
MOST = 1000


class BatchIn(Schema, Generic[Row]):
    """Rows to work on, in order."""

    items: list[Row] = Field(..., min_length=1, max_length=MOST)


class RowResult(Schema):
    """What became of one row."""

    index: int
    status: int
    id: int | None = None
    problem: dict[str, Any] | None = None


class BatchOut(Schema):
    """Counts that add up, and a result for each row."""

    seen: int
    done: int
    refused: int
    results: list[RowResult]


def run_batch(rows: list[Row], work: Callable[[Row], tuple[int, int | None]]) -> dict[str, Any]:
    """Do `work(row)`, which returns (status, id), for each row in a savepoint of its own; a refused row harms no other."""
    with transaction.atomic():
        results = [_one(index, row, work) for index, row in enumerate(rows)]
    done = sum(result["problem"] is None for result in results)
    return {"seen": len(rows), "done": done, "refused": len(rows) - done, "results": results}


def _one(index: int, row: Row, work: Callable[[Row], tuple[int, int | None]]) -> dict[str, Any]:
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

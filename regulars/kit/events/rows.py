"""Book history by the thousand: silent touchpoints written straight from a query, for imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction

from regulars.kit.actor import Actor
from regulars.kit.events.event import Event

# What the query must return, in this order and under these names.
ROW = (
    "person_id",
    "company_id",
    "occurred_at",
    "channel",
    "subject_type",
    "subject_id",
    "label",
    "source_key",
    "payload",
)
RowsWriter = Callable[[type[Event], str, Sequence[Any], Actor], int]
_writers: dict[str, RowsWriter] = {}


def register_rows_writer(name: str, writer: RowsWriter) -> None:
    """Let a room book what is announced from a query."""
    _writers[name] = writer


def announce_rows(event: type[Event], query: str, params: Sequence[Any] = (), *, by: Actor) -> int:
    """Book one silent fact for each row of a query that returns the columns of ROW; return how many were new.

    Nobody hears it and no audit entry is written for each: the action that calls this announces itself once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "announce_rows() belongs inside the action's transaction."
        )
    return sum(write(event, query, params, by) for write in _writers.values())

"""Rows of a query as Arrow tables, by COPY and never row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection

from regulars.kit.facts import Fact
from regulars.team.models import Business

if TYPE_CHECKING:
    import pyarrow as pa

# So much is read at once, which bounds the memory.
PART_BYTES = 8 << 20


def query_of(fact: Fact, business: Business) -> str:
    """Return a fact's query with what it needs to know of the business."""
    said = {"{zone}": business.time_zone, "{currency}": business.currency}
    query = fact.query.replace("{kind_level}", str(int(business.kind_level)))
    for name, value in said.items():
        query = query.replace(name, "'" + value.replace("'", "''") + "'")
    return query


def arrow_type(kind: str) -> pa.DataType:
    """Return the type of a fact's column in Arrow."""
    import pyarrow as pa

    known = {"number": pa.float64(), "text": pa.string(), "flag": pa.bool_(), "day": pa.date32()}
    return pa.timestamp("us", "UTC") if kind == "time" else known.get(kind, pa.int64())


def arrow_schema(fact: Fact) -> pa.Schema:
    """Return a fact's columns in Arrow."""
    import pyarrow as pa

    return pa.schema([(column.name, arrow_type(column.type)) for column in fact.columns])


def read_fact(fact: Fact, query: str) -> Iterator[pa.Table]:
    """Yield the rows of a fact's query, part by part; the connection is busy until the last."""
    return read_rows(query, arrow_schema(fact))


def read_rows(query: str, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of a query as tables of this schema.

    Receiving and reading take turns: in threads of their own they would fight over the interpreter for every single row.
    """
    with _raw().cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as rows:
        for part in _joined(rows):
            yield _parsed(part, schema)


def _raw() -> Any:
    """Return Django's connection as psycopg's, with times told in UTC and in a form that Arrow reads."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.execute("SET LOCAL datestyle = 'ISO'")
    return connection.connection


def _joined(rows: Any) -> Iterator[bytearray]:
    # Added up at once: a row that is kept is one more object for the interpreter to watch, which takes longer than the row itself.
    waiting = bytearray()
    for row in rows:
        waiting += row
        if len(waiting) >= PART_BYTES:
            yield waiting
            waiting = bytearray()
    if waiting:
        yield waiting


def _parsed(part: bytearray, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    return csv.read_csv(
        pa.py_buffer(part),
        read_options=csv.ReadOptions(column_names=schema.names, block_size=2 << 20),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )

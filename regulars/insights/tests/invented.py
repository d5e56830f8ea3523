"""Facts made up for a test: a few rows of each, read by the same engine as the mirror, without a database."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from ibis.config import Config

from regulars.insights.facts.reading import TYPES, Tables, table_of
from regulars.insights.queries.answers import Answer, answer, find_metric
from regulars.kit.facts import facts
from regulars.kit.metrics import Ask

UNTIL = date(2026, 1, 1)
_ARROW = {
    "int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "boolean": pa.bool_(), "date": pa.date32(),
    "timestamp('UTC', 6)": pa.timestamp("us", "UTC"),
}  # fmt: skip


class Spark(Config):
    """What the compiler for Spark asks for, which the engine itself would bring along."""

    treat_nan_as_null: bool = False


ibis.options.pyspark = Spark()


class Invented(Tables):
    """Made-up facts; what is not said is empty."""

    version = 1
    seen_at = datetime(2026, 1, 1, tzinfo=UTC)

    def __init__(self, **rows: Iterable[Mapping[str, Any]] | pa.Table) -> None:
        super().__init__()
        connection = duckdb.connect(":memory:")
        for fact in facts().values():
            if fact.sums_up:
                connection.execute(f"CREATE VIEW {fact.name} AS {fact.query}")
            else:
                connection.register(fact.name, _table(fact.name, rows.get(fact.name, ())))
        self._backend = ibis.duckdb.from_connection(connection)

    def run(self, expression: ibis.Expr) -> pa.Table:
        """Run an expression and return its rows."""
        return self._backend.to_pyarrow(expression)

    def run_kept(self, _key: Hashable, build: Callable[[], ibis.Table]) -> pa.Table:
        return self.run(build())


def _table(name: str, rows: Iterable[Mapping[str, Any]] | pa.Table) -> pa.Table:
    schema = pa.schema([(column.name, _ARROW[TYPES[column.type]]) for column in facts()[name].columns])
    if isinstance(rows, pa.Table):
        size = rows.num_rows
        columns = [
            rows[one.name].cast(one.type) if one.name in rows.column_names else pa.nulls(size, one.type)
            for one in schema
        ]
        return pa.Table.from_arrays(columns, schema=schema)
    return pa.Table.from_pylist([{one: row.get(one) for one in schema.names} for row in rows], schema=schema)


def an_order(person: int | None, day: date, net: int = 1000, **more: Any) -> dict[str, Any]:
    """Return an order that counts, of so much in minor units."""
    said = {"gross_minor": net, "refunded_minor": 0, "is_counted": True, **more}
    return {
        "order_id": next(_numbers), "person_id": person, "day": day, "placed_at": datetime.combine(day, time(12), UTC),
        "net_minor": said["gross_minor"] - said["refunded_minor"], "original_minor": said["gross_minor"], "currency": "EUR",
        "is_purchase": said["is_counted"] and said["gross_minor"] > said["refunded_minor"], **said,
    }  # fmt: skip


def a_line(order: Mapping[str, Any], product: int, total: int = 1000, **more: Any) -> dict[str, Any]:
    """Return a line of an order."""
    return {
        "line_id": next(_numbers), "order_id": order["order_id"], "person_id": order["person_id"], "product_id": product,
        "kind": "product", "day": order["day"], "placed_at": order["placed_at"], "is_counted": order["is_counted"],
        "quantity": 1.0, "refunded_quantity": 0.0, "gross_minor": total, "refunded_minor": 0, **more,
    }  # fmt: skip


def a_person(number: int, **more: Any) -> dict[str, Any]:
    """Return a person."""
    return {
        "person_id": number,
        "is_live": True,
        "stage": "customer",
        "health": "well",
        "country": "DE",
        **more,
    }


def an_ask(until: date = UNTIL, since: date | None = None, **more: Any) -> Ask:
    """Return a question about the time up to a day."""
    return Ask(today=until, until=until, since=since, **more)


def told(name: str, ask: Ask, tables: Tables) -> Answer:
    """Return the answer of a metric."""
    return answer(find_metric(name), ask, tables)  # type: ignore[arg-type]


def value_of(name: str, ask: Ask, tables: Tables) -> float | None:
    """Return the one value of a metric, None where nothing could be counted."""
    figures = told(name, ask, tables).figures
    assert len(figures) <= 1, figures
    return figures[0].value if figures else None


def spark_of(expression: ibis.Expr) -> str:
    """Return an expression as Spark would be given it."""
    return str(ibis.to_sql(expression, dialect="pyspark"))


def schema_of(name: str) -> ibis.Schema:
    """Return the columns of a fact."""
    return table_of(facts()[name]).schema()


_numbers = count(1)

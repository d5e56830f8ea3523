"""Everybody's worth from the mirror: histories as arrays, one pass of learning, and a COPY into the table that nobody reads yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction

from regulars.insights.actions.worth.columns import DAYS, Seen, columns_of
from regulars.insights.actions.worth.knowing import Known, learn, to_json
from regulars.insights.actions.worth.some_people import changed_since, refresh_worth_of
from regulars.insights.facts.reading import Facts, open_facts
from regulars.insights.models import TABLES, WorthState
from regulars.kit.clock import now, today
from regulars.kit.metrics import Ask
from regulars.team.models import Business

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

PART_ROWS = 100_000
EPOCH = date(1970, 1, 1)
WHOLE = ("average_minor", "predicted_minor", "predicted_low_minor", "predicted_high_minor")


def refresh_worth() -> int:
    """Work out everybody's worth anew and let it be read when it is whole; return of how many."""
    with open_facts() as facts:
        rows, known = worth_of_all(facts)
        seen_at = facts.seen_at
    letter = WorthState.current().other
    with transaction.atomic():
        write_rows(letter, rows)
    _let_the_planner_know(letter)
    with transaction.atomic():
        _let_it_be_read(letter, rows.num_rows, known, seen_at)
    # What changed while this was worked out was told to the other table.
    refresh_worth_of(changed_since(seen_at))
    return int(rows.num_rows)


def _let_it_be_read(letter: str, people: int, known: Known, seen_at: datetime) -> None:
    said = {"letter": letter, "seen_at": seen_at, "made_at": now(), "people": people, "known": to_json(known)}
    WorthState.objects.update_or_create(pk=1, defaults=said)


def worth_of_all(facts: Facts) -> tuple[pa.Table, Known]:
    """Return the rows of everybody's worth in the columns of its table, and what was learned of everybody."""
    import numpy as np

    local = today(Business.current().time_zone)
    day = (local - EPOCH).days
    seen, all_raw = _see(facts, local)
    known = learn(seen.days, seen.spent, seen.raw, all_raw, day)
    found = columns_of(seen, known, day)
    rank = np.empty(len(seen.spent), np.int64)
    rank[np.argsort(-seen.spent, kind="stable")] = np.arange(1, len(seen.spent) + 1)
    return _as_table({**found, "rank": rank}), known


def _see(facts: Facts, local: date) -> tuple[Seen, NDArray[np.float64]]:
    """Return everybody with what they brought, and the engagement of all who ever did anything."""
    from regulars.insights.engine.histories import Histories
    from regulars.insights.metrics.buying import purchase_days
    from regulars.insights.metrics.engaging import indexes
    from regulars.insights.metrics.historic_value import per_person

    # What was bought today counts for a person, though the day is not whole yet.
    until = local + timedelta(days=1)
    ask = Ask(today=local, until=until)
    rows = facts.run(purchase_days(facts, until).drop("orders").order_by("person_id", "day"))
    days = Histories(rows["person_id"].to_numpy(), _numbers(rows["day"]), rows["net_minor"].to_numpy())
    spent = facts.run(per_person(facts, ask).order_by("person_id"))
    deeds = facts.run(indexes(facts, ask, until).select("person_id", "raw").order_by("person_id"))
    raw = deeds["raw"].to_numpy()
    seen = Seen(
        days, _aligned(days.ids, spent, spent["net_minor"].to_numpy()), _aligned(days.ids, deeds, raw)
    )
    return seen, raw


def _numbers(days: pa.ChunkedArray) -> NDArray[np.int64]:
    import numpy as np
    import pyarrow as pa

    found: NDArray[np.int64] = days.cast(pa.int32()).to_numpy().astype(np.int64)
    return found


def _aligned(ids: NDArray[np.int64], rows: pa.Table, values: Any) -> Any:
    """Return the values of these people out of rows in the order of people; every one of them is in there."""
    import numpy as np

    return values[np.searchsorted(rows["person_id"].to_numpy(), ids)]


def _as_table(found: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    size = len(found["person_id"])
    return pa.table({name: _column(name, values, size) for name, values in found.items()})


def _column(name: str, values: Any, size: int) -> pa.Array:
    import pyarrow as pa

    if values is None:
        return pa.nulls(size, pa.string())
    if name in DAYS:
        numbers = pa.array(values, pa.int64(), mask=values < 0).cast(pa.int32())
        return numbers.cast(pa.date32())
    if name in WHOLE:
        return pa.array(values, pa.float64(), from_pandas=True).cast(pa.int64())
    if name.endswith("reasons"):
        # As PostgreSQL writes arrays; reasons are our own codes, without anything to be quoted.
        return pa.array(["{" + ",".join(each) + "}" for each in values], pa.string())
    return pa.array(values)


def write_rows(letter: str, rows: pa.Table) -> None:
    """Fill the table that is not read with these rows."""
    table = TABLES[letter]._meta.db_table
    _empty(letter)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with connection.connection.cursor() as raw:
        columns = ", ".join(rows.column_names)
        with raw.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as into:
            for part in _as_csv(rows):
                into.write(part)


def _empty(letter: str) -> None:
    """Empty a table at once; should somebody still read it after hours, its rows are deleted instead and nobody waits."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT insights_empty_worth(%s)", [letter])
    except OperationalError:
        TABLES[letter]._default_manager.all().delete()


def _as_csv(rows: pa.Table) -> Iterator[bytes]:
    from pyarrow import csv

    for batch in rows.to_batches(PART_ROWS):
        sink = BytesIO()
        csv.write_csv(batch, sink, csv.WriteOptions(include_header=False))
        yield sink.getvalue()


def _let_the_planner_know(letter: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLES[letter]._meta.db_table}")

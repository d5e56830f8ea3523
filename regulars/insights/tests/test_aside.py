"""Rows put aside by month come back as they were, however many months there are and in whatever order they came."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.insights.actions.mirror import aside
from regulars.insights.actions.mirror.aside import ALL, NO_DAY, put_aside
from regulars.insights.actions.mirror.copying import arrow_schema
from regulars.kit.facts import Column, Fact

FACT = Fact(
    name="things", label="Things", key="id", query="", key_sql="", tracks=(), month="day",
    columns=(Column("id", "id"), Column("day", "day"), Column("word", "text")),
)  # fmt: skip
WHOLE = Fact(
    name="things", label="Things", key="id", query="", key_sql="", tracks=(), columns=FACT.columns, month=""
)
SCHEMA = arrow_schema(FACT)
ROW = st.tuples(
    st.integers(1, 10**9),
    st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.dates(date(2025, 11, 1), date(2026, 2, 28)),
    st.none() | st.text(max_size=3),
)


def a_part(rows: list[tuple[int, date | None, str | None]]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)


@given(st.lists(st.lists(ROW, max_size=30), max_size=5), st.integers(1, 3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_every_row_comes_back_under_its_month(
    tmp_path: Path, parts: list[list[tuple[int, date | None, str | None]]], most_open: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, put_aside(FACT, SCHEMA, tmp_path) as room:
        patch.setattr(aside, "MOST_OPEN", most_open)
        for part in parts:
            room.add(a_part(part))
        room.close()
        found = {month: room.rows(month).read_all().to_pylist() for month in room.months}

    rows = [row for part in parts for row in part]
    told = [
        (month, one["id"], one["day"], one["word"] or "") for month, kept in found.items() for one in kept
    ]
    expected = [
        (day.isoformat()[:7] if day else NO_DAY, number, day, word or "") for number, day, word in rows
    ]
    assert sorted(told, key=str) == sorted(expected, key=str)
    assert room.top == max([number for number, _day, _word in rows], default=0)


def test_a_fact_without_months_is_one_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "staging/things").mkdir(parents=True)
    (tmp_path / "staging/things/left.arrow").write_text("by a killed process")

    with put_aside(WHOLE, SCHEMA, tmp_path) as room:
        room.add(a_part([(2, None, "b"), (1, date(2026, 1, 1), "a")]))
        room.close()
        assert room.months == [ALL]
        assert room.rows(ALL).read_all().num_rows == 2

    assert list((tmp_path / "staging").iterdir()) == []

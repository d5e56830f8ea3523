"""One comparison as SQL. Each function returns a condition that is true exactly when the comparison holds, else false or null."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from operator import eq, ge, gt, le, lt
from typing import Any

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.operators import OPERATORS
from regulars.kit.filters.scope import Scope
from regulars.kit.filters.sql import Sql, all_of, any_of
from regulars.kit.filters.tree import Test
from regulars.kit.filters.values import ME, Amount

Leaf = Callable[["Asked"], Sql]


class Asked:
    """A test with its SQL expression at hand."""

    def __init__(self, test: Test, scope: Scope, asker: Asker) -> None:
        operator = OPERATORS[test.op]
        self.trait, self.asker, self.scope = test.trait, asker, scope
        self.op, self.value = operator.denies or operator.name, test.value
        text = test.trait.folded or test.trait.sql
        self.sql = scope.render(text, test.trait.join)

    def compared(self, sign: str, value: object) -> Sql:
        return Sql(f"{self.sql} {sign} %s", (value,))


def test_sql(test: Test, scope: Scope, asker: Asker, *, denied: bool) -> Sql:
    """Return SQL that is true exactly when the test holds (or, denied, when it does not); never mind nulls."""
    denied ^= bool(OPERATORS[test.op].denies)
    if test.trait.exists is not None:
        return _exists(Asked(test, scope, asker), denied=denied)
    passes_absent = _absent_passes(test)
    apart = scope.apart(test.trait.join) if passes_absent != denied else None
    if apart is not None:
        return _no_row_against(test, *apart, asker, denied=denied)
    asked = Asked(test, scope, asker)
    holds = _LEAVES[test.trait.type](asked)
    if passes_absent:
        holds = any_of([holds, Sql(f"{asked.sql} IS NULL")])
    return _complement(asked, holds) if denied else holds


def _no_row_against(test: Test, inner: Scope, rows: str, asker: Asker, *, denied: bool) -> Sql:
    """Return whether there is no joined row that speaks against it: who has no row at all passes."""
    holds = _LEAVES[test.trait.type](Asked(test, inner, asker))
    against = holds if denied else "NOT (" + holds + ")"
    return f"NOT EXISTS (SELECT 1 FROM {rows} AND " + against + ")"


def _exists(asked: Asked, *, denied: bool) -> Sql:
    """Return whether any of many values passes; "has all of" asks once for each value."""
    one_by_one = asked.value if asked.op == "has_all" else (asked.value,)
    found = [_found(asked, value) for value in one_by_one]
    return ("NOT " + all_of(found)) if denied else all_of(found)


def _found(asked: Asked, value: object) -> Sql:
    exists = asked.trait.exists
    assert exists is not None  # noqa: S101 - only called for traits of many values
    asked.value = value
    holds = (_many if asked.trait.type in ("choices", "tags") else _LEAVES[asked.trait.type])(asked)
    before, _slot, after = asked.scope.render(exists.sql, asked.trait.join).partition("{value}")
    return f"EXISTS ({before}" + holds + f"{after})"


def _complement(asked: Asked, holds: Sql) -> Sql:
    sql, op, is_text = asked.sql, asked.op, asked.trait.type in ("text", "link", "choice")
    if op == "not_empty" and asked.trait.type in ("choices", "tags"):
        return Sql(f"({sql} IS NULL OR {sql} = {_no_choices(asked)})")
    if op == "not_empty" and asked.trait.absent is None:
        return Sql(f"({sql} IS NULL OR {sql} = '')" if is_text else f"{sql} IS NULL")
    if asked.trait.not_null:
        return "NOT (" + holds + ")"
    if op == "is" and is_text:
        return Sql(f"{sql} IS DISTINCT FROM %s", holds.params)
    return "(" + holds + ") IS NOT TRUE"


def _text(asked: Asked) -> Sql:
    op, value, fold = asked.op, asked.value, asked.trait.fold
    if op == "not_empty":
        return Sql(f"{asked.sql} <> ''")
    if op == "any_of":
        return Sql(f"{asked.sql} = ANY(%s)", ([fold(one) if fold else one for one in value],))
    if op == "is":
        return asked.compared("=", fold(value) if fold else value)
    pattern = escape_like(fold(value) if fold else ascii_lower(value)) + "%"
    sql = asked.sql if fold else f'lower({asked.sql} COLLATE "C")'
    return Sql(f"{sql} LIKE %s", (pattern if op == "starts_with" else "%" + pattern,))


def escape_like(text: str) -> str:
    """Return text that LIKE takes literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def ascii_lower(text: str) -> str:
    """Lower A to Z only: what `lower(… COLLATE "C")` does on every server, whatever its locale."""
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


_SIGNS = {"is": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def _absent_passes(test: Test) -> bool:
    """Say whether a missing row that stands for a number passes the (positive) operator."""
    absent, op = test.trait.absent, OPERATORS[test.op].denies or test.op
    if absent is None or op == "not_empty":
        return absent is not None
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    minors = [one.minor if isinstance(one, Amount) else one for one in values]
    if op == "between":
        return bool(minors[0] <= absent <= minors[1])
    return bool(_COMPARED[op](absent, minors[0]))


_COMPARED = {"is": eq, "lt": lt, "lte": le, "gt": gt, "gte": ge}


def _number(asked: Asked) -> Sql:
    if asked.op == "not_empty":
        return Sql(f"{asked.sql} IS NOT NULL")
    if asked.op == "between":
        return Sql(f"{asked.sql} BETWEEN %s AND %s", asked.value)
    return asked.compared(_SIGNS[asked.op], asked.value)


def _money(asked: Asked) -> Sql:
    if asked.op == "not_empty":
        return Sql(f"{asked.sql} IS NOT NULL")
    amounts: tuple[Amount, ...] = asked.value if asked.op == "between" else (asked.value,)
    asked.value = tuple(one.minor for one in amounts) if asked.op == "between" else amounts[0].minor
    holds, currency = _number(asked), amounts[0].currency
    if not currency or not asked.trait.currency_sql:
        return holds
    kept_in = asked.scope.render(asked.trait.currency_sql, asked.trait.join)
    return all_of([holds, Sql(f"{kept_in} = %s", (currency,))])


def _date(asked: Asked) -> Sql:
    if asked.op == "not_empty":
        return Sql(f"{asked.sql} IS NOT NULL")
    if asked.op == "anniversary_within_days":
        return _anniversary(asked, asked.sql)
    low, high = days_of(asked.op, asked.value, asked.asker)
    if low is not None and low == high:
        return asked.compared("=", low)
    return all_of(asked.compared(sign, day) for sign, day in ((">=", low), ("<=", high)) if day is not None)


def days_of(op: str, value: Any, asker: Asker) -> tuple[date | None, date | None]:
    """Return the first and last day an operator accepts; None where there is no bound."""
    day, today = timedelta(days=1), asker.today
    first_of_month = today.replace(day=1)
    ranges: dict[str, Callable[[], tuple[date | None, date | None]]] = {
        "on": lambda: (value, value),
        "before": lambda: (None, value - day),
        "after": lambda: (value + day, None),
        "between": lambda: (value[0], value[1]),
        "last_days": lambda: (today - value * day, today),
        "next_days": lambda: (today, today + value * day),
        "this_month": lambda: (first_of_month, (first_of_month + 31 * day).replace(day=1) - day),
    }
    return ranges[op]()


def _datetime(asked: Asked) -> Sql:
    asker, op, value = asked.asker, asked.op, asked.value
    if op == "not_empty":
        return Sql(f"{asked.sql} IS NOT NULL")
    if op == "anniversary_within_days":
        local = Sql(f"({asked.sql} AT TIME ZONE %s)", (asker.zone_name,))
        return _anniversary(asked, local)
    if op in ("last_days", "next_days"):
        edge = asker.now - timedelta(days=value) if op == "last_days" else asker.now + timedelta(days=value)
        return Sql(f"{asked.sql} BETWEEN %s AND %s", tuple(sorted((edge, asker.now))))
    if op == "between":
        return all_of([_from(asked, value[0]), _until(asked, value[1])])
    if op == "before":
        return asked.compared("<", value if isinstance(value, datetime) else asker.start_of(value))
    if op == "after":
        return (
            asked.compared(">", value)
            if isinstance(value, datetime)
            else asked.compared(">=", asker.end_of(value))
        )
    if op == "on" and isinstance(value, datetime):
        return asked.compared("=", value)
    first, last = days_of(op, value, asker)
    return all_of([_from(asked, first), _until(asked, last)])


def _from(asked: Asked, value: Any) -> Sql:
    return asked.compared(">=", value if isinstance(value, datetime) else asked.asker.start_of(value))


def _until(asked: Asked, value: Any) -> Sql:
    """Return "up to and including": a whole day where a day was given."""
    return (
        asked.compared("<=", value)
        if isinstance(value, datetime)
        else asked.compared("<", asked.asker.end_of(value))
    )


def _anniversary(asked: Asked, when: Sql | str) -> Sql:
    """Compare month and day as one number (May 31 is 531), so that the year does not matter."""
    turn = (
        "(EXTRACT(MONTH FROM "
        + (Sql(when) if isinstance(when, str) else when)
        + ") * 100 + EXTRACT(DAY FROM "
    )
    turn = turn + (Sql(when) if isinstance(when, str) else when) + "))"
    low, high = anniversary_range(asked.asker.today, asked.value)
    if low == 101 and high == 1231:
        return Sql(f"{asked.sql} IS NOT NULL")
    if low <= high:
        return turn + Sql(" BETWEEN %s AND %s", (low, high))
    return any_of([turn + Sql(" >= %s", (low,)), turn + Sql(" <= %s", (high,))])


def anniversary_range(today: date, days: int) -> tuple[int, int]:
    """Return the first and last month-and-day of the coming days; those born on February 29 celebrate on the 28th otherwise."""
    if days >= 365:
        return 101, 1231
    last = today + timedelta(days=days)
    low, high = (day.month * 100 + day.day for day in (today, last))
    is_leap = (last + timedelta(days=1)).day == 29
    return low, 229 if high == 228 and not is_leap else high


def _choice(asked: Asked) -> Sql:
    if asked.op == "not_empty":
        return Sql(f"{asked.sql} <> ''")
    if asked.op == "any_of":
        return Sql(f"{asked.sql} = ANY(%s)", (list(asked.value),))
    return asked.compared("=", asked.value)


def _ref(asked: Asked) -> Sql:
    me = asked.asker.member_id
    if asked.op == "not_empty":
        return Sql(f"{asked.sql} IS NOT NULL")
    if asked.op == "any_of":
        return Sql(f"{asked.sql} = ANY(%s)", ([me if one == ME else one for one in asked.value],))
    return asked.compared("=", me if asked.value == ME else asked.value)


def _bool(asked: Asked) -> Sql:
    if asked.op == "not_empty":
        return Sql(f"{asked.sql} IS NOT NULL")
    return Sql(asked.sql if asked.value else f"NOT ({asked.sql})")


def _choices(asked: Asked) -> Sql:
    """Compare several choices kept in one column: a JSON array, or an array of PostgreSQL."""
    if asked.op == "not_empty":
        return Sql(f"{asked.sql} <> {_no_choices(asked)}")
    if asked.op == "has_any":
        return _overlaps(asked, list(asked.value))
    return _contains(asked, [asked.value] if asked.op == "has" else list(asked.value))


def _no_choices(asked: Asked) -> str:
    return "'{}'" if asked.trait.array_of else "'[]'::jsonb"


def _contains(asked: Asked, values: list[object]) -> Sql:
    if asked.trait.array_of:
        return Sql(f"{asked.sql} @> %s::{asked.trait.array_of}[]", (values,))
    return Sql(f"{asked.sql} @> %s::jsonb", (json.dumps(values),))


def _overlaps(asked: Asked, values: list[object]) -> Sql:
    if asked.trait.array_of:
        return Sql(f"{asked.sql} && %s::{asked.trait.array_of}[]", (values,))
    return any_of(_contains(asked, [one]) for one in values)


def _many(asked: Asked) -> Sql:
    """Compare one of many rows: a tag, a choice kept in its own table."""
    fold = asked.trait.fold or str
    if asked.op == "not_empty":
        return Sql("TRUE")
    if asked.op == "has_any":
        return Sql(f"{asked.sql} = ANY(%s)", ([fold(one) for one in asked.value],))
    return asked.compared("=", fold(asked.value))


_LEAVES: dict[str, Leaf] = {
    "text": _text,
    "link": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "choices": _choices,
    "tags": _choices,
    "bool": _bool,
    "ref": _ref,
}

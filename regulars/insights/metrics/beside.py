"""Two kinds of people beside each other: how many times as likely the one kind does something as the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.intervals import Z
from regulars.kit.metrics import GROUP

if TYPE_CHECKING:
    from ibis import Table


def times_as_likely(rows: Table, kind: str, deed: str) -> Table:
    """Return the relative risk of a deed (a flag) for one kind of people (a flag) beside the others.

    Returns group, n (of that kind), value, low, high (Katz 1978, on the logarithm; none where either did it not at all), k, others
    (their share), others_n, and is_noise (1 lies within, or nothing can be said).
    """
    is_kind, did = rows[kind], rows[deed]
    found = rows.group_by(GROUP).agg(
        n=is_kind.cast("int64").sum(),
        did=(is_kind & did).cast("int64").sum(),
        others_n=(~is_kind).cast("int64").sum(),
        others_did=(~is_kind & did).cast("int64").sum(),
    )
    k, n, j, m = (found[name].cast("float64").nullif(0) for name in ("did", "n", "others_did", "others_n"))
    error = (1 / k - 1 / n + 1 / j - 1 / m).sqrt() * Z
    ratio = found.did / n / (j / m)
    found = found.mutate(
        value=ratio, low=ratio * (-error).exp(), high=ratio * error.exp(), others=found.others_did / m
    )
    is_noise = ((found.low <= 1) & (found.high >= 1)).fill_null(True)
    return found.mutate(is_noise=is_noise)


def marked_if(rows: Table, marked: Table, name: str) -> Table:
    """Add a flag to rows of people: whether they are among others (person_id)."""
    marked = marked.select("person_id").distinct().select(of="person_id", **{name: ibis.literal(True)})
    rows = rows.left_join(marked, rows.person_id == marked.of).drop("of")
    return rows.mutate(**{name: rows[name].fill_null(False)})


def likelier(rows: Table) -> Table:
    """Return how much likelier, as a rate: 0.3 is 30 % more."""
    return rows.mutate(value=_.value - 1, low=_.low - 1, high=_.high - 1)

"""What customers will buy and bring, by a model of purchases fitted to all of them; where data are too thin, by their mean.

The expression gives each customer's history; fitting happens in Python (engine/clv). The same histories are fitted once: fits are
kept by what they were made of, so a new state of the mirror is fitted anew exactly when it differs.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import as_number, purchase_days
from regulars.insights.metrics.grouping import grouped
from regulars.kit.metrics import GROUP, Ask, Choice, Finish, Tables

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis import Table

    from regulars.insights.engine.clv.forecast import Horizon, People, Total
    from regulars.insights.engine.clv.rows import Whole
    from regulars.insights.engine.clv.valuation import Fitted, Valuation

MONTHS = Choice("months", _l("Months ahead"), 12)
DISCOUNT = Choice("discount", _l("Discount a year"), 0.10)
MARGIN = Choice("margin", _l("Margin, as a share of sales"), 1.0)
CHOICES = (MONTHS, DISCOUNT, MARGIN)
MONTH_DAYS = 365.25 / 12
LEVEL = 0.95
KEPT = 32
HARDLY_ANY = 0.01
# Where the data are too thin, no other model helps.
TOO_THIN = {"few_customers", "nobody_returned", "few_repeaters", "few_repeats", "no_time"}
REFUSALS = {
    "few_customers": _l("There are too few customers for a model."),
    "nobody_returned": _l("Nobody has bought twice yet."),
    "few_repeaters": _l("Too few have bought again for a model."),
    "few_repeats": _l("Too few have bought again more than once for a model."),
    "no_time": _l("Everyone bought on the last day."),
    "not_converged": _l("These customers do not tell the parameters of the model."),
    "at_bounds": _l("These customers do not tell the parameters of the model."),
    "flat": _l("These customers do not tell the parameters of the model."),
    "same_spend": _l("Everyone spends the same."),
    "no_mean": _l("Spending differs so much that it has no mean."),
}
GROUP_MEAN = "group_mean"
METHODS = {
    "bgnbd": _l("Model BG/NBD"),
    "mbgnbd": _l("Model MBG/NBD"),
    GROUP_MEAN: _l("Mean of all customers, no model"),
}


def histories(tables: Tables, until: date) -> Table:
    """Return each customer's history before a day: person_id, frequency, recency, age (days), spend and first_minor.

    frequency: purchase days after the first; recency: from the first to the last; age: from the first to the day before `until`;
    spend: mean of the repeat days (0 without any).
    """
    days = purchase_days(tables, until)
    first = days.group_by("person_id").agg(first_on=_.day.min(), last_on=_.day.max(), days=_.day.count())
    repeats = days.inner_join(first, "person_id")
    is_first = repeats.day == repeats.first_on
    money = repeats.group_by("person_id", "first_on", "last_on", "days").agg(
        first_minor=repeats.net_minor.sum(where=is_first),
        spend=repeats.net_minor.mean(where=~is_first).fill_null(0.0),
    )
    began = money.first_on.epoch_days()
    return money.select(
        "person_id",
        frequency=money.days - 1,
        recency=money.last_on.epoch_days() - began,
        age=ibis.literal(as_number(until) - 1) - began,
        spend=money.spend.cast("float64"),
        first_minor=money.first_minor,
    )


def horizon_of(ask: Ask) -> Horizon:
    """Return how far a question looks ahead, in days, month by month."""
    from regulars.insights.engine.clv.forecast import Horizon

    return Horizon(MONTH_DAYS, int(MONTHS.of(ask)), (1 + DISCOUNT.of(ask)) ** (1 / 12) - 1)


def people_in(rows: pa.Table) -> People:
    """Return histories as the models take them."""
    from regulars.insights.engine.clv.forecast import people

    columns = [rows[name].to_numpy(zero_copy_only=False) for name in ("frequency", "recency", "age", "spend")]
    return people(*columns)


_fits: OrderedDict[bytes, Fitted] = OrderedDict()
_lock = Lock()


def fit_of(who: People) -> Fitted:
    """Return the model fitted to these customers, from memory where the same ones were fitted lately."""
    digest = blake2b(digest_size=16)
    for values in (who.frequency, who.recency, who.age, who.spend):
        digest.update(b"" if values is None else values.tobytes())
    key = digest.digest()
    with _lock:
        if key in _fits:
            _fits.move_to_end(key)
            return _fits[key]
    found = _fit(who)
    with _lock:
        _fits[key] = found
        while len(_fits) > KEPT:
            _fits.popitem(last=False)
    return found


def _fit(who: People) -> Fitted:
    """Fit MBG/NBD where most bought once, else BG/NBD; the other one where the first finds no top.

    The two differ in what they say of one-time buyers: where there are hardly any, the other finds no top either.
    """
    from regulars.insights.engine.clv.beta_geometric import BGNBD, MBGNBD
    from regulars.insights.engine.clv.valuation import fit_people, fit_purchases

    one_time = int((who.frequency == 0).sum())
    models = (MBGNBD, BGNBD) if one_time * 2 > len(who.frequency) else (BGNBD, MBGNBD)
    found = fit_people(models[0], who)
    if found.refusal is None or found.refusal.code in TOO_THIN or one_time < HARDLY_ANY * len(who.frequency):
        return found
    second, refusal = fit_purchases(models[1], who)
    return replace(found, fit=second, refusal=refusal) if second else found


def fit_of_all(rows: pa.Table) -> tuple[Fitted, int]:
    """Return the fit of everyone in the rows, each counted once, and how many that are."""
    if GROUP in rows.column_names:
        rows = (
            rows.drop_columns([GROUP])
            .group_by(["person_id", "frequency", "recency", "age", "spend"])
            .aggregate([])
        )
    rows = rows.sort_by("person_id")
    return fit_of(people_in(rows)), rows.num_rows


Row = Callable[["Valuation", int], Mapping[str, Any]]


def expression(tables: Tables, ask: Ask) -> Table:
    """Return each customer's history, from which figures are made."""
    return grouped(histories(tables, ask.until), tables, ask)


def people(tables: Tables, ask: Ask) -> Table:
    """Return all customers of the figure."""
    return expression(tables, ask).select("person_id")


def valued(row: Row) -> Finish:
    """Return how histories become a row of figures for each group, all by one model fitted to everyone.

    `row` makes it from the group's valuation and size.
    """

    def finish(rows: pa.Table, ask: Ask) -> pa.Table:
        import pyarrow as pa

        from regulars.insights.engine.clv.forecast import Parts
        from regulars.insights.engine.clv.valuation import value_parts

        if not rows.num_rows:
            return pa.table({"n": pa.array([], pa.int64()), "value": pa.array([], pa.float64())})
        fitted, _count = fit_of_all(rows)
        names, of = _groups_of(rows)
        parts = Parts(of, len(names))
        found = value_parts(
            fitted, people_in(rows), parts, horizon_of(ask), margin=MARGIN.of(ask), level=LEVEL
        )
        sizes, said = parts.sizes.tolist(), how(fitted)
        return pa.Table.from_pylist([
            {GROUP: name, "n": n, **row(worth, n), **said}
            for name, n, worth in zip(names, sizes, found, strict=True)
        ])  # fmt: skip

    return finish


def spread_over(total: Total | None, n: int) -> dict[str, Any]:
    """Return the mean and the total of a group, each with its interval; None where there is no total."""
    if total is None:
        return dict.fromkeys(("value", "low", "high", "total", "total_low", "total_high"))
    return {
        "value": total.expected / n, "low": total.low / n, "high": total.high / n,
        "total": total.expected, "total_low": total.low, "total_high": total.high,
    }  # fmt: skip


def groups_in(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Return the rows of each group."""
    import pyarrow as pa

    names, of = _groups_of(rows)
    return ((name, rows.filter(pa.array(of == number))) for number, name in enumerate(names))


def _groups_of(rows: pa.Table) -> tuple[list[str], Whole]:
    """Return the names of the groups, and of which of them each row is."""
    import numpy as np
    import pyarrow.compute as pc

    if GROUP not in rows.column_names:
        return [""], np.zeros(rows.num_rows, dtype=np.int64)
    told = pc.fill_null(rows[GROUP], "").to_numpy(zero_copy_only=False)
    names, of = np.unique(told.astype(str), return_inverse=True)
    return names.tolist(), of


def how(fitted: Fitted) -> dict[str, Any]:
    """Return by which method a figure was found, and why by no better one: method, refused (a code), says."""
    refusal = fitted.refusal
    return {
        "method": fitted.method,
        "method_label": str(METHODS.get(fitted.method, fitted.method)),
        "spend_method": fitted.spending.method if fitted.spending else None,
        "refused": refusal.code if refusal else None,
        "says": str(REFUSALS.get(refusal.code, refusal.says)) if refusal else None,
    }


def without_spend(who: People) -> People:
    """Return the same histories without money, for forecasts of purchases alone."""
    return replace(who, spend=None)

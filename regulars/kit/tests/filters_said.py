"""Random souls and random filters about them, for Hypothesis: wide ones, and narrow ones that meet at the edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from regulars.kit.filters import Asker
from regulars.kit.filters.operators import OPERATORS, operators_of
from regulars.kit.tests.filters_world import BEHAVIOURS, NOWS, ORDER_TRAITS, STAGES, TRAITS, a_soul, fold
from regulars.kit.traits import Trait

Drawn = st.SearchStrategy[Any]
_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
_days, _hour = (lambda count: timedelta(days=count)), timedelta(hours=1)
maybe = st.none().__or__


@dataclass(frozen=True)
class Pools:
    """Where values are drawn from, for rows and filters alike."""

    words: Drawn
    numbers: Drawn
    decimals: Drawn
    money: Drawn
    days: Drawn
    moments: Drawn
    lengths: Drawn = st.sampled_from([0, 1, 2, 7, 30, 31, 89, 90, 91, 364, 365, 366, 1000])


WIDE = Pools(
    words=st.one_of(
        st.sampled_from(["", "Ada", "ada", "ÅDA", "Zoë", "ß", "a%b", "a_b", "a\\b", " ", "'", "É"]),
        st.text(_letters, max_size=4),
    ),
    numbers=st.one_of(st.integers(-3, 3), st.integers(-(2**31), 2**31 - 1)),
    decimals=st.one_of(st.integers(-2, 2).map(Decimal), st.decimals(-100, 100, places=2)),
    money=st.one_of(st.integers(-2, 2), st.integers(-(2**40), 2**40)),
    days=st.one_of(
        st.sampled_from(
            [now.date() + _days(off) for now in NOWS for off in (-366, -31, -1, 0, 1, 2, 30, 365)]
        ),
        st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    ),
    moments=st.one_of(
        st.sampled_from(
            [now + off for now in NOWS for off in (-_days(90), -_days(1), -_hour, _days(0), _hour, _days(30))]
        ),
        st.datetimes(datetime(2023, 1, 1), datetime(2025, 6, 1), timezones=st.just(UTC)),
    ),
)


def narrow(asker: Asker) -> Pools:
    """Return few values around the asker's now, so that rows and filters meet at every edge."""
    today, now = asker.today, asker.now
    midnights = [asker.start_of(today + _days(off)).astimezone(UTC) for off in (-1, 0, 1, 2)]
    return Pools(
        words=st.sampled_from(["", "a", "A", "á", "ab", "%", "_", "a%", "axb", "a_b", "\\", "\\%"]),
        numbers=st.integers(-1, 1),
        decimals=st.sampled_from([Decimal("-0.5"), Decimal(0), Decimal("0.5"), Decimal(1)]),
        money=st.sampled_from([-1, 0, 1, 101]),
        days=st.sampled_from(
            [today + _days(off) for off in (-2, -1, 0, 1, 2)]
            + [date(1992, 2, 28), date(1992, 2, 29), date(1992, 3, 1)]
        ),
        moments=st.sampled_from(
            [
                *midnights,
                *(one - timedelta(microseconds=1) for one in midnights),
                now,
                now - _days(1),
                now + _days(1),
            ]
        ),
        lengths=st.sampled_from([0, 1, 2, 365]),
    )


_KEYS = {"revenue": ["orders"], "handle": ["tags"], "lead_name": ["name", "team"], "custom.size": ["custom"], "custom.motto": ["custom"],
         "custom.likes": ["custom"], "custom.100%": ["custom"], "spent": ["spent", "spent_in"]}  # fmt: skip


def souls(pools: Pools, *fields: str) -> Drawn:
    """Return souls of whom everything is known, or only some fields."""
    wanted = {key for field in fields for key in _KEYS.get(field, [field])}
    orders = st.tuples(pools.moments, maybe(pools.money), maybe(st.sampled_from(["web", "shop", ""])))
    custom = st.fixed_dictionaries(
        {"size": maybe(st.integers(-2, 2).map(float)), "motto": maybe(pools.words), "100%": maybe(st.booleans()),
         "likes": maybe(st.lists(st.sampled_from(["tea", "coffee", "a\"b'"]), max_size=3, unique=True))}
    )  # fmt: skip
    drawn = {
        "name": pools.words, "nickname": maybe(pools.words), "visits": maybe(pools.numbers), "score": maybe(pools.decimals),
        "spent": maybe(pools.money), "spent_in": st.sampled_from(["EUR", "USD"]), "born": maybe(pools.days),
        "seen_at": maybe(pools.moments), "stage": maybe(st.sampled_from(["", *dict(STAGES)])), "is_vip": maybe(st.booleans()),
        "keeper": maybe(st.sampled_from([7, 8])), "team": maybe(st.sampled_from([1, 2, 3])),
        "labels": maybe(st.lists(st.sampled_from([1, 2, 3]), max_size=3, unique=True)),
        "tags": st.lists(st.sampled_from(["vip", "VIP", "a%", ""]), max_size=3, unique=True), "custom": maybe(custom),
        "deleted_at": st.sampled_from([None, None, None, NOWS[0]]), "orders": st.lists(orders, max_size=4),
        "visited": st.lists(pools.moments, max_size=4),
    }  # fmt: skip
    known = {key: strategy for key, strategy in drawn.items() if not wanted or key in wanted}
    return st.fixed_dictionaries(known).map(lambda values: a_soul(**values))


_CHOICES = {
    "stage": [value for value, _ in STAGES], "labels": ["1", "Red", 2, "green"], "tags": ["vip", "VIP", "a%", "x"],
    "custom.likes": ["tea", "coffee", "a\"b'", "milk"], "channel": ["web", "shop"],
}  # fmt: skip


def _one(kind: str, trait: Trait, pools: Pools) -> Drawn:
    if kind in ("choice", "choices", "tags"):
        return st.sampled_from(_CHOICES[trait.name])
    drawn: dict[str, Drawn] = {
        "text": pools.words.filter(lambda text: text.strip() and fold(text).strip()),
        "number": st.one_of(pools.numbers, pools.decimals.map(str), st.just(10**25)),
        "money": st.one_of(
            pools.money, pools.money.map(lambda n: {"amount": str(Decimal(n) / 100), "currency": "EUR"})
        ),
        "date": pools.days.map(str),
        "datetime": st.one_of(pools.days.map(str), pools.moments.map(datetime.isoformat)),
        "ref": st.sampled_from(["me", 7, 8, 9]),
        "bool": st.booleans(),
        "days": pools.lengths,
    }
    return drawn[kind]


def _value(trait: Trait, op: str, pools: Pools) -> Drawn:
    operator = OPERATORS[op]
    kind = operator.value_type or trait.type
    if operator.arity == "none":
        return st.none()
    one = pools.money if operator.arity == "two" and kind == "money" else _one(kind, trait, pools)
    if operator.arity == "many":
        return st.lists(one, min_size=1, max_size=3)
    if operator.arity == "one":
        return one
    key: Callable[[Any], Any] = str if kind in ("date", "datetime") else lambda value: Decimal(str(value))
    return st.lists(one, min_size=2, max_size=2).map(lambda pair: sorted(pair, key=key))


def tests(offered: list[Trait], pools: Pools) -> Drawn:
    """Return comparisons of these traits."""
    asked = st.sampled_from([(trait, op) for trait in offered for op in operators_of(trait)])
    return asked.flatmap(lambda one: _value(*one, pools).map(lambda value: _said(*one, value)))


def _said(trait: Trait, op: str, value: object) -> dict[str, object]:
    return {"field": trait.name, "op": op} | ({} if value is None else {"value": value})


_TIMES = st.one_of(
    st.just({}), st.just({"never": True}), st.builds(lambda n: {"at_least": n}, st.integers(1, 3)),
    st.builds(lambda n: {"at_most": n}, st.integers(0, 3)), st.builds(lambda n: {"exactly": n}, st.integers(0, 3)),
    st.just({"at_least": 1, "at_most": 2}),
)  # fmt: skip


def behaviours(pools: Pools) -> Drawn:
    """Return behaviour clauses."""
    wheres = {
        "order.placed": tests(ORDER_TRAITS, pools).map(lambda node: {"where": node}),
        "order.big": tests(ORDER_TRAITS[1:], pools).map(lambda node: {"where": {"not": node}}),
        "web.visited": st.just({}),
    }
    windows = st.one_of(
        st.just({}),
        pools.lengths.map(lambda days: {"within_days": days}),
        st.lists(pools.days, min_size=2, max_size=2).map(
            lambda days: {"between": [str(day) for day in sorted(days)]}
        ),
    )
    names = st.sampled_from([one.name for one in BEHAVIOURS])
    return names.flatmap(
        lambda name: st.tuples(_TIMES, windows, st.one_of(st.just({}), wheres[name])).map(
            lambda parts: {"did": name} | parts[0] | parts[1] | parts[2]
        )
    )


def trees(pools: Pools) -> Drawn:
    """Return filters of all kinds."""
    leaves = st.one_of(tests([one for one in TRAITS if not one.see], pools), behaviours(pools))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )

"""Return on Relationship, return after help and waiting times: check values, examples and a slow count in plain Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insights.engine.intervals import newcombe
from regulars.insights.engine.ror import relationship
from regulars.insights.tests.invented import (
    UNTIL,
    Invented,
    a_person,
    an_ask,
    an_order,
    told,
    value_of,
)
from regulars.insights.tests.test_engine_measures import retail_lines

YEAR_AGO = UNTIL - timedelta(days=365)


def a_conversation(person: int | None, closed: date | None, **more: Any) -> dict[str, Any]:
    at = None if closed is None else datetime.combine(closed, datetime.min.time(), UTC)
    begun = at or datetime(2025, 6, 1, tzinfo=UTC)
    return {"person_id": person, "closed_at": at, "started_at": begun, "day": begun.date(), **more}


def test_the_published_example() -> None:
    old, new = UNTIL - timedelta(days=500), UNTIL - timedelta(days=10)
    orders = [an_order(person, new if person <= 250 else old) for person in range(1, 1001)]
    people = [a_person(n, acquired_channel="Friend" if n <= 50 else "fair") for n in range(1, 1001)]

    found = told("return_on_relationship", an_ask(), Invented(orders=orders, people=people)).figures[0]

    assert (found.n, found.k, found.value) == (1000, 50, 0.05)
    assert [found.more[name] for name in ("ever", "helped", "returned", "referred")] == [1000, 250, 50, 50]
    assert (found.more["reach"], found.more["returning"], found.more["helped_for_each_return"]) == (
        0.25,
        0.2,
        5,
    )
    assert found.more["reach_low"] < 0.25 < found.more["reach_high"]


@pytest.mark.slow
def test_the_check_value_of_the_real_shop() -> None:
    kept = {
        (int(float(line.customer)), line.moment[:10])
        for line in retail_lines()
        if line.customer
        and not line.invoice.startswith("C")
        and int(line.quantity) > 0
        and float(line.price) > 0
    }
    size = len(kept)
    orders = pa.table({
        "person_id": pa.array([one for one, _day in kept], pa.int64()),
        "day": pa.array([date.fromisoformat(day) for _one, day in kept], pa.date32()),
        "is_purchase": pa.array([True] * size), "net_minor": pa.array([100] * size, pa.int64()),
    })  # fmt: skip
    shop, ask = Invented(orders=orders), an_ask(date(2011, 12, 10))

    found = told("return_on_relationship", ask, shop).figures[0]

    assert [found.more[name] for name in ("ever", "helped", "returned")] == [4338, 4264, 2788]
    shares = (found.value, found.more["reach"], found.more["returning"])
    assert [round(100 * float(share or 0), 1) for share in shares] == [64.3, 98.3, 65.4]
    assert value_of("relationship_reach", ask, shop) == found.more["reach"]
    assert value_of("relationship_return", ask, shop) == found.more["returning"]


days_ago = st.integers(0, 900)
histories = st.lists(
    st.tuples(st.lists(days_ago, max_size=3), st.lists(days_ago, max_size=2), st.booleans()), max_size=8
)


@given(histories, st.booleans())
@settings(max_examples=10, deadline=None)
def test_counts_as_the_engine_does(known: list[tuple[list[int], list[int], bool]], counts_help: bool) -> None:
    def on(ago: int) -> date:
        return UNTIL - timedelta(days=ago + 1)

    shop = Invented(
        orders=[an_order(n, on(ago)) for n, (bought, _c, _r) in enumerate(known) for ago in bought],
        conversations=[
            a_conversation(n, on(ago)) for n, (_b, asked, _r) in enumerate(known) for ago in asked
        ],
        people=[
            a_person(n, acquired_channel="referral" if sent else "") for n, (_b, _c, sent) in enumerate(known)
        ],
    )
    slow = relationship(
        [len(set(bought)) for bought, _c, _r in known],
        [any(ago < 365 for ago in bought) for bought, _c, _r in known],
        [counts_help and any(ago < 365 for ago in asked) for _b, asked, _r in known],
        [sent for _b, _c, sent in known],
    )

    ask = an_ask(chosen=(("help_conversation", float(counts_help)),))
    figures = told("return_on_relationship", ask, shop).figures

    counts = (
        [figures[0].more[name] for name in ("ever", "helped", "returned", "referred")] if figures else [0] * 4
    )
    assert [one or 0 for one in counts] == [slow.ever, slow.helped, slow.returned, slow.referred]


def test_the_business_says_which_channels_are_recommendations_and_that_an_order_is_no_help() -> None:
    orders = [an_order(1, UNTIL - timedelta(days=9)), an_order(2, UNTIL - timedelta(days=9))]
    shop = Invented(
        orders=orders, people=[a_person(1, acquired_channel="Messe"), a_person(2, acquired_channel="x")]
    )

    assert value_of("return_on_relationship", an_ask(), shop) == 0
    worded = an_ask(worded=(("referral_channels", ("messe",)),))
    assert value_of("return_on_relationship", worded, shop) == 0.5
    assert value_of("relationship_reach", an_ask(chosen=(("help_order", 0.0),)), shop) == 0


def test_return_after_help_stands_beside_similar_people() -> None:
    """50 helped of whom 30 came back, 100 alike of whom 40 did; one helped who has nobody alike."""
    before, after = UNTIL - timedelta(days=500), UNTIL - timedelta(days=5)
    came = [*range(1, 31), *range(51, 91)]
    orders = [an_order(n, before) for n in range(1, 151)] + [an_order(n, after) for n in came]
    orders += [an_order(999, before - timedelta(days=n)) for n in range(9)]
    helped = [a_conversation(n, UNTIL - timedelta(days=120)) for n in (*range(1, 51), 999)]

    found = told("return_after_help", an_ask(), Invented(orders=orders, conversations=helped)).figures[0]

    by_hand = newcombe(30, 50, 40, 100)
    assert (found.n, found.k, found.more["others"], found.more["alone"]) == (50, 30, pytest.approx(0.4), 1)
    assert found.more["apart_low"] == pytest.approx(by_hand.low)
    assert found.more["apart_high"] == pytest.approx(by_hand.high)
    assert [round(100 * edge) for edge in (by_hand.low, by_hand.high)] == [3, 35]
    assert not found.more["is_noise"]


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.booleans()), max_size=12))
@settings(max_examples=10, deadline=None)
def test_return_after_help_weighs_the_others_to_the_same_bands(known: list[tuple[int, bool, bool]]) -> None:
    begin = UNTIL - timedelta(days=455)
    orders = [
        an_order(n, begin - timedelta(days=10 + day), 1000 // days)
        for n, (days, _helped, _back) in enumerate(known)
        for day in range(days)
    ]
    orders += [an_order(n, UNTIL - timedelta(days=1)) for n, (_d, _h, back) in enumerate(known) if back]
    helped = [
        a_conversation(n, UNTIL - timedelta(days=91)) for n, (_d, aided, _b) in enumerate(known) if aided
    ]
    figures = told("return_after_help", an_ask(), Invented(orders=orders, conversations=helped)).figures

    strata: dict[Any, list[tuple[bool, bool]]] = {}
    spends = sorted(1000 // days * days for days, _h, _b in known)
    for days, aided, back in known:
        spend = 1000 // days * days
        cuts = [_quantile(spends, 1 / 3), _quantile(spends, 2 / 3)]
        strata.setdefault(
            (1 if days == 1 else 3 if days <= 3 else 9, sum(spend > cut for cut in cuts)), []
        ).append((aided, back))
    whole = [rows for rows in strata.values() if {aided for aided, _b in rows} == {True, False}]
    n = sum(aided for rows in whole for aided, _b in rows)
    k = sum(aided and back for rows in whole for aided, back in rows)
    assert (figures[0].n, figures[0].k) == (n, k) if figures else n == 0
    if n:
        expected = sum(
            sum(aided for aided, _b in rows) * _mean([back for aided, back in rows if not aided])
            for rows in whole
        )
        assert figures[0].more["others"] == pytest.approx(expected / n)


def _quantile(values: list[int], share: float) -> float:
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _mean(values: list[bool]) -> float:
    return sum(values) / len(values)


def test_waiting_times_are_medians_with_ninetieth_percentile() -> None:
    begun = datetime(2025, 6, 1, 12, tzinfo=UTC)
    rows = [
        a_conversation(
            n, None, started_at=begun, day=begun.date(), first_answered_at=begun + timedelta(hours=hours)
        )
        for n, hours in enumerate((1, 2, 9))
    ]
    rows.append(a_conversation(9, None, started_at=begun, day=begun.date()))

    found = told("first_answer_time", an_ask(), Invented(conversations=rows)).figures[0]

    assert (found.value, found.n, found.low, found.high) == (2.0, 3, 1.0, 9.0)
    assert found.more["p90"] == pytest.approx(7.6)
    assert told("resolution_time", an_ask(), Invented(conversations=rows)).figures == []


def test_the_interval_of_a_median_lies_at_the_textbook_ranks() -> None:
    """With 100 values the 40th and the 61st (Conover 1999: ranks 40 and 61)."""
    begun = datetime(2025, 6, 1, tzinfo=UTC)
    rows = [
        a_conversation(n, (begun + timedelta(days=n)).date(), started_at=begun, day=begun.date())
        for n in range(1, 101)
    ]

    found = told("resolution_time", an_ask(), Invented(conversations=rows)).figures[0]

    assert (found.low, found.value, found.high) == (40 * 24, 50.5 * 24, 61 * 24)


def test_satisfaction_of_the_worked_example() -> None:
    rows = [a_conversation(n, None, score=5 if n < 412 else 2) for n in range(500)]

    assert value_of("satisfaction", an_ask(), Invented(conversations=rows)) == pytest.approx(0.824)

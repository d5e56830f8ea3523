"""What the well-known claims are tested with, beside figures reckoned by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import exp, sqrt
from random import Random
from typing import Any

import pytest

from regulars.insights.engine.intervals import Z
from regulars.insights.queries.answers import find_metric
from regulars.insights.tests.invented import UNTIL, Invented, a_line, a_person, an_ask, an_order, told
from regulars.insights.tests.test_metrics_products import a_product

# The day by which one is loyal, and a day on either side of it.
MARK = UNTIL - timedelta(days=90)
BEFORE, AFTER = MARK - timedelta(days=40), MARK + timedelta(days=10)
LOYAL, OTHERS = (1, 2, 3), (4, 5, 6, 7)


def bought_before() -> list[dict[str, Any]]:
    """Three loyal customers with three purchase days, four others with one."""
    days = [(one, BEFORE - timedelta(days=10 * time)) for one in LOYAL for time in range(3)]
    return [an_order(one, day) for one, day in [*days, *((one, BEFORE) for one in OTHERS)]]


def touched(person: int, kind: str, day: date) -> dict[str, Any]:
    at = datetime.combine(day, datetime.min.time(), UTC)
    return {"person_id": person, "kind": kind, "day": day, "happened_at": at}


def katz(k: int, n: int, j: int, m: int) -> tuple[float, float, float]:
    """Return the relative risk k/n : j/m with its interval."""
    ratio, reach = (k / n) / (j / m), Z * sqrt(1 / k - 1 / n + 1 / j - 1 / m)
    return ratio, ratio * exp(-reach), ratio * exp(reach)


def who(name: str, tables: Invented, **more: Any) -> list[int]:
    people = find_metric(name).people
    assert people is not None
    return sorted(tables.run(people(tables, an_ask(**more)))["person_id"].to_pylist())


def test_loyal_customers_send_others_more_often() -> None:
    # Two of three loyal ones, one of four others; what was done before the day counts for nothing.
    deeds = [(1, AFTER), (1, AFTER + timedelta(days=1)), (2, AFTER), (3, BEFORE), (4, AFTER), (5, UNTIL)]
    sent = [touched(person, "referral.made", day) for person, day in deeds]
    tables = Invented(orders=bought_before(), touchpoints=[*sent, touched(6, "link.clicked", AFTER)])

    found = told("loyal_refer", an_ask(), tables).figures[0]

    assert (found.n, found.more["did"], found.more["others_n"], found.more["others_did"]) == (3, 2, 4, 1)
    assert (found.value, found.low, found.high) == pytest.approx(katz(2, 3, 1, 4))
    assert found.value == pytest.approx(8 / 3)
    assert found.more["is_noise"] is True
    assert who("loyal_refer", tables) == [1, 2]


def test_loyal_customers_try_new_kinds_more_often() -> None:
    orders = bought_before()
    lines = [a_line(order, 1) for order in orders]
    # The first two try kind 2; the third buys kind 1 again; of the others the fourth tries kind 3.
    later = {1: 2, 2: 2, 3: 1, 4: 3}
    for person, product in later.items():
        orders.append(an_order(person, AFTER))
        lines.append(a_line(orders[-1], product))
    tables = Invented(orders=orders, lines=lines, products=[a_product(number) for number in range(1, 4)])

    found = told("loyal_try_more", an_ask(), tables).figures[0]
    again = told("loyal_buy_again", an_ask(), tables).figures[0]

    assert (found.value, found.low, found.high) == pytest.approx(katz(2, 3, 1, 4))
    assert who("loyal_try_more", tables) == [1, 2]
    assert (again.more["did"], again.more["others_did"], again.value) == (3, 1, pytest.approx(4))


def test_nothing_is_said_where_none_of_the_others_did_it() -> None:
    tables = Invented(orders=bought_before(), touchpoints=[touched(1, "referral.made", AFTER)])

    found = told("loyal_refer", an_ask(), tables).figures[0]

    assert (found.n, found.value, found.low, found.high) == (3, None, None, None)
    assert found.more["is_noise"] is True


def test_referred_people_buy_more_often() -> None:
    # 13 of 50 who came by a friend bought, 40 of 200 from the fair; who came from nowhere known is left out.
    came = ["Friend"] * 50 + ["fair"] * 200 + [None] * 9 + ["friend"]
    days = [date(2025, 6, 1)] * 259 + [date(2024, 6, 1)]
    people = [
        a_person(number, acquired_channel=channel, created_on=day)
        for number, (channel, day) in enumerate(zip(came, days, strict=True), 1)
    ]
    orders = [an_order(number, date(2025, 7, 1)) for number in [*range(1, 14), *range(51, 91), 251, 260]]
    tables, year = Invented(people=people, orders=orders), date(2025, 1, 1)

    found = told("referred_conversion", an_ask(since=year), tables).figures[0]

    ratio, low, high = katz(13, 50, 40, 200)
    assert (found.n, found.more["others_n"]) == (50, 200)
    assert (found.value, found.low, found.high) == pytest.approx((ratio - 1, low - 1, high - 1))
    assert found.value == pytest.approx(0.30)
    assert who("referred_conversion", tables, since=year) == list(range(1, 14))


def test_three_bad_experiences_of_any_kind_count() -> None:
    mark = UNTIL - timedelta(days=365)
    bad, late = mark - timedelta(days=20), mark + timedelta(days=20)
    orders = [an_order(person, mark - timedelta(days=60)) for person in range(1, 6)]
    orders.append(an_order(2, late))
    scores = [
        (1, 1, bad),
        (1, 2, bad),
        (2, 1, bad),
        (3, 3, bad),
        (3, 1, bad),
        (4, 1, bad),
        (4, 1, bad),
        (4, 1, late),
    ]
    tables = Invented(
        orders=orders,
        conversations=[{"person_id": one, "score": score, "day": day} for one, score, day in scores],
        # A late answer and money given back are bad experiences too.
        touchpoints=[touched(1, "target.missed", bad), *(touched(n, "target.missed", bad) for n in (2, 3))],
        refunds=[{"person_id": one, "day": bad, "refund_id": one} for one in (2, 6, 6, 6)],
    )  # fmt: skip

    found = told("lost_after_bad", an_ask(), tables).figures[0]

    # Of the first and the second, who had three each, the second came back; the sixth never was a customer.
    assert (found.k, found.n, found.value) == (1, 2, 0.5)
    assert who("lost_after_bad", tables) == [1]
    twice = told("lost_after_bad", an_ask(chosen=(("times", 2),)), tables).figures[0]
    assert (twice.k, twice.n) == (3, 4)


def test_help_is_worth_what_the_helped_bring_over_similar_others() -> None:
    old, helped, later = date(2024, 9, 1), datetime(2025, 3, 1, tzinfo=UTC), date(2025, 11, 1)
    orders = [an_order(person, old, 1000) for person in range(1, 5)]
    orders += [an_order(1, later, 3000), an_order(3, later, 1000)]
    talks = [
        {"person_id": one, "closed_at": helped, "started_at": helped, "day": helped.date()} for one in (1, 2)
    ]
    tables = Invented(orders=orders, conversations=talks)

    found = told("help_value", an_ask(), tables).figures[0]
    half = told("help_value", an_ask(chosen=(("margin", 0.5),)), tables).figures[0]

    # Two helped brought 1,500 on average, two similar others 500.
    reach = Z * sqrt((4_500_000 - 1500**2) / 1 + 250_000 / 2)
    assert (found.n, found.value, found.more["similar"], found.more["alone"]) == (2, 2000, 2, 0)
    assert (found.low, found.high) == pytest.approx((2 * (1000 - reach), 2 * (1000 + reach)))
    assert found.more["is_noise"] is True
    assert half.value == 1000
    assert who("help_value", tables) == [1, 2]


def test_loyal_customers_come_back_after_a_bad_experience() -> None:
    # Failed shortly before: all three loyal ones and the first three others; the seventh was failed long ago.
    bad = [*((one, BEFORE + timedelta(days=1)) for one in (1, 2, 3, 4, 5, 6)), (7, MARK - timedelta(days=91))]
    refunds = [{"person_id": one, "day": day, "refund_id": one} for one, day in bad]
    orders = [*bought_before(), *(an_order(one, AFTER) for one in (1, 2, 4, 7))]
    tables = Invented(orders=orders, refunds=refunds)

    found = told("loyal_forgive", an_ask(), tables).figures[0]

    assert (found.n, found.more["did"], found.more["others_n"], found.more["others_did"]) == (3, 2, 3, 1)
    assert (found.value, found.low, found.high) == pytest.approx(katz(2, 3, 1, 3))
    assert who("loyal_forgive", tables) == [1, 2]


def test_referred_people_stay_longer() -> None:
    # Everybody's pauses are ten days, so that ten days after the last purchase one is lost on the eleventh.
    first = UNTIL - timedelta(days=800)
    times = {1: 11, 2: 21, 3: 6, 4: 11, 5: 6, 6: 90}
    orders = [
        an_order(one, first + timedelta(days=10 * number))
        for one, often in times.items()
        for number in range(often)
    ]
    orders += [an_order(7, UNTIL - timedelta(days=700 - 10 * number)) for number in range(5)]
    channels = {1: "friend", 2: "Friend", 3: "fair", 4: "fair", 5: "", 6: None, 7: "friend"}
    people = [a_person(one, acquired_channel=channel) for one, channel in channels.items()]
    tables = Invented(orders=orders, people=people)

    found = told("referred_tenure", an_ask(), tables).figures[0]
    short = told("referred_tenure", an_ask(chosen=(("seen_days", 100),)), tables).figures[0]

    # 111 and 211 days beside 61 and 111; the seventh has not been watched for two years.
    referred, others, spread, other_spread = 161, 86, 5000, 1250
    reach = exp(Z * sqrt(spread / 2 / referred**2 + other_spread / 2 / others**2))
    assert (found.n, found.more["stayed"], found.more["others"]) == (2, referred, others)
    assert found.value == pytest.approx(161 / 86 - 1)
    assert (found.low, found.high) == pytest.approx((161 / 86 / reach - 1, 161 / 86 * reach - 1))
    assert (short.n, short.more["stayed"], short.more["others"]) == (3, pytest.approx(251 / 3), 80.5)
    assert who("referred_tenure", tables) == [1, 2]


@pytest.mark.slow
def test_the_early_warning_is_held_against_what_happened() -> None:
    # Half of 400 people buy every ten days to the end, half stopped at some time of the last half year.
    chance = Random(3)
    orders = []
    for person in range(400):
        gone = chance.randint(0, 180) if person % 2 else 0
        days = range(gone, 700, chance.randint(8, 12))
        orders += [an_order(person, UNTIL - timedelta(days=ago + 1)) for ago in days]

    figures = told("leaving_check", an_ask(), Invented(orders=orders)).figures

    assert [one.more["step"] for one in figures] == list(range(10))
    assert sum(one.n for one in figures) == 400
    lost = sum(1 for person in range(400) if max_ago(orders, person) > 90)
    assert sum(round(one.value * one.n) for one in figures if one.value is not None) == lost
    assert figures[0].value < 0.2 < 0.8 < figures[-1].value
    assert figures[0].more["rhythm_auc"] > 0.5
    assert {one.more["method"] for one in figures} <= {"rhythm", "model"}
    assert told("leaving_check", an_ask(), Invented()).figures == []


def max_ago(orders: list[dict[str, Any]], person: int) -> int:
    return (UNTIL - max(order["day"] for order in orders if order["person_id"] == person)).days


def test_promises_are_kept_or_broken() -> None:
    day, due = date(2025, 6, 1), datetime(2025, 6, 1, 12, tzinfo=UTC)
    kept = {1: True, 2: False, 3: True, None: True}
    answers = [{"person_id": one, "day": day, "is_kept": is_kept} for one, is_kept in kept.items()]
    done = {4: due - timedelta(hours=1), 5: due + timedelta(hours=1), 6: None}
    tasks = [{"person_id": one, "day": day, "due_at": due, "done_at": at} for one, at in done.items()]
    tables = Invented(promises=answers, tasks=[*tasks, {**tasks[2], "day": UNTIL}])

    found = told("promise_index", an_ask(), tables).figures[0]
    with_tasks = told("promise_index", an_ask(chosen=(("promise_task", 1),)), tables).figures[0]

    assert (found.k, found.n, found.value) == (3, 4, 0.75)
    assert (with_tasks.k, with_tasks.n) == (4, 7)
    assert who("promise_index", tables, chosen=(("promise_task", 1),)) == [1, 3, 4]


def test_who_had_one_kind_accepts_another() -> None:
    year, later = UNTIL - timedelta(days=365), date(2025, 6, 1)
    # The first adds a kind, the second buys the same again, the third had two, the fourth is new.
    bought = [
        (1, 1, -9),
        (2, 1, -9),
        (3, 1, -9),
        (3, 2, -9),
        (1, 2, 9),
        (2, 1, 9),
        (3, 3, 9),
        (4, 1, 9),
        (4, 2, 9),
    ]
    orders = [an_order(one, year + timedelta(days=off)) for one, _kind, off in bought]
    lines = [a_line(order, kind) for order, (_one, kind, _off) in zip(orders, bought, strict=True)]
    tables = Invented(orders=orders, lines=lines, products=[a_product(number) for number in range(1, 4)])

    found = told("upsell_acceptance", an_ask(), tables).figures[0]

    assert (found.k, found.n, found.value) == (1, 2, 0.5)
    assert who("upsell_acceptance", tables) == [1]
    assert told("upsell_acceptance", an_ask(since=later), tables).figures[0].n == 1

"""Engagement, RFM, Return on Relationship, worth and survival: each against the published or hand-made example."""

import doctest
import math
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from regulars.commerce.engine import retail
from regulars.insights.engine import backtest, engagement, rfm, ror, survival, worth
from regulars.insights.engine.engagement import engagement_index, ninetieth_percentile, raw_engagements
from regulars.insights.engine.rfm import GROUPS, cut_points, group_of, scores
from regulars.insights.engine.ror import Relationship, change, relationship
from regulars.insights.engine.survival import kaplan_meier, month_paid_back, months_to_pay_back_seen
from regulars.insights.engine.worth import acquisition, shop_value, subscription_value, wallet_share
from regulars.insights.tests.cdnow import orders

PACKED = Path(retail.__file__).parents[1] / "data" / "online_retail.packed"


@pytest.mark.parametrize(
    "module", [engagement, rfm, ror, survival, worth, backtest], ids=lambda module: module.__name__
)
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    tested = doctest.testmod(module)

    assert tested.attempted > 0
    assert tested.failed == 0


def test_engagement_of_many_and_its_ninetieth_percentile() -> None:
    person, weight, ages = (
        np.array([0, 0, 0, 0, 0, 2]),
        np.array([10, 4, 1, 1, 1, 5.0]),
        np.array([15, 30, 60, 60, 60, 0.0]),
    )

    raw = raw_engagements(person, weight, ages, 3)

    assert raw == pytest.approx([9.821, 0, 5], abs=1e-3)
    index = engagement_index(np.linspace(0, 100, 1001), ninetieth_percentile(np.linspace(0, 100, 1001)))
    assert index[900] == pytest.approx(90, abs=0.1)
    assert (np.diff(index) > 0).all()
    assert index[-1] < 100
    assert engagement_index([0, 3], 0).tolist() == [0, 0]


def test_cut_points_of_the_cdnow_sample() -> None:
    person, day, amount = orders()
    end = date(1998, 6, 30).toordinal()
    ids, place = np.unique(person, return_inverse=True)
    last = np.full(len(ids), 0)
    np.maximum.at(last, place, day)
    visits = np.bincount(np.unique(np.stack((place, day)), axis=1)[0])
    spend = np.bincount(place, weights=amount)

    cuts = cut_points(end - last, visits, spend)

    assert cuts.days == (152, 442, 486, 512)
    assert cuts.purchases == (1, 1, 2, 4)
    # Those published lie between two neighbours, at most five cents apart; ours are somebody's own.
    assert cuts.spend == pytest.approx((15.36, 31.96, 59.25, 130.44), abs=0.06)
    _r, frequency, _m = scores(cuts, end - last, visits, spend)
    once = visits == 1
    assert once.sum() == 1218
    assert set(frequency[once]) == {1}
    assert set(frequency[~once]) == {3, 4, 5}


def test_equal_customers_have_equal_scores_and_more_is_never_worse() -> None:
    values = np.random.default_rng(1).integers(0, 50, 400)
    cuts = cut_points(values, values, values)

    recency, frequency, money = scores(cuts, values, values, values)

    order = np.argsort(values, kind="stable")
    assert (np.diff(recency[order]) <= 0).all()
    assert (np.diff(frequency[order]) >= 0).all()
    assert frequency.tolist() == money.tolist()
    assert {*recency, *frequency} <= {1, 2, 3, 4, 5}


def test_every_combination_has_a_group_and_every_group_somebody() -> None:
    named = {group_of(*marks) for marks in product(range(1, 6), repeat=3)}

    assert named == set(GROUPS)


def test_relationship_of_the_published_example() -> None:
    found = Relationship(1000, 250, 50, 0)

    assert found.ror.estimate == pytest.approx(0.05)
    assert found.reach.estimate * found.returning.estimate == pytest.approx(found.ror.estimate)
    assert found.helped_for_each_return == 5
    assert found.ror.low < 0.05 < found.ror.high
    assert change(found, found).estimate == 0


@pytest.mark.slow
def test_relationship_of_the_real_shop() -> None:
    lines = [line for line in retail_lines() if not line.invoice.startswith("C")]
    kept = [line for line in lines if line.customer and int(line.quantity) > 0 and float(line.price) > 0]
    days: dict[str, set[str]] = {}
    for line in kept:
        days.setdefault(line.customer, set()).add(line.moment[:10])

    purchase_days = [len(found) for found in days.values()]
    served = [any("2010-12-10" <= day <= "2011-12-09" for day in found) for found in days.values()]
    found = relationship(purchase_days, served, [False] * len(days), [False] * len(days))

    assert (found.ever, found.helped, found.returned) == (4338, 4264, 2788)
    assert [round(100 * share.estimate, 1) for share in (found.ror, found.reach, found.returning)] == [
        64.3,
        98.3,
        65.4,
    ]


def retail_lines() -> list[retail.Line]:
    return list(retail.unpack(PACKED.read_bytes()))


def test_help_counts_as_service_and_a_referral_as_a_return() -> None:
    found = relationship([1, 1, 1, 2, 0], [0, 1, 0, 0, 1], [1, 0, 0, 1, 1], [1, 0, 1, 0, 1])

    assert (found.ever, found.helped, found.returned, found.referred) == (4, 3, 2, 1)


def test_worth_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="Retention"):
        subscription_value(50, 1.2, 0.1)
    with pytest.raises(ValueError, match="Churn"):
        shop_value(40, 3.5, 0.55, 0)
    assert sum(wallet_share(rank, 4) for rank in range(1, 5)) == pytest.approx(1)
    assert acquisition(100, 0, 50, 0.6, 0.1).cost == math.inf


def test_payback_allows_for_those_who_leave() -> None:
    assert month_paid_back(200, 30, 0.025) == 8
    assert month_paid_back(200, 30, 0) == 7
    assert month_paid_back(1200, 30, 0.025) == math.inf
    assert math.isnan(months_to_pay_back_seen(500, [30] * 6, [1.0] * 6))
    seen = months_to_pay_back_seen(200, [30] * 12, 0.975 ** np.arange(12))
    assert 7 < seen < 8


def test_survival_of_the_leukaemia_patients() -> None:
    # Freireich and others 1963, 6-MP group: the textbooks' example of Kaplan and Meier.
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

    curve = kaplan_meier(weeks, relapsed)

    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.share == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert curve.median == 23
    assert (curve.low[-1], curve.high[-1]) == pytest.approx((0.188, 0.680), abs=0.002)
    assert curve.at(12) == pytest.approx(0.753, abs=5e-4)
    assert math.isnan(curve.at(40))
    assert ((curve.low <= curve.share) & (curve.share <= curve.high)).all()


def test_survival_where_everybody_left_and_where_nobody_did() -> None:
    gone, here = kaplan_meier([3, 3], [1, 1]), kaplan_meier([3, 5], [0, 0])

    assert (gone.share.tolist(), gone.low.tolist(), gone.median) == ([0.0], [0.0], 3)
    assert (here.at(4), here.median) == (1.0, math.inf)

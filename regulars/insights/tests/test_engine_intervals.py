"""Intervals against published examples, and whether they hold what they promise."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.insights.engine import intervals
from regulars.insights.engine.intervals import (
    difference_interval,
    mean_interval,
    median_interval,
    newcombe,
    nps,
    people_needed,
    quantile_interval,
    ratio_interval,
    verdict,
    wilson,
)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(intervals).failed == 0


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_printed_it_in_1998(successes: int, n: int, low: float, high: float) -> None:
    found = wilson(successes, n)

    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_differences_as_newcombe_printed_them_in_1998(counts: tuple, low: float, high: float) -> None:
    found = newcombe(*counts)

    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_uplift_that_the_naive_interval_would_have_claimed() -> None:
    uplift = newcombe(540, 9000, 45, 1000)

    assert verdict(uplift) == "noise"
    assert people_needed(0.045, 0.015, ratio=9) == 1718


@given(n=st.integers(1, 500), share=st.floats(0, 1), level=st.floats(0.5, 0.999))
def test_a_share_lies_in_its_interval(n: int, share: float, level: float) -> None:
    successes = round(share * n)

    found, mirrored = wilson(successes, n, level), wilson(n - successes, n, level)

    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)


@given(a=st.integers(0, 60), b=st.integers(0, 60))
def test_a_difference_turned_around_changes_its_sign(a: int, b: int) -> None:
    there, back = newcombe(a, 60, b, 80), newcombe(b, 80, a, 60)

    assert -1 <= there.low <= there.estimate <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_few_people_are_never_a_difference() -> None:
    assert verdict(newcombe(10, 10, 0, 10)) == "too_few"
    assert verdict(newcombe(60, 100, 30, 100)) == "up"
    assert verdict(newcombe(30, 100, 60, 100)) == "down"
    assert verdict(newcombe(0, 0, 3, 100)) == "too_few"
    assert wilson(3, 29).is_small
    assert not wilson(3, 30).is_small


def test_nobody_is_any_share() -> None:
    found = wilson(0, 0)

    assert np.isnan(found.estimate)
    assert (found.low, found.high) == (0, 1)
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(3, 2)


def test_promoters_alone_are_no_certainty() -> None:
    assert nps(10, 0, 10).low < 100
    assert nps(110, 40, 200).estimate == pytest.approx(35)


def test_the_same_people_give_the_same_interval() -> None:
    spend = np.random.default_rng(1).lognormal(3, 1, 200)

    assert mean_interval(spend) == mean_interval(spend)
    assert mean_interval(spend, seed=1).low != mean_interval(spend).low


def test_bootstrapped_means_hold_what_they_promise() -> None:
    chance = np.random.default_rng(7)
    hits = [
        found.low <= 10 <= found.high for _ in range(120) for found in [mean_interval(chance.gamma(2, 5, 60))]
    ]

    assert np.mean(hits) > 0.88


def test_very_many_values_are_drawn_from_fewer_but_as_narrow() -> None:
    values = np.random.default_rng(1).normal(100, 10, 300_000)

    found = mean_interval(values)

    assert found.width == pytest.approx(2 * 1.96 * 10 / np.sqrt(300_000), rel=0.08)


def test_quantiles_lie_between_values_that_occurred() -> None:
    chance = np.random.default_rng(3)
    hits = []
    for _ in range(400):
        values = chance.exponential(10, 41)
        found = quantile_interval(values, 0.9)
        assert {found.low, found.high} <= set(values)
        hits.append(found.low <= 10 * np.log(10) <= found.high)

    assert np.mean(hits) > 0.9
    assert median_interval([1, 2, 3]).estimate == 2
    assert np.isnan(median_interval([]).estimate)


def test_a_ratio_draws_both_figures_of_a_person_together() -> None:
    orders = np.random.default_rng(2).integers(1, 30, 500)

    found = ratio_interval(orders * 20.0, orders)

    assert (found.estimate, found.low, found.high) == pytest.approx((20.0, 20.0, 20.0))


def test_the_difference_of_means_of_two_groups() -> None:
    chance = np.random.default_rng(2)

    same = difference_interval(chance.normal(50, 9, 200), chance.normal(50, 9, 300))
    more = difference_interval(chance.normal(56, 9, 200), chance.normal(50, 9, 300))

    assert (verdict(same), verdict(more)) == ("noise", "up")
    assert more.n == 200

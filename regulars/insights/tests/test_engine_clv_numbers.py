"""The numerics: gradients, folding, units, edges, and closed forms where those can be computed at all."""

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, expit, hyp2f1

from regulars.insights.engine.clv.beta_geometric import BGNBD, MBGNBD
from regulars.insights.engine.clv.counts import count_interval
from regulars.insights.engine.clv.draws import draw_customers
from regulars.insights.engine.clv.fitting import Fit, fit, thinned
from regulars.insights.engine.clv.forecast import (
    Horizon,
    doubt_of_each,
    expected_purchases,
    people,
    purchases,
)
from regulars.insights.engine.clv.pareto import PARETONBD
from regulars.insights.engine.clv.rows import BadHistory, Rows, checked, fold, unfolded
from regulars.insights.engine.clv.smooth import along_age, in_parts
from regulars.insights.engine.clv.spend import GAMMAGAMMA

MODELS = (BGNBD, MBGNBD, PARETONBD)
CDNOW = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
logs = st.lists(st.floats(-4, 4), min_size=4, max_size=4).map(np.array)


@st.composite
def histories(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = draw(st.integers(1, 30))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    age = chance.uniform(0.01, draw(st.sampled_from([1.0, 40.0, 5000.0])), size).round(2) + 0.01
    frequency = chance.integers(0, draw(st.sampled_from([2, 10, 400])), size)
    recency = np.where(frequency > 0, np.maximum(age * chance.uniform(0, 1, size), 1e-3), 0.0)
    return frequency, np.minimum(recency, age), age


@pytest.mark.parametrize("module", ["rows", "special", "forecast", "spend", "table", "valuation"])
def test_the_examples_in_the_docstrings_hold(module: str) -> None:
    tested = doctest.testmod(importlib.import_module(f"regulars.insights.engine.clv.{module}"))

    assert tested.attempted > 0
    assert tested.failed == 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@settings(max_examples=15, deadline=None)
@given(at=logs, history=histories())
def test_the_gradient_is_that_of_the_likelihood(model: object, at: np.ndarray, history: tuple) -> None:
    rows = fold(*history)

    _, gradient = model.log_likelihood(at, rows)

    steps = np.eye(4) * 1e-5
    seen = [
        (model.log_likelihood(at + step, rows)[0] - model.log_likelihood(at - step, rows)[0]) / 2e-5
        for step in steps
    ]
    size = 1 + abs(model.log_likelihood(at, rows)[0])
    assert gradient == pytest.approx(seen, rel=1e-4, abs=1e-6 * size)


@settings(max_examples=15, deadline=None)
@given(at=st.lists(st.floats(-3, 3), min_size=3, max_size=3).map(np.array), seed=st.integers(0, 1000))
def test_the_gradient_of_spend_too(at: np.ndarray, seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows = Rows(
        chance.integers(1, 50, 20),
        chance.gamma(2, 1, 20),
        np.zeros(20),
        chance.integers(1, 5, 20).astype(float),
    )

    _, gradient = GAMMAGAMMA.log_likelihood(at, rows)

    steps = np.eye(3) * 1e-5
    seen = [
        (GAMMAGAMMA.log_likelihood(at + s, rows)[0] - GAMMAGAMMA.log_likelihood(at - s, rows)[0]) / 2e-5
        for s in steps
    ]
    assert gradient == pytest.approx(seen, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@settings(max_examples=10, deadline=None)
@given(at=logs, history=histories(), times=st.integers(1, 4))
def test_folded_and_single_rows_are_equally_likely(
    model: object, at: np.ndarray, history: tuple, times: int
) -> None:
    repeated = tuple(np.tile(column, times) for column in history)

    folded, single = fold(*repeated), unfolded(*repeated)

    assert len(folded) <= len(single) // times
    assert folded.customers == single.customers
    assert folded.purchases == single.purchases
    one, other = model.log_likelihood(at, folded), model.log_likelihood(at, single)
    assert one[0] == pytest.approx(other[0], rel=1e-10)
    assert one[1] == pytest.approx(other[1], rel=1e-8, abs=1e-8 * (1 + abs(one[0])))


@settings(max_examples=20, deadline=None)
@given(history=histories())
def test_folding_keeps_every_distinct_history_once(history: tuple) -> None:
    folded = fold(*history)

    expected = {}
    for row in zip(*(column.tolist() for column in history), strict=True):
        expected[row] = expected.get(row, 0) + 1
    kept = zip(folded.frequency.tolist(), folded.recency.tolist(), folded.age.tolist(), strict=True)
    assert dict(zip(kept, folded.weight.tolist(), strict=True)) == expected


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_unit_of_time_and_the_order_of_customers_change_nothing(model: object) -> None:
    chance = np.random.default_rng(5)
    frequency, recency, age = draw_customers(CDNOW, chance.integers(60, 300, 1500) / 7.0, seed=1, step=1 / 7)
    order = chance.permutation(len(age))

    weeks = fit(model, fold(frequency, recency, age))
    days = fit(model, fold(frequency[order], recency[order] * 7, age[order] * 7))

    sizes = np.where(model.has_unit, 7.0, 1.0)
    assert days.values == pytest.approx(weeks.values * sizes, rel=1e-5)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - frequency.sum() * np.log(7), rel=1e-9)
    who = people(frequency[:50], recency[:50], age[:50])
    in_days = people(frequency[:50], recency[:50] * 7, age[:50] * 7)
    ahead, later = purchases(weeks, who, Horizon(20)), purchases(days, in_days, Horizon(140))
    assert later.expected == pytest.approx(ahead.expected, rel=1e-4)
    assert later.alive == pytest.approx(ahead.alive, rel=1e-4)


@pytest.mark.parametrize(("model", "first"), [(BGNBD, False), (MBGNBD, True)])
def test_parameters_that_drew_the_customers_are_found_again(model: object, first: bool) -> None:
    age = np.random.default_rng(2).uniform(20, 120, 10_000)

    found = fit(model, fold(*draw_customers(CDNOW, age, seed=4, first_counts=first)))

    errors = np.array(list(found.standard_errors.values()))
    assert np.abs(found.values - np.array(list(CDNOW.values()))).max() < 1.5
    assert (np.abs(found.values - np.array(list(CDNOW.values()))) < 4 * errors).all()


def test_forecast_and_intervals_hold_for_new_customers() -> None:
    who = people([0, 2, 9], [0.0, 30.0, 35.0], [38.0, 38.0, 38.0])
    known = Fit(CDNOW, 0.0, 0, np.zeros((4, 4)), 0, 0, BGNBD)

    made = purchases(known, who, Horizon(39))
    fresh = purchases(known, people(np.zeros(1, int), np.zeros(1), np.zeros(1)), Horizon(59))

    drawn, _, _ = draw_customers(CDNOW, np.full(200_000, 59.0), seed=3)
    assert fresh.expected[0] == pytest.approx(drawn.mean(), rel=0.02)
    assert fresh.variance[0] == pytest.approx(drawn.var(), rel=0.06)
    low, high = fresh.interval(0.8)
    assert np.mean((drawn >= low) & (drawn <= high)) >= 0.8
    # The negative binomial between the exact moments is a count too wide here at most.
    assert np.mean(drawn <= high - 1) < 0.92
    assert (made.interval(0.95)[1] >= made.interval(0.5)[1]).all()
    alive, expected = expected_purchases(known, who, Horizon(39))
    assert expected == pytest.approx(made.expected, rel=1e-10)
    assert alive.tolist() == made.alive.tolist()


def test_nobody_is_nobody() -> None:
    known = Fit(CDNOW, 0.0, 0, np.zeros((4, 4)), 0, 0, BGNBD)

    made = purchases(known, people([], [], []), Horizon(39))

    assert [len(made.expected), len(made.interval()[0]), len(fold([], [], []))] == [0, 0, 0]


@pytest.mark.parametrize("frequency", [0, 1, 7, 60])
@pytest.mark.parametrize(("a", "b"), [(0.793, 2.426), (3.0, 0.4), (0.05, 8.0), (12.0, 30.0)])
def test_expected_purchases_are_the_closed_form_where_that_exists(frequency: int, a: float, b: float) -> None:
    values = np.array([0.243, 4.414, a, b])
    age, ahead = 30.0, 39.0

    found, _ = BGNBD.moments(values, np.array([ahead]), np.array([frequency]), np.array([age]))

    c, z = a + b + frequency - 1, ahead / (4.414 + age + ahead)
    power = 0.243 + frequency
    closed = c / (a - 1) * (1 - (1 - z) ** power * hyp2f1(power, b + frequency, c, z))
    assert found[0, 0] == pytest.approx(closed, rel=1e-9)


@pytest.mark.parametrize(
    "values",
    [(0.243, 4.414, 1.0, 2.4), (0.5, 2.0, 0.4, 0.6), (0.01, 0.001, 0.02, 0.02), (30.0, 900.0, 50.0, 0.1)],
)
@pytest.mark.parametrize("frequency", [0, 3, 200])
def test_moments_equal_a_careful_integral_also_where_the_closed_form_divides_by_zero(
    values: tuple, frequency: int
) -> None:
    r, alpha, a, b = values
    age, ahead, power, stays = 20.0, 50.0, r + frequency, b + frequency
    reach = ahead / (alpha + age)

    # Equal steps in log odds, as far out as anything is left: slow, and with nothing clever about it.
    log_odds = np.arange(-45 / min(a, 1) - 10, 45 / min(stays, 1) + 10, 0.03)
    mass = -a * np.logaddexp(0, -log_odds) - stays * np.logaddexp(0, log_odds) - betaln(a, stays)
    log_odds, mass = log_odds[mass > -300], np.exp(mass[mass > -300]) * 0.03
    p, stay = np.maximum(expit(log_odds), 1e-250), expit(-log_odds)
    mean = -np.expm1(-power * np.log1p(p * reach)) / p
    # E[N (N − 1)] as an integral of its slope, in which nothing cancels.
    nodes, weights = np.polynomial.legendre.leggauss(120)
    times = (nodes + 1) / 2 * reach
    slope = sum(
        weight * reach / 2 * time * (1 + p * time) ** (-power - 2)
        for time, weight in zip(times, weights, strict=True)
    )
    pairs = 2 * stay * power * (power + 1) * slope

    found = BGNBD.moments(np.array(values), np.array([ahead]), np.array([frequency]), np.array([age]))

    assert found[0][0, 0] == pytest.approx(mass @ mean, rel=1e-9)
    assert found[1][0] == pytest.approx(mass @ pairs, rel=1e-7)


@pytest.mark.parametrize(
    "values", [(0.55, 10.6, 0.6, 11.7), (0.55, 0.01, 0.6, 11.7), (2.0, 30.0, 5.0, 0.05), (0.1, 5.0, 1.0, 5.0)]
)
@pytest.mark.parametrize(
    ("frequency", "recency", "age"), [(0, 0.0, 38.0), (5, 1.0, 38.0), (150, 30.0, 38.0), (2, 38.0, 38.0)]
)
def test_the_pareto_likelihood_is_its_integral(
    values: tuple, frequency: int, recency: float, age: float
) -> None:
    r, alpha, s, beta = values

    def lost(y: float) -> float:
        return float(
            np.exp(
                -(r + frequency) * np.log1p((y - recency) / (alpha + recency))
                - (s + 1) * np.log1p((y - recency) / (beta + recency))
            )
        )

    cuts = recency + (age - recency) * np.array([0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.4, 1])
    area = sum(quad(lost, low, high, epsrel=1e-12)[0] for low, high in zip(cuts, cuts[1:], strict=False))
    ratio = (
        s
        * (beta + age) ** s
        * (beta + recency) ** (-s - 1)
        * ((alpha + age) / (alpha + recency)) ** (r + frequency)
        * area
    )

    alive = PARETONBD.alive(np.array(values), np.array([frequency]), np.array([recency]), np.array([age]))

    assert alive[0] == pytest.approx(1 / (1 + ratio), rel=1e-9)


extreme = st.tuples(*[st.floats(-9, 9)] * 4).map(lambda many: np.exp(np.array(many)))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@settings(max_examples=25, deadline=None)
@given(
    values=extreme,
    frequency=st.sampled_from([0, 1, 2, 50, 3000]),
    age=st.sampled_from([0.001, 1.0, 1e3, 1e7]),
    share=st.sampled_from([1e-6, 0.5, 1.0]),
    ahead=st.sampled_from([1e-3, 10.0, 1e5]),
)
def test_nothing_extreme_makes_nonsense(
    model: object, values: np.ndarray, frequency: int, age: float, share: float, ahead: float
) -> None:
    who = people(frequency, age * share if frequency else 0.0, age)
    known = Fit(
        dict(zip(model.parameters, values.tolist(), strict=True)), 0.0, 0, np.zeros((4, 4)), 0, 0, model
    )

    likelihood, gradient = model.log_likelihood(np.log(values), unfolded(who.frequency, who.recency, who.age))
    near, far = purchases(known, who, Horizon(ahead)), purchases(known, who, Horizon(2 * ahead))
    low, high = near.interval(0.9)

    assert np.isfinite(likelihood)
    assert np.isfinite(gradient).all()
    assert 0 <= near.alive[0] <= 1
    assert 0 <= near.expected[0] <= far.expected[0] * (1 + 1e-9)
    assert np.isfinite(near.variance[0])
    assert 0 <= low[0] <= high[0]
    assert np.isfinite(high[0])


def test_one_time_buyers_are_alive_in_one_model_and_fade_in_the_others() -> None:
    values = np.array([0.5, 10.0, 0.7, 2.0])
    silent = (np.array([0, 0]), np.zeros(2), np.array([1.0, 500.0]))

    assert BGNBD.alive(values, *silent).tolist() == [1.0, 1.0]
    for model in (MBGNBD, PARETONBD):
        young, old = model.alive(values, *silent)
        assert old < young < 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_whoever_bought_today_is_alive_as_the_last_purchase_left_them(model: object) -> None:
    alive = model.alive(
        np.array([0.5, 10.0, 0.7, 2.0]), np.array([3, 3]), np.array([40.0, 20.0]), np.array([40.0, 40.0])
    )

    assert alive[1] < alive[0] <= 1


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000), spread=st.sampled_from([1e-9, 1.0, 2000.0]))
def test_the_quick_way_gives_the_exact_figure(seed: int, spread: float) -> None:
    chance = np.random.default_rng(seed)
    frequency = chance.choice([0, 0, 0, 1, 2, 3, 90], 400).astype(np.int64)
    age = 5 + spread * chance.random(400)
    values = np.array([0.243, 4.414, 0.793, 2.426])

    def exact(counts: np.ndarray, ages: np.ndarray) -> np.ndarray:
        means, pairs = BGNBD.moments(values, np.array([39.0]), counts, ages)
        return np.stack((means[0], pairs))

    assert along_age(exact, 4.414, frequency, age) == pytest.approx(in_parts(exact, frequency, age), rel=1e-8)


def test_thinning_keeps_the_weight_of_all() -> None:
    age = np.random.default_rng(2).uniform(20, 120, 30_000)
    rows = fold(*draw_customers(CDNOW, age, seed=4))

    thin = thinned(rows, 2000)

    assert len(thin) <= 2001
    assert thin.customers == pytest.approx(rows.customers)
    assert thin.purchases == pytest.approx(rows.purchases, rel=0.1)


def test_intervals_of_counts_are_those_of_their_distribution() -> None:
    alive, mean = np.array([1.0, 0.5, 1.0, 0.05, 1.0]), np.array([3.0, 2.0, 200.0, 4.0, 0.0])
    excess = np.array([4.0, 0.0, 5000.0, 1.0, 0.0])
    expected = alive * mean
    variance = alive * (mean + excess + mean**2) - expected**2

    low, high = count_interval(alive, expected, variance, 0.8)

    chance = np.random.default_rng(1)
    for place in range(5):
        rate = (
            chance.gamma(mean[place] ** 2 / excess[place], excess[place] / mean[place], 100_000)
            if excess[place]
            else mean[place]
        )
        drawn = chance.poisson(rate, 100_000) * (chance.random(100_000) < alive[place])
        assert np.mean(drawn > high[place]) <= 0.105
        assert np.mean(drawn < low[place]) <= 0.105
        assert high[place] == 0 or np.mean(drawn >= high[place]) >= 0.095


def test_unsure_parameters_make_unsure_customers() -> None:
    known = Fit(CDNOW, 0.0, 0, np.eye(4) * 0.01, 0, 0, BGNBD)
    surer = Fit(CDNOW, 0.0, 0, np.eye(4) * 0.0001, 0, 0, BGNBD)
    who = people([0, 2, 9], [0.0, 30.0, 35.0], [38.0, 38.0, 38.0])

    assert doubt_of_each(known, who, Horizon(39)) == pytest.approx(
        10 * doubt_of_each(surer, who, Horizon(39))
    )
    assert (doubt_of_each(surer, who, Horizon(39)) > 0).all()


@pytest.mark.parametrize(
    ("history", "says"),
    [
        (([1.5], [1.0], [2.0]), "whole number"),
        (([-1], [0.0], [2.0]), "whole number"),
        (([1], [3.0], [2.0]), "not above age"),
        (([1], [0.0], [2.0]), "above 0"),
        (([0], [1.0], [2.0]), "recency is 0"),
        (([0], [0.0], [-2.0]), "not negative"),
        (([0], [0.0], [np.nan]), "finite"),
        (([0, 1], [0.0], [1.0]), "one value for each"),
    ],
)
def test_what_cannot_be_is_refused(history: tuple, says: str) -> None:
    with pytest.raises(BadHistory, match=says):
        checked(*history)

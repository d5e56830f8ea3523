"""When the data cannot carry a model: the refusal says why, and what is shown instead has its own name."""

import numpy as np
import pytest

from regulars.insights.engine.clv.beta_geometric import BGNBD
from regulars.insights.engine.clv.draws import draw_customers
from regulars.insights.engine.clv.fitting import CannotFit, Least, fit
from regulars.insights.engine.clv.forecast import Horizon, people
from regulars.insights.engine.clv.pareto import PARETONBD
from regulars.insights.engine.clv.rows import fold
from regulars.insights.engine.clv.spend import fit_spend
from regulars.insights.engine.clv.valuation import fit_people, value_people

CDNOW = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
ONCE = (np.zeros(500, int), np.zeros(500), np.linspace(1, 300, 500))


def some(size: int, **changed: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    age = np.random.default_rng(2).uniform(20, 120, size)
    return draw_customers(CDNOW | changed, age, seed=4)


@pytest.mark.parametrize(
    ("history", "code"),
    [
        (some(30), "few_customers"),
        (ONCE, "nobody_returned"),
        (tuple(np.concatenate(pair) for pair in zip(ONCE, some(20), strict=True)), "few_repeaters"),
        ((np.ones(60, int), np.ones(60), np.full(60, 50.0)), "few_repeats"),
        (([0] * 60, [0.0] * 60, [0.0] * 60), "nobody_returned"),
    ],
)
def test_too_little_data_is_refused_with_its_reason(history: tuple, code: str) -> None:
    with pytest.raises(CannotFit) as refused:
        fit(BGNBD, fold(*history))

    assert refused.value.code == code
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("model", [BGNBD, PARETONBD], ids=lambda model: model.name)
def test_customers_who_are_all_alike_are_refused_rather_than_fitted_at_infinity(model: object) -> None:
    chance = np.random.default_rng(1)
    frequency = chance.poisson(6, 3000)
    recency = np.where(frequency > 0, 60 * chance.random(3000) ** (1 / np.maximum(frequency, 1)), 0.0)

    with pytest.raises(CannotFit) as refused:
        fit(model, fold(frequency, recency, np.full(3000, 60.0)))

    assert refused.value.code in ("at_bounds", "flat")
    assert set(refused.value.params) == set(model.parameters)


def test_the_threshold_can_be_lowered() -> None:
    assert fit(BGNBD, fold(*some(400)), Least(10, 5, 1)).customers == 400


def test_spend_that_never_varies_is_refused() -> None:
    frequency = np.arange(1, 101)

    with pytest.raises(CannotFit, match="same"):
        fit_spend(frequency, np.full(100, 9.99))
    with pytest.raises(CannotFit) as refused:
        fit_spend([0, 0, 3], [0, 0, 5.0])

    assert refused.value.code == "few_repeaters"


def test_frequent_buyers_who_spend_otherwise_are_noticed() -> None:
    chance = np.random.default_rng(3)
    frequency = chance.integers(1, 20, 500)

    related = fit_spend(frequency, 5 + frequency * chance.gamma(20, 0.05, 500))

    assert related.is_related
    assert related.correlation > 0.9


def test_the_fallback_says_its_name_and_keeps_the_sum() -> None:
    frequency, recency, age = some(30)
    who = people(frequency, recency, age, np.where(frequency > 0, 20.0, 0.0))

    fitted = fit_people(BGNBD, who)
    told = value_people(fitted, who, Horizon(10, 3, 0.01), margin=0.5)

    assert fitted.method == "group_mean"
    assert fitted.refusal.code == "few_customers"
    assert fitted.spending.method == "group_mean"
    pace = frequency.sum() / age.sum()
    assert told.purchases.expected == pytest.approx(np.full(30, 30 * pace))
    worth = 10 * pace * (1 / 1.01 + 1 / 1.01**2 + 1 / 1.01**3) * 20 * 0.5
    assert told.value.expected == pytest.approx(np.full(30, worth))
    assert told.total_purchases.low < told.total_purchases.expected < told.total_purchases.high
    assert told.total_value.expected == pytest.approx(30 * worth)


def test_without_spend_there_is_no_value() -> None:
    frequency, recency, age = some(2000)

    told = value_people(
        fit_people(BGNBD, people(frequency, recency, age)), people(frequency, recency, age), Horizon(30)
    )

    assert (told.value, told.total_value) == (None, None)
    assert told.total_purchases.by_parameters > 0


def test_nobody_returned_means_nothing_is_expected() -> None:
    who = people(*ONCE, np.zeros(500))

    fitted = fit_people(BGNBD, who)
    told = value_people(fitted, who, Horizon(30))

    assert (fitted.method, fitted.refusal.code, fitted.spending) == ("group_mean", "nobody_returned", None)
    assert told.purchases.expected.tolist() == [0.0] * 500
    assert (told.total_purchases.low, told.total_purchases.high) == (0.0, 0.0)


def test_the_interval_of_a_total_holds_what_really_came() -> None:
    inside = 0
    for seed in range(12):
        age = np.random.default_rng(seed).uniform(20, 120, 1500)
        history = draw_customers(CDNOW, age, seed=seed)
        longer = draw_customers(CDNOW, np.full(1500, 60.0), seed=100 + seed)
        fitted = fit_people(BGNBD, people(*history))
        told = value_people(
            fitted, people(np.zeros(1500, int), np.zeros(1500), np.zeros(1500)), Horizon(60), level=0.9
        )
        inside += told.total_purchases.low <= longer[0].sum() <= told.total_purchases.high

    assert inside >= 9

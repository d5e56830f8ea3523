"""From raw orders to the figures that the models' authors and others published."""

import numpy as np
import pytest

from regulars.insights.engine.backtest import backtest, errors, hold_out
from regulars.insights.engine.clv.fitting import fit
from regulars.insights.engine.clv.forecast import Horizon, people, purchases, totals, value
from regulars.insights.engine.clv.rows import fold
from regulars.insights.tests.cdnow import CUT, MODELS, customers, fitted, fitted_spend, orders, published

# Fader, Hardie, Lee 2005 and CLVTools; BTYDplus for MBG/NBD.
PUBLISHED = {
    "bgnbd": ((0.2425945, 4.4136019, 0.7929199, 2.4258881), -9582.429),
    "mbgnbd": ((0.525, 6.183, 0.891, 1.614), -9582.13),
    "paretonbd": ((0.55315, 10.57633, 0.60625, 11.67150), -9594.976),
}


def test_histories_from_raw_orders_equal_the_published_summary() -> None:
    who, told = customers(), published("cdnow_summary.csv")

    assert len(who.frequency) == 2357
    assert who.frequency.tolist() == told["frequency"].tolist()
    assert np.abs(who.recency - told["recency"]).max() < 0.0051
    assert np.abs(who.age - told["T"]).max() < 0.0051
    assert np.abs(who.spend - published("cdnow_summary_with_spend.csv")["zbar"]).max() < 0.0101
    assert (who.frequency.sum(), (who.frequency > 0).sum()) == (2457, 946)


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_and_likelihood_are_the_published_ones(name: str) -> None:
    params, likelihood = PUBLISHED[name]

    assert fitted(name).values == pytest.approx(params, rel=1e-3)
    assert fitted(name).log_likelihood == pytest.approx(likelihood, abs=0.01)
    assert fitted(name).customers == 2357


@pytest.mark.parametrize("name", PUBLISHED)
def test_raw_orders_lead_to_the_same_parameters(name: str) -> None:
    who = customers()

    found = fit(MODELS[name], fold(who.frequency, who.recency, who.age))

    assert found.values == pytest.approx(PUBLISHED[name][0], rel=2e-3)


def test_standard_errors_are_the_published_ones() -> None:
    errors = fitted("paretonbd").standard_errors

    assert list(errors.values()) == pytest.approx([0.0476, 0.8427, 0.1873, 6.2105], rel=1e-3)


def test_expected_purchases_of_the_authors_spreadsheet() -> None:
    made = purchases(fitted("bgnbd"), people(2, 30.43, 38.86), Horizon(39))

    assert made.expected[0] == pytest.approx(1.2259, abs=1e-4)


def test_pareto_forecast_of_the_frequent_customer() -> None:
    made = purchases(fitted("paretonbd"), people(26, 30.86, 31.0), Horizon(52))

    assert made.alive[0] == pytest.approx(0.9979, abs=1e-4)
    assert made.expected[0] == pytest.approx(25.457, abs=2e-3)


def test_spend_is_the_published_one() -> None:
    found, told = fitted_spend(), published("cdnow_summary_with_spend.csv")

    assert found.values == pytest.approx([6.2488, 3.7446, 15.4477], rel=1e-4)
    assert found.log_likelihood == pytest.approx(-4055.92, abs=0.005)
    assert found.customers == 946
    assert not found.is_related
    first_ten = found.per_purchase(told["x"][:10].astype(int), told["zbar"][:10])
    assert first_ten == pytest.approx(
        [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17], abs=0.011
    )


def test_discounted_value_of_a_year() -> None:
    told = published("cdnow_summary_with_spend.csv")
    who = people(told["x"], told["t_x"], told["T"], told["zbar"])

    worth = value(purchases(fitted("bgnbd"), who, Horizon(4.345, 12, 0.01)), fitted_spend(), who)

    assert worth.expected[0] == pytest.approx(36.28, abs=0.005)
    assert worth.expected.sum() == pytest.approx(71_509.90, abs=0.05)
    halved = value(purchases(fitted("bgnbd"), who, Horizon(4.345, 12, 0.01)), fitted_spend(), who, margin=0.5)
    assert halved.expected == pytest.approx(worth.expected / 2)


@pytest.mark.parametrize(("name", "total"), [("bgnbd", 1653), ("paretonbd", 1666)])
def test_the_second_half_is_forecast_twelve_percent_low(name: str, total: int) -> None:
    held = hold_out(*orders(), CUT, CUT + 39 * 7)
    who = customers()

    told = totals(fitted(name), None, who, Horizon(39))[0]

    assert held.purchases.sum() == 1882
    assert told.expected == pytest.approx(total, abs=1.5)
    assert told.low < told.expected < told.high < 1882
    assert errors(
        purchases(fitted(name), who, Horizon(39)).expected, held.purchases
    ).total_error == pytest.approx(-0.12, abs=0.01)


def test_the_backtest_beats_going_on_as_before() -> None:
    told = backtest(MODELS["bgnbd"], hold_out(*orders(), CUT, CUT + 273))

    assert told.method == "bgnbd"
    assert told.is_better
    assert told.model.correlation > 0.6
    assert [decile.customers for decile in told.model.deciles] == [236] * 7 + [235] * 3
    assert told.model.deciles[0].actual > 5 * told.model.deciles[5].actual
    assert sum(decile.actual * decile.customers for decile in told.model.deciles) == pytest.approx(1882)


def test_single_intervals_hold_what_they_promise() -> None:
    held = hold_out(*orders(), CUT, CUT + 39 * 7)

    low, high = purchases(fitted("paretonbd"), customers(), Horizon(39)).interval(0.8)

    assert np.mean((held.purchases >= low) & (held.purchases <= high)) > 0.8

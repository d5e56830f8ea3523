"""Figures that were published, or reckoned by others, of shops that everybody knows."""

from __future__ import annotations

from datetime import date

import pytest

from regulars.insights.engine.clv.beta_geometric import BGNBD
from regulars.insights.engine.clv.fitting import fit
from regulars.insights.engine.clv.forecast import Horizon, purchases
from regulars.insights.engine.clv.rows import fold
from regulars.insights.engine.clv.spend import fit_spend
from regulars.insights.metrics.predicting import histories, people_in
from regulars.insights.metrics.scoring import cut_points
from regulars.insights.metrics.scoring import histories as standing
from regulars.insights.tests.invented import an_ask, told, value_of
from regulars.insights.tests.known_data import cdnow_master, cdnow_sample, uci_shop

CUT, END = date(1997, 10, 1), date(1998, 7, 1)
UCI_END = date(2011, 12, 10)


def test_cdnow_gives_the_published_parameters_from_orders_on() -> None:
    shop = cdnow_sample()
    who = people_in(shop.run(histories(shop, CUT)).sort_by("person_id"))
    found = fit(BGNBD, fold(who.frequency, who.recency / 7, who.age / 7))
    spend = fit_spend(who.frequency, who.spend / 100)  # type: ignore[operator]

    assert len(who.frequency) == 2_357
    assert int(who.frequency.sum()) == 2_457
    assert int((who.frequency > 0).sum()) == 946
    assert list(found.params.values()) == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], rel=1e-3)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=0.01)
    assert list(spend.params.values()) == pytest.approx([6.25, 3.74, 15.44], rel=2e-3)
    weeks = purchases(fit(BGNBD, fold(who.frequency, who.recency, who.age)), who, Horizon(39 * 7))
    assert weeks.expected.sum() == pytest.approx(1_653, abs=1)


def test_cdnow_shows_how_far_the_forecast_was_off() -> None:
    # Nine months, a day more than the 39 weeks in which 1,882 purchases came.
    figure = told("forecast_backtest", an_ask(until=END, chosen=(("months", 9),)), cdnow_sample()).figures[0]

    assert 1_882 <= figure.more["actual"] <= 1_900
    assert figure.more["method"] == "mbgnbd"
    assert -0.20 < figure.more["error"] < -0.10


def test_cdnow_is_cut_by_value() -> None:
    shop = cdnow_sample()
    # Days are counted to the 30th of June itself.
    cuts = shop.run(cut_points(standing(shop, an_ask(until=date(1998, 6, 30))))).to_pylist()[0]

    assert [cuts[f"days_{place}"] for place in range(1, 5)] == [152, 442, 486, 512]
    assert [cuts[f"purchases_{place}"] for place in range(1, 5)] == [1, 1, 2, 4]
    assert [cuts[f"spend_{place}"] for place in range(1, 5)] == pytest.approx(
        [1536, 3196, 5925, 13044], abs=6
    )


def test_all_of_cdnow_comes_back_as_published() -> None:
    shop, ask = cdnow_master(), an_ask(until=END)

    figure = told("repurchase_rate", ask, shop).figures[0]
    assert (figure.k, figure.n) == (11_516, 23_570)
    assert value_of("sales_per_customer", ask, shop) == pytest.approx(10_608, abs=1)
    assert value_of("sales_per_purchase", ask, shop) == pytest.approx(3_589, abs=1)
    grid = told("cohort_retention", an_ask(until=END, group="cohort"), shop).figures
    found = [(one.group, one.k, one.n) for one in grid if one.more["step"] in (1, 2, 3)]
    assert found == [
        ("1997-01", 1157, 7846), ("1997-01", 964, 7846), ("1997-01", 810, 7846),
        ("1997-02", 1312, 8476), ("1997-02", 980, 8476), ("1997-02", 783, 8476),
        ("1997-03", 1032, 7248), ("1997-03", 752, 7248), ("1997-03", 756, 7248),
    ]  # fmt: skip


def test_the_uci_shop_is_worth_what_the_simple_sum_says() -> None:
    ask = an_ask(until=UCI_END, chosen=(("old_enough_days", 0),))

    figure = told("simple_value", ask, uci_shop()).figures[0]

    assert figure.n == 4_338
    assert figure.more["average_sale"] == pytest.approx(53_161, abs=1)
    assert figure.more["expected_purchases"] == pytest.approx(3.864, abs=0.001)
    assert figure.value == pytest.approx(205_427, abs=1)


def test_the_uci_shop_sells_several_articles_to_nearly_everyone() -> None:
    figure = told("upsell_ratio", an_ask(until=UCI_END), uci_shop()).figures[0]

    assert (figure.more["several"], figure.more["one"]) == (4_247, 91)

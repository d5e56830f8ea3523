"""The churn model is used only where it beats the plain rule on later people."""

import doctest

import numpy as np
import pytest

from regulars.insights.engine import churn
from regulars.insights.engine.churn import Moment, Ranked, auc, learn_churn, score

NAMES = ("complaints", "noise")


def moment(size: int, strength: float, seed: int, *, shifted: float = 0.0) -> Moment:
    """Return people whose loss follows the rule's risk and, as strongly as said, their complaints."""
    chance = np.random.default_rng(seed)
    complaints, noise, late = (
        chance.poisson(1.0, size),
        chance.standard_normal(size),
        chance.standard_normal(size),
    )
    odds = late + strength * (complaints - 1) + shifted
    lost = chance.random(size) < 1 / (1 + np.exp(-odds))
    features = np.stack((complaints, noise), axis=1).astype(float)
    features[:5, 0] = np.nan
    return Moment(features, 1 / (1 + np.exp(-late)), lost)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(churn).failed == 0


def test_behaviour_that_tells_more_than_rhythm_is_used() -> None:
    found = learn_churn(moment(1500, 1.2, 1), moment(1500, 1.2, 2), NAMES)

    assert (found.method, found.why) == ("model", "better")
    assert found.auc_gain[0] > 0
    assert found.model_score.auc > found.rule_score.auc + 0.05
    assert found.model_score.brier < found.rule_score.brier
    assert found.model_score.lift > 1.4
    for group in found.model_score.calibration:
        assert group.said == pytest.approx(group.happened, abs=0.12)
    people = moment(200, 1.2, 3)
    risk = found.risk(people.features, people.rule)
    assert ((risk > 0) & (risk < 1)).all()
    unhappy = np.array([[6.0, 0.0]])
    assert found.reasons(unhappy, np.array([0.2]))[0][0] == "complaints"


def test_behaviour_that_tells_nothing_leaves_the_rule() -> None:
    found = learn_churn(moment(1500, 0.0, 1), moment(1500, 0.0, 2), NAMES)

    assert (found.method, found.why) == ("rhythm", "not_better")
    people = moment(10, 0.0, 3)
    assert found.risk(people.features, people.rule).tolist() == people.rule.tolist()
    assert found.reasons(people.features, people.rule)[0] == ["rhythm"]


def test_a_model_that_ranks_better_but_lies_about_size_leaves_the_rule() -> None:
    earlier, later = moment(1500, 0.6, 1, shifted=3.0), moment(1500, 0.6, 2)

    found = learn_churn(earlier, later, NAMES)

    assert (found.method, found.why) == ("rhythm", "not_calibrated")


def test_few_people_leave_the_rule() -> None:
    found = learn_churn(moment(80, 1.2, 1), moment(1500, 1.2, 2), NAMES)

    assert (found.method, found.why, found.model_score) == ("rhythm", "too_few", None)
    assert found.rule_score.auc > 0.5


def test_scores_of_perfect_and_of_constant_risks() -> None:
    lost = np.array([True] * 20 + [False] * 80)

    perfect, constant = score(lost.astype(float), lost), score(np.full(100, 0.2), lost)

    assert (perfect.auc, perfect.brier, perfect.lift) == (1.0, 0.0, 5.0)
    assert constant.auc == 0.5
    assert constant.brier == pytest.approx(0.16)
    assert np.isnan(auc(np.ones(3), np.ones(3, bool)))


@pytest.mark.parametrize("seed", range(5))
def test_people_drawn_again_and_again_are_ranked_as_if_they_were_that_many(seed: int) -> None:
    chance = np.random.default_rng(seed)
    risk, lost = chance.integers(0, 9, 60) / 9, chance.random(60) < 0.4
    times = np.bincount(chance.integers(0, 60, 60), minlength=60)

    found = Ranked(risk, lost).auc(times)

    assert found == pytest.approx(auc(np.repeat(risk, times), np.repeat(lost, times)), abs=1e-12)

"""Each customer's rhythm: shrunk towards the business's, overdue in time, and a risk that tells the truth."""

import doctest

import numpy as np
import pytest

from regulars.insights.engine import rhythm
from regulars.insights.engine.churn import auc
from regulars.insights.engine.rhythm import NoRhythm, Pace, learn_pace, reasons, rhythms

PACE = Pace(log_gap=float(np.log(30)), within=0.5, between=0.5, lost=0.2, gaps=1000)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(rhythm).failed == 0


def invented(people: int, lost: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return whose gap, gaps, silences and who is lost: around 40 days, seen for up to 1,200, some gone each time."""
    chance = np.random.default_rng(1)
    person, gaps, silent, is_lost = [], [], [], []
    for one in range(people):
        own, left, gone = np.log(40) + 0.5 * chance.standard_normal(), chance.uniform(300, 1200), False
        while not (gone := chance.random() < lost):
            gap = np.exp(own + 0.4 * chance.standard_normal())
            if gap > left:
                break
            left -= gap
            person.append(one)
            gaps.append(gap)
        silent.append(left)
        is_lost.append(gone)
    return np.array(person), np.array(gaps), np.array(silent), np.array(is_lost)


def test_the_business_pace_is_found_again() -> None:
    person, gaps, silent, _lost = invented(2000, 0.08)

    pace = learn_pace(person, gaps, silent)

    assert pace.typical_days == pytest.approx(40, rel=0.1)
    assert (pace.within, pace.between) == pytest.approx((0.4, 0.5), abs=0.08)
    assert pace.lost == pytest.approx(0.08, abs=0.015)


def test_risk_ranks_the_lost_and_means_what_it_says() -> None:
    person, gaps, silent, is_lost = invented(2000, 0.08)

    found = rhythms(learn_pace(person, gaps, silent), person, gaps, silent)

    assert auc(found.risk, is_lost) > 0.85
    assert found.risk.mean() == pytest.approx(is_lost.mean(), abs=0.05)
    assert is_lost[found.risk > 0.9].mean() > 0.85


def test_own_purchases_count_more_the_more_there_are() -> None:
    many = (np.repeat([0, 1], [1, 20]), np.full(21, 7.0))

    found = rhythms(PACE, *many, np.array([5.0, 5.0, 5.0]))

    assert 7 < found.typical_days[1] < found.typical_days[0] < found.typical_days[2] == pytest.approx(30)
    assert found.own[2] == 0
    assert found.due_from[0] < found.due_in[0] < found.due_to[0]
    assert found.due_to[1] - found.due_from[1] < found.due_to[0] - found.due_from[0]


def test_risk_rises_with_silence_from_nearly_the_plain_share_to_nearly_sure() -> None:
    silent = np.array([0.0, 10, 30, 60, 120, 2000])

    risk = rhythms(PACE, np.array([], int), np.array([]), silent).risk

    assert (np.diff(risk) >= 0).all()
    assert risk[0] == pytest.approx(PACE.lost)
    assert risk[-1] > 0.99


def test_a_business_of_clocks_and_one_without_anybody_coming_back() -> None:
    clock = learn_pace(np.array([0, 0, 1, 1]), np.full(4, 7.0), np.array([3.0, 3.0]))

    assert clock.typical_days == pytest.approx(7)
    assert clock.within > 0
    with pytest.raises(NoRhythm):
        learn_pace(np.array([], int), np.array([]), np.array([4.0]))


def test_reasons_name_what_changed() -> None:
    assert reasons(gaps=6, overdue=1.7, spend_ratio=0.3) == ["late", "spending_less"]
    assert reasons(gaps=6, overdue=9.0) == ["very_late"]
    assert reasons(gaps=0, overdue=2.0) == ["late", "one_purchase"]
    assert reasons(gaps=3, overdue=1.0, last_gap_ratio=1.0, spend_ratio=1.0) == ["in_rhythm"]

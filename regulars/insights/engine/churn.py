"""Who will not come back: a model of behaviour, used only where it beats the plain rule of rhythm on later people.

The model learns from an earlier time and is judged on a later one, as it would be used. It must rank better than the rule
beyond chance and be at least as honest (Brier), or the rule stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

# So many of each kind must be seen, in both times.
LEAST_OF_EACH = 50
BINS = 10
DRAWS = 300
METHODS = Literal["model", "rhythm"]


@dataclass(frozen=True)
class Moment:
    """People as they were known on a day, and what became of them.

    features: (n, k) float64, one column for each name; rule: (n,) the risk by rhythm, 0 to 1; lost: (n,) what happened.
    """

    features: Floats
    rule: Floats
    lost: Flags


@dataclass(frozen=True)
class Bin:
    """People with a similar risk: what was said and what happened."""

    people: int
    said: float
    happened: float


@dataclass(frozen=True)
class Score:
    """How good risks were: `auc` ranks (0.5 is chance), `brier` is the mean squared error, `lift` compares the riskiest
    tenth with everyone, `calibration` shows whether 30 % means 30 %."""

    auc: float
    brier: float
    lift: float
    calibration: tuple[Bin, ...]


@dataclass(frozen=True)
class Linear:
    """A trained model as plain numbers, so that it can be kept: for each feature, and the rule's log odds as the last, what
    stands in for an unknown value, its mean, its spread, and its weight once both are taken out."""

    names: tuple[str, ...]
    filling: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weight: tuple[float, ...]
    intercept: float

    def risk(self, features: Floats, rule: Floats) -> Floats:
        """Return the risk (n,) of people known today."""
        found: Floats = 1 / (1 + np.exp(-(self._pushes(features, rule).sum(axis=1) + self.intercept)))
        return found

    def reasons(self, features: Floats, rule: Floats, most: int = 3) -> list[list[str]]:
        """Return for each the names that raise their risk most, compared with the average customer."""
        pushes, names = self._pushes(features, rule), (*self.names, "rhythm")
        order = np.argsort(-pushes, axis=1, kind="stable")[:, :most]
        return [
            [names[place] for place in places if push[place] > 0]
            for places, push in zip(order.tolist(), pushes.tolist(), strict=True)
        ]

    def _pushes(self, features: Floats, rule: Floats) -> Floats:
        told = _with_rule(features, rule)
        filled = np.where(np.isnan(told), np.array(self.filling), told)
        found: Floats = (filled - np.array(self.mean)) / np.array(self.spread) * np.array(self.weight)
        return found


@dataclass(frozen=True)
class Churn:
    """Which method is used and why (a code), with the scores of both on the later time."""

    method: METHODS
    why: str
    rule_score: Score | None
    model_score: Score | None
    auc_gain: tuple[float, float] | None
    names: tuple[str, ...]
    _pipeline: Any = None

    @property
    def linear(self) -> Linear | None:
        """The model as plain numbers, None where the rule is used."""
        if self.method == "rhythm":
            return None
        imputer, scaler, logistic = self._pipeline
        return Linear(
            names=self.names,
            filling=tuple(imputer.statistics_.tolist()),
            mean=tuple(scaler.mean_.tolist()),
            spread=tuple(scaler.scale_.tolist()),
            weight=tuple(logistic.coef_[0].tolist()),
            intercept=float(logistic.intercept_[0]),
        )

    def risk(self, features: Floats, rule: Floats) -> Floats:
        """Return the risk (n,) of people known today."""
        if self.method == "rhythm":
            return rule
        found: Floats = self._pipeline.predict_proba(_with_rule(features, rule))[:, 1]
        return found

    def reasons(self, features: Floats, rule: Floats, most: int = 3) -> list[list[str]]:
        """Return for each the names that raise their risk most, compared with the average customer."""
        if self.method == "rhythm":
            return [["rhythm"] for _ in rule]
        scaler, logistic = self._pipeline[-2], self._pipeline[-1]
        filled = self._pipeline[0].transform(_with_rule(features, rule))
        pushes = scaler.transform(filled) * logistic.coef_[0]
        names = (*self.names, "rhythm")
        return [[names[place] for place in np.argsort(-push)[:most] if push[place] > 0] for push in pushes]


def learn_churn(earlier: Moment, later: Moment, names: Sequence[str], seed: int = 0) -> Churn:
    """Return the model where it beats the rule, else the rule, with the reason."""
    if min(_kinds(earlier), _kinds(later)) < LEAST_OF_EACH:
        rule = score(later.rule, later.lost) if _kinds(later) else None
        return Churn("rhythm", "too_few", rule, None, None, tuple(names))
    pipeline = _train(earlier)
    told = pipeline.predict_proba(_with_rule(later.features, later.rule))[:, 1]
    rule_score, model_score = score(later.rule, later.lost), score(told, later.lost)
    gain = _gain(told, later, seed)
    why = "not_better"
    if gain[0] > 0:
        why = "better" if model_score.brier <= rule_score.brier else "not_calibrated"
    method: METHODS = "model" if why == "better" else "rhythm"
    kept = pipeline if method == "model" else None
    return Churn(method, why, rule_score, model_score, gain, tuple(names), kept)


def _kinds(moment: Moment) -> int:
    """Return how many there are of the rarer kind."""
    lost = int(moment.lost.sum())
    return min(lost, len(moment.lost) - lost)


def _train(moment: Moment) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=1.0, max_iter=1000),
    )
    return pipeline.fit(_with_rule(moment.features, moment.rule), moment.lost)


def _with_rule(features: Floats, rule: Floats) -> Floats:
    """Give the model the rule's risk, as log odds, beside the rest: it starts from what is known."""
    kept = np.clip(rule, 1e-4, 1 - 1e-4)
    return np.column_stack((features, np.log(kept / (1 - kept))))


def _gain(told: Floats, later: Moment, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of the difference of both AUCs, the same people drawn for both."""
    chance = np.random.default_rng(seed)
    model, rule, size = Ranked(told, later.lost), Ranked(later.rule, later.lost), len(told)
    gains = []
    for _ in range(DRAWS):
        times = np.bincount(chance.integers(0, size, size), minlength=size)
        if 0 < times[later.lost].sum() < size:
            gains.append(model.auc(times) - rule.auc(times))
    low, high = np.quantile(gains, [0.025, 0.975])
    return float(low), float(high)


class Ranked:
    """Risks (n,) beside what happened, ranked once, so that people can be drawn from them many times."""

    def __init__(self, risk: Floats, lost: Flags) -> None:
        values, self._rank = np.unique(risk, return_inverse=True)
        self._size, self._lost = len(values), lost.astype(float)

    def auc(self, times: Whole) -> float:
        """Return `auc` of everyone taken so many times (n,); both kinds have to be among them."""
        losses = np.bincount(self._rank, weights=times * self._lost, minlength=self._size)
        stays = np.bincount(self._rank, weights=times * (1 - self._lost), minlength=self._size)
        return float(losses @ (np.cumsum(stays) - stays / 2) / (losses.sum() * stays.sum()))


def score(risk: Floats, lost: Flags) -> Score:
    """Return how good risks (n,) were against what happened (n,)."""
    riskiest = np.argsort(-risk, kind="stable")[: max(len(risk) // 10, 1)]
    base = float(lost.mean())
    lift = float(lost[riskiest].mean()) / base if base else float("nan")
    return Score(auc(risk, lost), float(np.mean((risk - lost) ** 2)), lift, calibration(risk, lost))


def auc(risk: Floats, lost: Flags) -> float:
    """Return the chance that a lost customer was ranked above one who stayed; equal risks count half.

    >>> auc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    from scipy.stats import rankdata

    losses, stays = int(lost.sum()), int((~lost).sum())
    if not losses or not stays:
        return float("nan")
    ranks = float(rankdata(risk)[lost].sum())
    return (ranks - losses * (losses + 1) / 2) / (losses * stays)


def calibration(risk: Floats, lost: Flags) -> tuple[Bin, ...]:
    """Return tenths of people by risk: what was said on average, and what happened."""
    parts = np.array_split(np.argsort(risk, kind="stable"), BINS)
    return tuple(
        Bin(len(part), float(risk[part].mean()), float(lost[part].mean())) for part in parts if len(part)
    )

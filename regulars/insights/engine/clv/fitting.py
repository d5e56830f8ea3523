"""Finding the parameters of a model, or saying why these customers cannot tell them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.insights.engine.clv.rows import Floats, Rows, Whole

# Logarithms of parameters in units of the longest age; beyond these a model has become another, simpler one.
BOUND = 12.0
EDGE = 9.0
SAMPLE, LARGE_SAMPLE = 5_000, 50_000
CLOSE = 1e-8
MOST_STEPS = 80
# So many steps in a row beyond the edge are enough to see that the top does not lie within it.
STEPS_OUTSIDE = 4
REFRESH = 6
NUDGE = 1e-4


class Likelihood(Protocol):
    """What can be fitted: named parameters, where to start, and how likely rows are."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> tuple[str, ...]: ...
    @property
    def has_unit(self) -> tuple[bool, ...]: ...
    @property
    def starts(self) -> tuple[tuple[float, ...], ...]: ...
    def log_likelihood(self, logs: Floats, rows: Rows) -> tuple[float, Floats]: ...


class Model(Likelihood, Protocol):
    """A model of purchases: also what follows for people with a history."""

    def alive(self, values: Floats, frequency: Whole, recency: Floats, age: Floats) -> Floats: ...
    def moments(
        self, values: Floats, horizons: Floats, frequency: Whole, age: Floats
    ) -> tuple[Floats, Floats]: ...
    def offset(self, values: Floats) -> float: ...


@dataclass(frozen=True)
class Least:
    """The least data a fit is tried with."""

    customers: int = 50
    repeaters: int = 20
    several_repeats: int = 5


class CannotFit(Exception):
    """These customers cannot tell the parameters; `code` names why, `params` what was found before it was given up."""

    def __init__(self, code: str, says: str, params: dict[str, float] | None = None) -> None:
        super().__init__(says)
        self.code = code
        self.params = params or {}


@dataclass(frozen=True)
class Found:
    """The top of a likelihood. `covariance` (k, k) belongs to the logarithms of the parameters, in their order."""

    params: dict[str, float]
    log_likelihood: float
    customers: int
    covariance: Floats
    distinct_rows: int
    evaluations: int

    @property
    def values(self) -> Floats:
        """The parameters as an array, in the order of the model."""
        return np.array(list(self.params.values()))

    @property
    def standard_errors(self) -> dict[str, float]:
        """The standard error of each parameter, in its own unit."""
        logs = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        return {
            name: float(value * error) for (name, value), error in zip(self.params.items(), logs, strict=True)
        }


@dataclass(frozen=True)
class Fit(Found):
    """A fitted model of purchases."""

    model: Model


class _Counted:
    """The mean negative log-likelihood, which counts how often it was asked for."""

    def __init__(self, model: Likelihood, rows: Rows) -> None:
        self.model, self.rows, self.asked = model, rows, 0

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        self.asked += 1
        total, gradient = self.model.log_likelihood(logs, self.rows)
        return -total / self.rows.customers, -gradient / self.rows.customers


def fit(model: Model, rows: Rows, least: Least | None = None) -> Fit:
    """Return the most likely parameters of a model of purchases, or raise `CannotFit`."""
    require_enough(rows, least or Least())
    unit = float(rows.age.max())
    found = climb(model, rows.in_units_of(unit), unit)
    total = found.log_likelihood - rows.purchases * np.log(unit)
    return Fit(**vars(replace(found, log_likelihood=float(total))), model=model)


def climb(model: Likelihood, rows: Rows, unit: float) -> Found:
    """Return the top of a likelihood over rows that were scaled by `unit`; its parameters are in the unit of the data.

    Several starts on a thinned sample find the hill; Newton's steps climb it, on ever more rows, the last ones on all.
    """
    goal = _Counted(model, rows)
    near, curvature = _search(model, rows)
    if len(rows) <= LARGE_SAMPLE:
        _require_inside(model, near, _in_unit(model, near, unit))
    top = _descend(goal, near, curvature, CLOSE)
    params = _in_unit(model, top.at, unit)
    _require_inside(model, top.at, params)
    if not np.isfinite(top.value) or np.abs(top.gradient[~_is_pushed(top)]).max(initial=0) > 1e-5:
        raise CannotFit(
            "not_converged", "No best parameters were found: the likelihood has no clear top.", params
        )
    covariance = _covariance(model, rows, top.at, params)
    total = -top.value * rows.customers
    return Found(params, total, round(rows.customers), covariance, len(rows), goal.asked)


def require_enough(rows: Rows, least: Least) -> None:
    """Refuse what no fit should be tried with."""
    repeaters = float(rows.weight[rows.frequency > 0].sum())
    several = float(rows.weight[rows.frequency > 1].sum())
    for is_short, code, says in (
        (rows.customers < least.customers, "few_customers", f"{rows.customers:.0f} customers; at least {least.customers} are needed."),
        (repeaters == 0, "nobody_returned", "Nobody bought twice."),
        (repeaters < least.repeaters, "few_repeaters", f"{repeaters:.0f} bought again; at least {least.repeaters} are needed."),
        (several < least.several_repeats, "few_repeats", f"{several:.0f} bought again more than once; at least {least.several_repeats} are needed."),
        (len(rows) > 0 and rows.age.max() <= 0, "no_time", "Everyone bought on the last day."),
    ):  # fmt: skip
        if is_short:
            raise CannotFit(code, says)


def thinned(rows: Rows, size: int) -> Rows:
    """Return at most about `size` rows that stand for all: the heaviest as they are, every n-th of the others."""
    if len(rows) <= size:
        return rows
    order = np.argsort(-rows.weight, kind="stable")
    heavy, light = order[: size // 2], order[size // 2 :]
    every = -(-len(light) // (size - size // 2))
    kept = light[::every]
    factor = rows.weight[light].sum() / rows.weight[kept].sum()
    weight = np.concatenate((rows.weight[heavy], rows.weight[kept] * factor))
    return rows.share(np.concatenate((heavy, kept)), weight)


def _search(model: Likelihood, rows: Rows) -> tuple[Floats, Floats]:
    """Return the best point of several climbs on a few thousand rows, bettered on some more, and the curvature there."""
    goal = _Counted(model, thinned(rows, SAMPLE))
    roughly = [_descend(goal, np.array(start), None, 1e-3) for start in model.starts]
    best = min(roughly, key=lambda place: place.value)
    found = _descend(goal, best.at, None, 1e-6).at
    curvature = _curvature(goal, found)
    if len(rows) > SAMPLE:
        goal = _Counted(model, thinned(rows, LARGE_SAMPLE))
        found = _descend(goal, found, curvature, 1e-6).at
        if not _is_outside(found):
            curvature = _curvature(goal, found)
    return found, curvature


@dataclass(frozen=True)
class _Place:
    at: Floats
    value: float
    gradient: Floats


def _descend(goal: _Counted, at: Floats, curvature: Floats | None, close: float) -> _Place:
    """Follow Newton's steps until the gradient is `close` to nothing, or no step gains any more.

    The curvature is measured where none is known and learned from each step in between, which asks for nothing more.
    """
    here, outside = _Place(at, *goal(at)), 0
    for number in range(MOST_STEPS):
        outside = outside + 1 if _is_outside(here.at) else 0
        if outside > STEPS_OUTSIDE:
            break
        free = ~_is_pushed(here)
        if not free.any() or np.abs(here.gradient[free]).max() < close:
            break
        is_fresh = curvature is None or number % REFRESH == REFRESH - 1
        if curvature is None or is_fresh:
            curvature = _curvature(goal, here.at)
        step = np.zeros(len(at))
        step[free] = -_solve(curvature[np.ix_(free, free)], here.gradient[free])
        beyond = _shorter(goal, here, np.clip(step, -2, 2))
        if beyond is None and is_fresh:
            break
        if beyond is None:
            curvature = None
            continue
        curvature = _bent(curvature, beyond.at - here.at, beyond.gradient - here.gradient)
        here = beyond
    return here


def _is_outside(at: Floats) -> bool:
    return bool((np.abs(at) > EDGE).any())


def _is_pushed(here: _Place) -> NDArray[np.bool_]:
    """Say which parameters stand at a bound and would go on."""
    at, gradient = here.at, here.gradient
    return ((at <= -BOUND) & (gradient > 0)) | ((at >= BOUND) & (gradient < 0))


def _shorter(goal: _Counted, here: _Place, step: Floats) -> _Place | None:
    """Return where the first of ever shorter steps leads that gains."""
    for _ in range(8):
        beyond = np.clip(here.at + step, -BOUND, BOUND)
        reached, gradient = goal(beyond)
        if np.isfinite(reached) and reached <= here.value + 1e-14 * abs(here.value):
            return _Place(beyond, reached, gradient)
        step = step / 3
    return None


def _bent(curvature: Floats, step: Floats, change: Floats) -> Floats:
    """Learn from a step (Broyden, Fletcher, Goldfarb, Shanno), so that a rough curvature becomes a good one."""
    along, pushed = step @ change, curvature @ step
    if along <= 1e-18 or step @ pushed <= 1e-18:
        return curvature
    bent: Floats = curvature - np.outer(pushed, pushed) / (step @ pushed) + np.outer(change, change) / along
    return bent


def _solve(curvature: Floats, gradient: Floats) -> Floats:
    """Newton's step, downhill also where the curvature bends the wrong way."""
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    bent = np.maximum(np.abs(values), 1e-8 * np.abs(values).max() + 1e-300)
    step: Floats = vectors @ ((vectors.T @ gradient) / bent)
    return step


def _curvature(goal: _Counted, at: Floats) -> Floats:
    """The second derivatives: differences of the exact gradient to both sides."""
    columns = []
    for place in np.eye(len(at)) * NUDGE:
        columns.append((goal(at + place)[1] - goal(at - place)[1]) / (2 * NUDGE))
    found: Floats = np.array(columns)
    return (found + found.T) / 2


def _in_unit(model: Likelihood, logs: Floats, unit: float) -> dict[str, float]:
    """Return the parameters in the unit of the data (days, weeks, money) again."""
    sizes = np.where(model.has_unit, unit, 1.0)
    return dict(zip(model.parameters, (np.exp(logs) * sizes).tolist(), strict=True))


def _require_inside(model: Likelihood, at: Floats, params: dict[str, float]) -> None:
    at_edge = [name for name, log in zip(model.parameters, at, strict=True) if abs(log) > EDGE]
    if at_edge:
        names = ", ".join(at_edge)
        raise CannotFit(
            "at_bounds", f"These customers do not tell {names}: any extreme value fits as well.", params
        )


def _covariance(model: Likelihood, rows: Rows, at: Floats, params: dict[str, float]) -> Floats:
    """The inverse of the curvature of the whole likelihood, or a refusal where the top is flat.

    Of very many rows a part is measured, which moves standard errors by less than a hundredth of themselves.
    """
    curvature = _curvature(_Counted(model, thinned(rows, LARGE_SAMPLE)), at) * rows.customers
    values, vectors = np.linalg.eigh(curvature)
    if values.min() <= 1e-9 * values.max():
        raise CannotFit("flat", "The parameters hang together: many sets of them fit equally well.", params)
    found: Floats = (vectors / values) @ vectors.T
    return found

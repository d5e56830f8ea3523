"""A figure that depends on frequency and smoothly on age: computed exactly in a few places, then for everyone.

For each frequency the figure is a smooth function of log(alpha + age). Chebyshev's polynomial through 24 exact values
gives all others to about eleven digits, whatever the ages; rare frequencies are computed exactly for each person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from regulars.insights.engine.clv.rows import Floats, Whole

Places = NDArray[np.intp]
Exact = Callable[[Whole, Floats], Floats]
NODES = 24
CHUNK = 16_384
# Exact values at once: what one takes is a few hundred nodes of a quadrature.
AT_ONCE = 2_000
TAIL, SHORT = 1e-10, 1e-12
_ANGLES: Floats = (np.arange(NODES) + 0.5) * np.pi / NODES
_TO_COEFFICIENTS: Floats = np.cos(np.outer(np.arange(NODES), _ANGLES)) * 2 / NODES
_TO_COEFFICIENTS[0] /= 2


def along_age(exact: Exact, offset: float, frequency: Whole, age: Floats) -> Floats:
    """Return what `exact` says of everyone.

    exact: takes frequency and age (m,) and returns (k, m); offset: in log(offset + age) it is smooth; returns (k, n).
    """
    order, starts = _by_frequency(frequency)
    groups = [order[first:last] for first, last in zip(starts[:-1], starts[1:], strict=True)]
    large = [group for group in groups if len(group) > NODES]
    alone = [group for group in groups if len(group) <= NODES]
    logs = np.log(offset + age)
    if large:
        spans = np.array([(logs[group].min(), logs[group].max()) for group in large])
        is_rough, coefficients = _fit(exact, offset, frequency[[group[0] for group in large]], spans)
        alone += [group for group, is_so in zip(large, is_rough, strict=True) if is_so]
    rest = np.concatenate(alone) if alone else np.empty(0, dtype=np.intp)
    direct = in_parts(exact, frequency[rest], age[rest])
    found = np.empty((len(direct) if len(rest) or not large else coefficients.shape[1], len(frequency)))
    if large:
        for group, span, of_group, is_so in zip(large, spans, coefficients, is_rough, strict=True):
            if not is_so:
                _evaluate(of_group, span, logs, group, found)
    if len(rest):
        found[:, rest] = direct
    return found


def in_parts(exact: Exact, frequency: Whole, age: Floats) -> Floats:
    """Return the exact figure of each, some thousands at once; equal ones are computed once."""
    pairs, back = np.unique(np.stack((frequency.astype(np.float64), age)), axis=1, return_inverse=True)
    counts, ages = pairs[0].astype(np.int64), pairs[1]
    parts = [
        exact(counts[start : start + AT_ONCE], ages[start : start + AT_ONCE])
        for start in range(0, max(len(counts), 1), AT_ONCE)
    ]
    return np.concatenate(parts, axis=1)[:, back.reshape(-1)]


def _by_frequency(frequency: Whole) -> tuple[Places, list[int]]:
    """Return an order in which equal frequencies are neighbours, and where each begins."""
    # Sixteen bits are sorted by counting, in linear time; rarer frequencies need the general sort.
    is_short = len(frequency) == 0 or frequency.max() < 65_536
    keys = frequency.astype(np.uint16) if is_short else frequency
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return order, [0, *changes.tolist(), len(frequency)] if len(frequency) else [0]


def _fit(exact: Exact, offset: float, frequency: Whole, spans: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Return which frequencies resist the polynomial, and coefficients (groups, k, nodes)."""
    middle, half = spans.mean(axis=1), np.ptp(spans, axis=1) / 2
    nodes = middle[:, None] + half[:, None] * np.cos(_ANGLES)
    ages = np.maximum(np.exp(nodes) - offset, 0.0)
    repeated = np.repeat(frequency, NODES)
    values = in_parts(exact, repeated, ages.ravel()).reshape(-1, len(frequency), NODES).transpose(1, 0, 2)
    coefficients = values @ _TO_COEFFICIENTS.T
    size = np.abs(coefficients)
    largest = size.max(axis=2)
    is_rough = (size[:, :, -2:].max(axis=2) > TAIL * largest).any(axis=1) | ~np.isfinite(size).all(
        axis=(1, 2)
    )
    return is_rough, coefficients


def _evaluate(coefficients: Floats, span: Floats, logs: Floats, group: Places, found: Floats) -> None:
    """Write the polynomial's values of a group; coefficients that no longer matter are left out."""
    size = np.abs(coefficients)
    matters = (size > SHORT * size.max(axis=1, keepdims=True)).any(axis=0)
    kept = coefficients[:, : int(np.max(np.flatnonzero(matters), initial=0)) + 1]
    middle, half = span.mean(), max(np.ptp(span) / 2, 1e-300)
    for part in _slices(len(group)):
        people = group[part]
        place = (logs[people] - middle) / half
        for row, terms in enumerate(kept):
            found[row, people] = _clenshaw(terms, place)


def _clenshaw(terms: Floats, place: Floats) -> Floats:
    last, before = np.zeros_like(place), np.zeros_like(place)
    double = 2 * place
    for term in terms[:0:-1]:
        last, before = double * last - before + term, last
    found: Floats = place * last - before + terms[0]
    return found


def _slices(length: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, length, CHUNK))

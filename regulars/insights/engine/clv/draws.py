"""Customers invented by the model itself: what tests and measurements fit again."""

from __future__ import annotations

import numpy as np

from regulars.insights.engine.clv.rows import Floats, Whole


def draw_customers(
    params: dict[str, float],
    age: Floats,
    *,
    seed: int,
    step: float = 0.0,
    first_counts: bool = False,
) -> tuple[Whole, Floats, Floats]:
    """Return frequency, recency and age of customers drawn from BG/NBD (or MBG/NBD, where the first purchase counts).

    age: (n,) in the unit of `alpha`; step: the length of a day in it, up to which moments are rounded, 0 for none.
    """
    chance = np.random.default_rng(seed)
    rate = np.maximum(chance.gamma(params["r"], 1 / params["alpha"], len(age)), 1e-300)
    loss = chance.beta(params["a"], params["b"], len(age))
    frequency, recency = np.zeros(len(age), dtype=np.int64), np.zeros(len(age))
    here, now = np.arange(len(age)), np.zeros(len(age))
    if first_counts:
        here = here[chance.random(len(age)) >= loss]
        now = now[here]
    while len(here):
        now = now + chance.exponential(1, len(here)) / rate[here]
        is_in_time = now <= age[here]
        here, now = here[is_in_time], now[is_in_time]
        frequency[here] += 1
        recency[here] = np.ceil(now / step) * step if step else now
        stays = chance.random(len(here)) >= loss[here]
        here, now = here[stays], now[stays]
    return frequency, np.minimum(recency, age), age

"""What the business has fixed of its measures' definitions: what counts as help, which channels are recommendations, and the like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from regulars.insights.models.caring import Definition
from regulars.kit.metrics import Ask, Metric, metrics


def definitions() -> dict[str, Any]:
    """Return what was fixed, by the name of the choice: a number or a list of words."""
    return dict(Definition.objects.values_list("name", "value"))


def defined(metric: Metric, ask: Ask, fixed: dict[str, Any] | None = None) -> Ask:
    """Return a question with the business's definitions where it does not choose itself. Ask this before an answer is kept."""
    fixed = definitions() if fixed is None else fixed
    chosen = {one.name: float(fixed[one.name]) for one in metric.choices if one.name in fixed} | dict(
        ask.chosen
    )
    worded = {one.name: tuple(fixed[one.name]) for one in metric.wording if one.name in fixed} | dict(
        ask.worded
    )
    return replace(ask, chosen=tuple(sorted(chosen.items())), worded=tuple(sorted(worded.items())))


def known_choices() -> dict[str, type]:
    """Return the names that may be fixed, and what they hold: float or list."""
    found: dict[str, type] = {}
    for metric in metrics().values():
        found |= {one.name: float for one in metric.choices} | {one.name: list for one in metric.wording}
    return found

"""Answering a question to a metric: its figures with their intervals, on how many they rest, and how old they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from regulars.insights.facts.reading import Facts, Tables
from regulars.kit.metrics import GROUP, Ask, Metric, metrics
from regulars.kit.refused import Refused

if TYPE_CHECKING:
    import ibis

FEW = 30


class NoSuchMetric(Refused):
    """There is no metric by that name."""

    code = "no_such_metric"
    default = gettext_lazy("There is no metric “%(name)s”.")


class NoSuchGrouping(Refused):
    """The metric cannot be told apart that way."""

    code = "no_such_grouping"
    default = gettext_lazy("%(metric)s cannot be told apart by %(group)s.")


@dataclass(frozen=True)
class Figure:
    """One figure: its value in the metric's unit, on how many it rests, and between what it lies with 95 % certainty.

    `value` is None where there is nothing to count. `more` holds what else the metric's rows have (`total`, `step`, …).
    """

    group: str
    value: float | None
    n: int
    k: int | None = None
    low: float | None = None
    high: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        """Whether it rests on so few that it should not be read closely."""
        return self.n < FEW


@dataclass(frozen=True)
class Answer:
    """The figures of one metric in the order of their groups, and the state of the mirror they were read from."""

    metric: Metric
    ask: Ask
    figures: list[Figure]
    version: int
    seen_at: datetime


def find_metric(name: str) -> Metric:
    """Return a metric by its name."""
    found = metrics().get(name)
    if found is None:
        raise NoSuchMetric(NoSuchMetric.default % {"name": name})
    return found


def expression_of(metric: Metric, tables: Tables, ask: Ask) -> ibis.Table:
    """Return a metric's expression over tables; without a grouping it has no column `group`."""
    if ask.group and ask.group not in (*metric.groups, *(["period"] if metric.drawn == "line" else [])):
        raise NoSuchGrouping(NoSuchGrouping.default % {"metric": metric.label, "group": ask.group})
    found = metric.expression(tables, ask)
    return found.drop(GROUP) if not ask.group and GROUP in found.columns else found


def answer(metric: Metric, ask: Ask, facts: Facts) -> Answer:
    """Ask a metric of the facts and return its figures."""
    found = facts.run_kept((metric.expression, ask), lambda: expression_of(metric, facts, ask))
    rows = (metric.finish(found, ask) if metric.finish else found).to_pylist()
    figures = sorted(
        (_figure(metric, row) for row in rows), key=lambda one: (one.group, one.more.get("step", 0))
    )
    return Answer(metric, ask, figures, facts.version, facts.seen_at)


def people_behind(metric: Metric, ask: Ask, facts: Facts, most: int = 10_000) -> list[int]:
    """Return the people behind a figure, at most so many, by their number."""
    if metric.people is None:
        return []
    found = metric.people(facts, ask).distinct().order_by("person_id").limit(most)
    return [int(number) for number in facts.run(found)["person_id"].to_pylist()]


def grouping_label(name: str) -> str:
    """Return a grouping in words."""
    from regulars.insights.metrics.grouping import known_groupings

    return str(known_groupings()[name].label)


def _figure(metric: Metric, row: Mapping[str, Any]) -> Figure:
    own = {"group", "value", "n", "k", "sd", "low", "high"}
    n, k = int(row["n"] or 0), row.get("k")
    value = (None if n == 0 else (k or 0) / n) if "k" in row and "value" not in row else row["value"]
    low, high = _interval(metric, row, value, n)
    return Figure(
        group=str(row.get("group") or ""),
        value=None if value is None else float(value),
        n=n,
        k=None if k is None else int(k),
        low=low,
        high=high,
        more={name: value for name, value in row.items() if name not in own},
    )


def _interval(
    metric: Metric, row: Mapping[str, Any], value: float | None, n: int
) -> tuple[float | None, float | None]:
    from regulars.insights.metrics.intervals import of_mean, wilson

    if value is None:
        return None, None
    if metric.interval == "wilson":
        return wilson(float(row["k"] or 0), n)
    if metric.interval == "given":
        return row.get("low"), row.get("high")
    found = of_mean(float(value), row.get("sd"), n) if metric.interval == "mean" else None
    return found or (None, None)

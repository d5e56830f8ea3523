"""The scorecard: where each chosen measure stands between its baseline and its target, and what was done for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from regulars.insights.models.caring import Goal
from regulars.insights.queries.answers import Figure
from regulars.insights.queries.definitions import definitions
from regulars.insights.queries.wishes import Count, Wish, figure_of, wish
from regulars.kit.metrics import Ask, Metric, metrics

YEAR = timedelta(days=365)
State = Literal["reached", "on_the_way", "behind", "missed", "unknown"]


@dataclass(frozen=True)
class Deed:
    """What is done for a goal, since when, where the measure stood then (over the year before) and how far it has moved since."""

    text: str
    on: date
    then: float | None
    moved: float | None


@dataclass(frozen=True)
class Standing:
    """A goal as it stands today. `way` is the share of the way from baseline to target that is done, `time` of the time gone by."""

    goal: Goal
    metric: Metric | None
    figure: Figure | None
    way: float | None
    time: float
    state: State
    deeds: list[Deed]


def scorecard(count: Count, today: date, names: Collection[str] | None = None) -> list[Standing]:
    """Return how every goal stands, or those of these measures; each measure is asked over the last 365 days."""
    goals = Goal.objects.filter(deleted_at=None).select_related("people", "owner").order_by("due_on", "pk")
    wanted = [goal for goal in goals if names is None or goal.metric in names]
    asked = [(goal, day) for goal in wanted if goal.metric in metrics() for day in _days(goal, today)]
    fixed = definitions()
    answers = count([wish_on(goal.metric, day, today, fixed, _tree(goal)) for goal, day in asked])
    known = {(goal.pk, day): figure_of(one) for (goal, day), one in zip(asked, answers, strict=True)}
    return [_standing(goal, known, today) for goal in wanted]


def wish_on(name: str, day: date, today: date, fixed: Mapping[str, Any], tree: Any = None) -> Wish:
    """Return the question how a measure stood on a day, over the year before it."""
    return wish(name, Ask(today=today, until=day, since=day - YEAR), fixed, tree)


def _tree(goal: Goal) -> Any:
    return goal.people.filter if goal.people else None


def _days(goal: Goal, today: date) -> set[date]:
    """Return the days whose figures a goal needs: today, and when each of its deeds began."""
    begun = {date.fromisoformat(one["on"]) for one in goal.deeds}
    return {today, *(day for day in begun if day <= today)}


def _standing(goal: Goal, known: Mapping[tuple[int, date], Figure | None], today: date) -> Standing:
    metric, time = metrics().get(goal.metric), _time(goal, today)
    if metric is None:
        return Standing(goal, None, None, None, time, "unknown", [])
    figure = known[goal.pk, today]
    way = way_of(goal, figure.value if figure else None)
    deeds = [_deed(one, known.get((goal.pk, date.fromisoformat(one["on"]))), figure) for one in goal.deeds]
    return Standing(goal, metric, figure, way, time, state_of(goal, way, today), deeds)


def way_of(goal: Goal, value: float | None) -> float | None:
    """Return the share of the way from baseline to target that is done; below 0 it went the wrong way.

    >>> way_of(Goal(baseline=0.40, target=0.50), 0.43)
    0.3
    """
    if value is None:
        return None
    length = goal.target - goal.baseline
    return round((value - goal.baseline) / length, 6) if length else float(value == goal.target)


def state_of(goal: Goal, way: float | None, today: date) -> State:
    """Return how a goal stands in one word: on the way is who has gone as far as the time."""
    if way is None:
        return "unknown"
    if way >= 1:
        return "reached"
    if today > goal.due_on:
        return "missed"
    return "on_the_way" if way >= _time(goal, today) else "behind"


def _time(goal: Goal, today: date) -> float:
    gone, length = (today - goal.baseline_on).days, (goal.due_on - goal.baseline_on).days
    return min(max(gone / length, 0.0), 1.0)


def _deed(said: dict[str, str], then: Figure | None, figure: Figure | None) -> Deed:
    value, before = figure.value if figure else None, then.value if then else None
    moved = value - before if value is not None and before is not None else None
    return Deed(said["text"], date.fromisoformat(said["on"]), before, moved)

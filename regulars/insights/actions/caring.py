"""Costs of caring, goals of the scorecard, and what the business fixes of its measures' definitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.insights.events import CostChanged, DefinitionFixed, GoalChanged
from regulars.insights.models.caring import Aim, Cost, CostKind, Definition, Goal
from regulars.insights.queries.definitions import known_choices
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.metrics import metrics
from regulars.kit.refused import Invalid, Text
from regulars.people.actions.reading import Reading
from regulars.people.models import View
from regulars.team.models import Member

COST = ("first_on", "last_on", "kind", "aim", "programme", "channel", "people_id", "amount_minor", "note")
GOAL = ("metric", "people_id", "baseline", "baseline_on", "target", "due_on", "owner_id", "deeds")
MOST_MINOR = 2**53
MOST_DEEDS = 40


@transaction.atomic
def enter_cost(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Cost:
    """Enter what was spent: first_on, last_on, kind, aim, programme, channel, people_id, amount_minor, note."""
    cost = Cost.objects.create(**_read_cost(values), created_at=at)
    _tell(CostChanged(id=cost.pk, words=str(cost)), by, {}, _kept(cost, COST))
    return cost


@transaction.atomic
def change_cost(cost: Cost, values: Mapping[str, Any], *, by: Actor) -> Cost:
    """Correct the values named."""
    before = _kept(cost, COST)
    _put(cost, _read_cost({**before, **values}))
    _tell(CostChanged(id=cost.pk, words=str(cost)), by, before, _kept(cost, COST))
    return cost


@transaction.atomic
def delete_cost(cost: Cost, *, by: Actor, at: datetime | None) -> None:
    """Leave a cost out from now on, or (without a moment) take that back."""
    cost.deleted_at = at
    cost.save(update_fields=["deleted_at"])
    announce(
        CostChanged(id=cost.pk, words=str(cost)), by=by, changes={"is_deleted": [at is None, at is not None]}
    )


@transaction.atomic
def set_goal(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Goal:
    """Put a measure on the scorecard: metric, people_id, baseline, baseline_on, target, due_on, owner_id, deeds."""
    goal = Goal.objects.create(**_read_goal(values), created_at=at)
    _tell(GoalChanged(id=goal.pk, words=goal.metric), by, {}, _kept(goal, GOAL))
    return goal


@transaction.atomic
def change_goal(goal: Goal, values: Mapping[str, Any], *, by: Actor) -> Goal:
    """Change the values named."""
    before = _kept(goal, GOAL)
    _put(goal, _read_goal({**before, **values}))
    _tell(GoalChanged(id=goal.pk, words=goal.metric), by, before, _kept(goal, GOAL))
    return goal


def record_deed(goal: Goal, text: str, *, on: Any, by: Actor) -> Goal:
    """Note what is done for a goal, and since when."""
    return change_goal(goal, {"deeds": [*goal.deeds, {"text": text, "on": on}]}, by=by)


@transaction.atomic
def delete_goal(goal: Goal, *, by: Actor, at: datetime | None) -> None:
    """Take a measure off the scorecard, or (without a moment) put it back."""
    goal.deleted_at = at
    goal.save(update_fields=["deleted_at"])
    announce(
        GoalChanged(id=goal.pk, words=goal.metric),
        by=by,
        changes={"is_deleted": [at is None, at is not None]},
    )


@transaction.atomic
def fix_definitions(values: Mapping[str, Any], *, by: Actor) -> None:
    """Fix choices of measures by name, such as help_contact or referral_channels; None leaves one to itself again."""
    known = known_choices()
    problems: dict[str, Text] = {}
    for name, value in values.items():
        if name not in known:
            problems[name] = _("There is no such choice.")
        elif value is not None and not _is_right(known[name], value):
            problems[name] = _("Enter a number.") if known[name] is float else _("Enter words.")
    if problems:
        raise Invalid(problems)
    before = dict(Definition.objects.filter(name__in=values).values_list("name", "value"))
    for name, value in values.items():
        if value is None:
            Definition.objects.filter(name=name).delete()
        else:
            Definition.objects.update_or_create(name=name, defaults={"value": value})
    changes = changed({name: before.get(name) for name in values}, dict(values))
    if changes:
        announce(DefinitionFixed(words=", ".join(changes)), by=by, changes=changes)


def _is_right(kind: type, value: Any) -> bool:
    if kind is float:
        return isinstance(value, int | float) and abs(value) < MOST_MINOR
    return isinstance(value, list | tuple) and all(
        isinstance(one, str) and 0 < len(one) <= 60 for one in value
    )


def _read_cost(values: Mapping[str, Any]) -> dict[str, Any]:
    reading = Reading()
    kind, aim = str(values.get("kind") or ""), str(values.get("aim") or "")
    if kind not in CostKind.values:
        reading.refuse("kind", _("There is no such kind of cost."))
    if aim not in Aim.values:
        reading.refuse("aim", _("A cost is there to win customers or to keep them."))
    amount = values.get("amount_minor")
    if not isinstance(amount, int) or not 0 <= amount <= MOST_MINOR:
        reading.refuse("amount_minor", _("Enter an amount of nought or more."))
    first, last = _days(values, "first_on", "last_on", reading)
    if first and last and last < first:
        reading.refuse("last_on", _("The last day is before the first."))
    texts = {name: reading.text(name, values.get(name), most) for name, most in _TEXTS.items()}
    people = _people(values, reading)
    reading.finish()
    days = {"first_on": first, "last_on": last}
    return {**days, **texts, "kind": kind, "aim": aim, "people_id": people, "amount_minor": amount}


_TEXTS = {"programme": 80, "channel": 60, "note": 200}


def _read_goal(values: Mapping[str, Any]) -> dict[str, Any]:
    reading = Reading()
    metric = str(values.get("metric") or "")
    if metric not in metrics():
        reading.refuse("metric", _("There is no such measure."))
    numbers = {name: _number(name, values.get(name), reading) for name in ("baseline", "target")}
    for name, number in numbers.items():
        if number is None:
            reading.refuse(name, _("Enter a number."))
    begun, due = _days(values, "baseline_on", "due_on", reading)
    if begun and due and due <= begun:
        reading.refuse("due_on", _("The day lies before the baseline."))
    owner = reading.ref("owner_id", values.get("owner_id"), Member)
    people = _people(values, reading)
    deeds = [_deed(one, reading) for one in list(values.get("deeds") or [])[:MOST_DEEDS]]
    reading.finish()
    refs = {"owner_id": owner, "people_id": people}
    return {"metric": metric, "baseline_on": begun, "due_on": due, "deeds": deeds, **numbers, **refs}


def _number(name: str, raw: Any, reading: Reading) -> float | None:
    """Return a number as programs send it, or as somebody types it in their country."""
    return float(raw) if isinstance(raw, int | float) else reading.number(name, raw)


def _days(values: Mapping[str, Any], first: str, last: str, reading: Reading) -> tuple[Any, Any]:
    found = [reading.day(name, values.get(name)) for name in (first, last)]
    for name, day in zip((first, last), found, strict=True):
        if day is None:
            reading.refuse(name, _("Enter a day."))
    return found[0], found[1]


def _deed(said: Mapping[str, Any], reading: Reading) -> dict[str, str]:
    text, day = reading.text("deeds", said.get("text"), 200), reading.day("deeds", said.get("on"))
    if not text or day is None:
        reading.refuse("deeds", _("What is done needs words and a day."))
    return {"text": text, "on": day.isoformat() if day else ""}


def _people(values: Mapping[str, Any], reading: Reading) -> int | None:
    number = values.get("people_id")
    if number in (None, ""):
        return None
    found = (
        View.objects.filter(pk=number, subject="person", is_shared=True).values_list("pk", flat=True).first()
    )
    if found is None:
        reading.refuse("people_id", _("There is no shared list of people of that number."))
    return found


def _kept(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _put(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def _tell(event: Any, by: Actor, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    changes = changed(before, after)
    if changes:
        announce(event, by=by, changes=changes)

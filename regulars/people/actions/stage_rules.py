"""The rules that move stage and health: kept, edited, and asked."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, changed
from regulars.kit.filters import Asker, BadFilter, parse
from regulars.kit.filters.compile import as_node, node_sql
from regulars.kit.filters.scope import Scope
from regulars.kit.filters.sql import Sql
from regulars.kit.refused import Refused
from regulars.kit.worker import BULK, defer
from regulars.people.actions.intervals import Move, write_moves
from regulars.people.actions.reading import Reading
from regulars.people.engine.stages import BY_HAND, HEALTHS, STAGES, next_health, next_stage, rank
from regulars.people.events import RuleChanged
from regulars.people.models import Axis, StageInterval, StageRule
from regulars.team.models import Business

log = logging.getLogger(__name__)
EVALUATE_ALL = "people.evaluate_all"
BATCH = 5_000
_TOLD = ("name", "axis", "value", "condition", "position", "is_active")


class NoWayBack(Refused):
    """A rule cannot move anybody to where everybody begins."""

    code = "no_way_back"
    default = gettext_lazy("Everybody begins as reached; no rule leads there.")


@transaction.atomic
def create_rule(values: Mapping[str, Any], *, by: Actor) -> StageRule:
    """Make a rule: axis, value, name, condition (a filter over people), position, is_active; all people are asked anew."""
    columns = {"position": 100} | _read(values)
    rule = StageRule.objects.create(**columns)
    _announce(rule, by, changed({}, columns))
    return rule


@transaction.atomic
def change_rule(rule: StageRule, *, by: Actor, **values: Any) -> StageRule:
    """Change a rule; all people are asked anew in the background."""
    before = {name: getattr(rule, name) for name in _TOLD}
    columns = _read({"axis": rule.axis, "value": rule.value, "name": rule.name, **values})
    changes = changed(before, columns)
    if changes:
        for name, value in columns.items():
            setattr(rule, name, value)
        rule.save()
        _announce(rule, by, changes)
    return rule


@transaction.atomic
def delete_rule(rule: StageRule, *, by: Actor) -> None:
    """Throw a rule away; whom it moved stay where they are."""
    number, changes = rule.pk, {name: [getattr(rule, name), None] for name in _TOLD}
    event = RuleChanged(id=number, words=rule.name)
    rule.delete()
    announce(event, by=by, changes=changes)


def _announce(rule: StageRule, by: Actor, changes: dict[str, list[Any]]) -> None:
    announce(RuleChanged(id=rule.pk, words=rule.name), by=by, changes=changes)
    defer(EVALUATE_ALL, queue=BULK, after=0)


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    reading = Reading()
    columns: dict[str, Any] = {"axis": values.get("axis"), "value": values.get("value")}
    known = {Axis.STAGE.value: STAGES, Axis.HEALTH.value: HEALTHS}.get(str(columns["axis"]), ())
    if columns["value"] not in known:
        reading.refuse("value", _("There is no such stage or health."))
    columns["name"] = reading.text("name", values.get("name"), 120)
    if not columns["name"]:
        reading.refuse("name", _("This can't be blank."))
    for name in values.keys() - set(_TOLD):
        reading.refuse(name, _("There is no such field."))
    reading.finish()
    if columns["value"] == STAGES[0]:
        raise NoWayBack()
    if "condition" in values:
        parse(values["condition"], "person", Asker(now=now()))
        columns["condition"] = values["condition"] or {}
    return columns | {name: values[name] for name in ("position", "is_active") if name in values}


@dataclass(frozen=True)
class _Asked:
    """The rules that can be asked, and their conditions as SQL over people `p`."""

    rules: list[StageRule]
    conditions: list[Sql]
    joins: str

    def of(self, axis: str) -> list[str]:
        return [rule.value for rule in self.rules if rule.axis == axis]


@transaction.atomic
def evaluate_rules(person_ids: Iterable[int], *, by: Actor, at: datetime) -> int:
    """Ask the rules about these people and write whatever moves; return how many moves there were.

    Call it in the transaction that changed what the rules look at, so that the new stage is seen at once.
    """
    ids = sorted(set(person_ids))
    asked = _asked(at) if ids else None
    moves = [] if asked is None or not asked.rules else _decide(ids, asked, at, is_locking=True)
    write_moves(moves, by=by, at=at)
    return len(moves)


def evaluate_batch(after: int, *, by: Actor, at: datetime) -> int | None:
    """Ask the rules about the next five thousand people behind an id; return the last id, or None at the end.

    People are only locked when something moves, so that a nightly look at a million rows writes almost nothing.
    """
    sql = "SELECT id FROM people_person WHERE id > %s AND deleted_at IS NULL ORDER BY id LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, BATCH])
        ids = [row[0] for row in cursor.fetchall()]
    asked = _asked(at) if ids else None
    if asked is None:
        return None
    if asked.rules:
        evaluate_rules([move.person_id for move in _decide(ids, asked, at)], by=by, at=at)
    return int(ids[-1])


def _asked(at: datetime) -> _Asked:
    """Compile all active rules over one set of joins; one that can't be read any more is left out."""
    asker = Asker(now=at, zone=ZoneInfo(Business.current().time_zone))
    scope, rules, conditions = Scope("p"), [], []
    for rule in StageRule.objects.filter(is_active=True).order_by("axis", "position", "pk"):
        try:
            conditions.append(node_sql(as_node(rule.condition, "person", asker), scope, asker))
            rules.append(rule)
        except BadFilter as problem:
            # It asks for a field that is gone, or for a room that is switched off.
            log.warning("The rule “%s” is passed over: %s", rule.name, problem)
    return _Asked(rules, conditions, scope.join_sql)


def _decide(ids: Sequence[int], asked: _Asked, at: datetime, *, is_locking: bool = False) -> list[Move]:
    moves = [move for row in _rows(ids, asked, is_locking) for move in _moves(row, asked, at)]
    held = _held_by_hand(moves, at) if moves else set()
    return [move for move in moves if (move.person_id, move.axis) not in held]


def _rows(ids: Sequence[int], asked: _Asked, is_locking: bool) -> list[tuple[Any, ...]]:
    conditions = ", ".join(f"({condition.text}) IS TRUE" for condition in asked.conditions)
    params = [value for condition in asked.conditions for value in condition.params]
    sql = f"""
        SELECT p.id, p.stage, coalesce(p.stage_since, p.created_at), p.health, p.health_since, p.created_at, {conditions}
        FROM people_person p{asked.joins} WHERE p.id = ANY(%s) AND p.deleted_at IS NULL
        ORDER BY p.id {"FOR NO KEY UPDATE OF p" if is_locking else ""}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, list(ids)])
        return cursor.fetchall()  # type: ignore[no-any-return]


def _moves(row: tuple[Any, ...], asked: _Asked, at: datetime) -> Iterable[Move]:
    number, stage, stage_since, health, health_since, created_at, *answers = row
    met = [rule for rule, holds in zip(asked.rules, answers, strict=True) if holds]
    stages = {rule.value for rule in met if rule.axis == Axis.STAGE}
    after = next_stage(stage, stages, asked.of(Axis.STAGE))
    if after != stage:
        yield Move(number, Axis.STAGE, stage, after, stage_since, _reason(met, Axis.STAGE, after))
    after = next_health(health, [rule.value for rule in met if rule.axis == Axis.HEALTH], health_since, at)
    if after != health and asked.of(Axis.HEALTH):
        reason = _reason(met, Axis.HEALTH, after)
        yield Move(number, Axis.HEALTH, health, after, health_since or created_at, reason)


def _reason(met: Iterable[StageRule], axis: str, value: str) -> str:
    return next((rule.name for rule in met if rule.axis == axis and rule.value == value), "")


def _held_by_hand(moves: Sequence[Move], at: datetime) -> set[tuple[int, str]]:
    """Return who was lately put where they are by hand: any health, or a step back to an earlier stage."""
    found = StageInterval.objects.filter(person__in={move.person_id for move in moves}).order_by("during")
    last: dict[tuple[int, str], tuple[str, StageInterval]] = {}
    for interval in found:
        key = (interval.person_id, interval.axis)
        last[key] = (last[key][1].value if key in last else "", interval)
    return {
        key
        for key, (before, interval) in last.items()
        if not interval.is_by_rule
        and interval.during.lower > at - BY_HAND
        and (key[1] == Axis.HEALTH or (before and rank(before) > rank(interval.value)))
    }


def default_rules() -> list[dict[str, Any]]:
    """Return the rules a new installation begins with; they are data, and the business's to change."""
    within = {"field": "commerce.rhythm_ratio", "op": "lte", "value": 1.5}
    subscribed = {"field": "commerce.has_active_subscription", "op": "is", "value": True}

    def days(count: int) -> dict[str, Any]:
        return {"field": "commerce.purchase_days", "op": "gte", "value": count}

    def late(ratio: float) -> dict[str, Any]:
        return {"and": [{"field": "commerce.rhythm_ratio", "op": "gte", "value": ratio}, {"not": subscribed}]}

    def happened(*kinds: str) -> dict[str, Any]:
        asked = {"field": "kind", "op": "any_of", "value": [f"custom.{kind}" for kind in kinds]}
        return {"did": "touchpoint.custom", "at_least": 1, "where": asked}

    bought = {"or": [days(1), subscribed]}
    cared = {"and": [bought, happened("care_answered", "product_used")]}
    a_year = {"field": "commerce.first_order", "op": "not_last_days", "value": 365}
    third, year = {"and": [days(3), within]}, {"and": [days(2), a_year, within]}
    renewed = {"field": "commerce.renewals", "op": "gte", "value": 1}
    lines = [
        ("stage", "acquired", _("First payment, not wholly refunded"), bought),
        ("stage", "nurtured", _("Bought a second time, used the product or answered after-sale care"), {"or": [days(2), cared]}),
        ("stage", "retained", _("Third purchase day within their own rhythm, a renewal, or a year active"), {"or": [third, renewed, year]}),
        ("stage", "advocate", _("Brought a buyer or vouched for us in public"), happened("referral", "review", "testimonial")),
        ("health", "lapsed", _("Four times their usual interval has passed"), late(4)),
        ("health", "at_risk", _("Two and a half times their usual interval has passed"), late(2.5)),
        ("health", "wavering", _("One and a half times their usual interval has passed"), late(1.5)),
        ("health", "steady", _("Bought within their own rhythm, or subscribes"), bought),
    ]  # fmt: skip
    return [
        {"axis": axis, "value": value, "name": name, "condition": condition, "position": place * 10}
        for place, (axis, value, name, condition) in enumerate(lines, 1)
    ]


@transaction.atomic
def ensure_default_rules() -> int:
    """Write the first rules where there are none at all; return how many."""
    if StageRule.objects.exists():
        return 0
    return len(StageRule.objects.bulk_create(StageRule(**columns) for columns in default_rules()))

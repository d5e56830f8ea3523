from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.inbox.events import ResponseTargetChanged
from regulars.inbox.models.hours import BusinessHours
from regulars.inbox.models.targets import ResponseTarget
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, changed
from regulars.kit.filters import Asker, parse
from regulars.people.actions.reading import Reading
from regulars.team.models import Member

MINUTES = ("first_minutes", "next_minutes", "resolution_minutes")
# A year of minutes: longer is not a promise.
MOST_MINUTES = 525_600
_FIELDS = (
    "name", "position", "is_active", "condition", "people", "hours", *MINUTES, "warn_minutes", "escalate_to", "notified",
)  # fmt: skip


@transaction.atomic
def create_target(values: Mapping[str, Any], *, by: Actor, at: datetime) -> ResponseTarget:
    """Promise an answer: name, condition and people (filters), hours, minutes, warn_minutes, escalate_to, notified."""
    columns, notified = _read(values)
    if not any(columns.get(name) for name in MINUTES):
        columns["first_minutes"] = columns["next_minutes"] = 240
    target = ResponseTarget.objects.create(created_at=at, **columns)
    target.notified.set(notified or [])
    _announce(target, by, changed({}, _told(target)))
    return target


@transaction.atomic
def change_target(target: ResponseTarget, values: Mapping[str, Any], *, by: Actor) -> ResponseTarget:
    """Change a promise; it holds at once, also in conversations that are under way."""
    before = _told(target)
    columns, notified = _read({"name": target.name, **values})
    for name, value in columns.items():
        setattr(target, name, value)
    target.save()
    if notified is not None:
        target.notified.set(notified)
    changes = changed(before, _told(target))
    if changes:
        _announce(target, by, changes)
    return target


@transaction.atomic
def delete_target(target: ResponseTarget, *, by: Actor) -> None:
    """Take a promise back; what ran by it runs by the next target that holds."""
    event = ResponseTargetChanged(target_id=target.pk, name=target.name)
    target.delete()
    announce(event, by=by, changes={"name": [event.name, None]})


@transaction.atomic
def order_targets(ids: list[int], *, by: Actor) -> None:
    """Put the targets in an order: the first whose conditions hold is the one."""
    known = {target.pk: target for target in ResponseTarget.objects.all()}
    wanted = [known[number] for number in dict.fromkeys(ids) if number in known]
    rest = [target for target in known.values() if target not in wanted]
    for position, target in enumerate([*wanted, *rest], 1):
        if target.position != position:
            changes = {"position": [target.position, position]}
            target.position = position
            target.save(update_fields=["position"])
            _announce(target, by, changes)


def _announce(target: ResponseTarget, by: Actor, changes: dict[str, list[Any]]) -> None:
    announce(ResponseTargetChanged(target_id=target.pk, name=target.name), by=by, changes=changes)


def _told(target: ResponseTarget) -> dict[str, Any]:
    told = {
        name: getattr(target, name) for name in _FIELDS if name not in ("hours", "escalate_to", "notified")
    }
    told |= {"hours": target.hours_id, "escalate_to": target.escalate_to_id}
    return told | {"notified": sorted(target.notified.values_list("pk", flat=True))}


def _read(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[int] | None]:
    reading = Reading()
    columns: dict[str, Any] = {"name": reading.text("name", values.get("name"), 120)}
    if not columns["name"]:
        reading.refuse("name", _("This can't be blank."))
    for name in (*MINUTES, "warn_minutes"):
        if name in values:
            columns[name] = _minutes(name, values[name], reading)
    if "warn_minutes" in columns:
        columns["warn_minutes"] = columns["warn_minutes"] or 0
    if "hours" in values:
        columns["hours"] = _hours(values["hours"], reading)
    if "escalate_to" in values:
        columns["escalate_to_id"] = reading.ref("escalate_to", values["escalate_to"], Member)
    for name in values.keys() - set(_FIELDS):
        reading.refuse(name, _("There is no such field."))
    reading.finish()
    for name, subject in (("condition", "conversation"), ("people", "person")):
        if name in values:
            columns[name] = values[name] or {}
            parse(columns[name], subject, Asker(now=now()))
    columns |= {name: values[name] for name in ("position", "is_active") if values.get(name) is not None}
    notified = values.get("notified")
    ids = None if notified is None else [int(one) for one in notified]
    return columns, ids if ids is None else list(
        Member.objects.active().filter(pk__in=ids).values_list("pk", flat=True)
    )


def _minutes(field: str, raw: object, reading: Reading) -> int | None:
    number = reading.number(field, raw)
    if number is None:
        return None
    if not isinstance(number, int) or not 0 <= number <= MOST_MINUTES or (number == 0 and field in MINUTES):
        reading.refuse(field, _("Whole minutes are needed here, at most a year of them."))
        return None
    return number


def _hours(raw: object, reading: Reading) -> BusinessHours | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, BusinessHours):
        return raw
    found = BusinessHours.objects.filter(pk=int(str(raw))).first() if str(raw).isdigit() else None
    if found is None:
        reading.refuse("hours", _("It is not here any more; choose another."))
    return found

"""Macros: steps kept under a name, that a member runs by one key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from regulars.inbox.engine.steps import DOERS, ENDINGS, MOST_HOURS, STEPS, TO_SOMEBODY, numbered, tidied
from regulars.inbox.events import MacroChanged
from regulars.inbox.models import Macro, Priority, Template
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.people.actions.reading import Reading
from regulars.team.models import Member, Team

FIELDS = ("name", "team_id", "owner_id", "steps")
LONGEST, MOST_TAGS = 10_000, 20


@transaction.atomic
def create_macro(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Macro:
    """Make a macro: name, steps (what is done, by the name of the step), and team or owner when it is not for all."""
    last = Macro.objects.aggregate(last=Max("position"))["last"] or 0
    macro = Macro.objects.create(created_at=at, position=last + 1, **_read({"steps": {}, **values}))
    _announce(macro, by, changed({}, _told(macro)))
    return macro


@transaction.atomic
def change_macro(macro: Macro, values: Mapping[str, Any], *, by: Actor) -> Macro:
    """Change a macro; steps that are named take the place of all it had."""
    before = _told(macro)
    for name, value in _read({"name": macro.name, **values}).items():
        setattr(macro, name, value)
    macro.save()
    changes = changed(before, _told(macro))
    if changes:
        _announce(macro, by, changes)
    return macro


@transaction.atomic
def archive_macro(macro: Macro, *, by: Actor, at: datetime) -> None:
    """Put a macro away: nobody is offered it any more, what it did stays and can still be taken back."""
    macro.archived_at = at
    macro.save(update_fields=["archived_at"])
    _announce(macro, by, {"archived_at": [None, at.isoformat()]})


@transaction.atomic
def restore_macro(macro: Macro, *, by: Actor) -> None:
    """Take a macro out again."""
    before, macro.archived_at = macro.archived_at, None
    macro.save(update_fields=["archived_at"])
    _announce(macro, by, {"archived_at": [before and before.isoformat(), None]})


@transaction.atomic
def order_macros(ids: list[int], *, by: Actor) -> None:
    """Put macros in an order; those that are not named come after them as they were."""
    known = {macro.pk: macro for macro in Macro.objects.select_for_update()}
    wanted = [known[number] for number in dict.fromkeys(ids) if number in known]
    rest = [macro for macro in known.values() if macro not in wanted]
    for position, macro in enumerate([*wanted, *rest], 1):
        if macro.position != position:
            changes = {"position": [macro.position, position]}
            macro.position = position
            macro.save(update_fields=["position"])
            _announce(macro, by, changes)


def _announce(macro: Macro, by: Actor, changes: dict[str, list[Any]]) -> None:
    announce(MacroChanged(macro_id=macro.pk, name=macro.name), by=by, changes=changes)


def _told(macro: Macro) -> dict[str, Any]:
    return {name: getattr(macro, name) for name in FIELDS}


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    reading = Reading()
    columns: dict[str, Any] = {"name": reading.text("name", values.get("name"), 80)}
    if not columns["name"]:
        reading.refuse("name", _("This can't be blank."))
    for name, model in (("team", Team), ("owner", Member)):
        if name in values:
            columns[f"{name}_id"] = reading.ref(name, values[name], model)
    if columns.get("team_id") and columns.get("owner_id"):
        reading.refuse("team", _("A macro is for everybody, for a team, or for one person."))
    if "steps" in values:
        columns["steps"] = read_steps(values["steps"], reading)
        if not columns["steps"]:
            reading.refuse("steps", _("Say at least one thing that it does."))
    for name in values.keys() - {"name", "team", "owner", "steps"}:
        reading.refuse(name, _("There is no such field."))
    reading.finish()
    return columns


def read_steps(raw: object, reading: Reading) -> dict[str, object]:
    """Return steps as they are kept, each checked; what is wrong is noted by the name of the step."""
    if not isinstance(raw, Mapping):
        reading.refuse("steps", _("Steps are named, each with its value."))
        return {}
    for name in raw.keys() - set(STEPS):
        reading.refuse(str(name), _("There is no such step."))
    return tidied(
        {name: _READERS[name](name, value, reading) for name, value in raw.items() if name in STEPS}
    )


def _words(name: str, raw: object, reading: Reading) -> str:
    most = 200 if name == "task" else LONGEST
    return reading.text(name, raw, most, lines=name != "task")


def _tags(name: str, raw: object, reading: Reading) -> list[str]:
    given = raw.split(",") if isinstance(raw, str) else raw if isinstance(raw, list) else []
    names = list(dict.fromkeys(" ".join(str(one).split()) for one in given))
    if len(names) > MOST_TAGS or any(len(one) > 60 for one in names):
        reading.refuse(name, _("At most %(most)d tags of 60 characters are possible.") % {"most": MOST_TAGS})
    return [one for one in names if one]


def _priority(name: str, raw: object, reading: Reading) -> int | None:
    return _whole(name, raw, reading, 0, max(Priority.values))


def _hours(name: str, raw: object, reading: Reading) -> int | None:
    return _whole(name, raw, reading, 1, MOST_HOURS)


def _whole(name: str, raw: object, reading: Reading, least: int, most: int) -> int | None:
    if raw is None or raw == "":
        return None
    number = int(str(raw)) if str(raw).isdecimal() and len(str(raw)) < 9 else -1
    if not least <= number <= most:
        reading.refuse(
            name, _("Give a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
        )
        return None
    return number


def _template(name: str, raw: object, reading: Reading) -> int | None:
    if raw is None or raw == "":
        return None
    number = int(str(raw)) if str(raw).isdecimal() and len(str(raw)) < 19 else 0
    if not Template.objects.filter(pk=number, archived_at=None).exists():
        reading.refuse(name, _("It is not here any more; choose another."))
        return None
    return number


def _whom(name: str, raw: object, reading: Reading) -> str:
    said = str(raw or "")
    named = numbered(said)
    kinds = ("member",) if name == "task_for" else ("member", "team")
    if named is not None and named[0] in kinds:
        model: Any = Member if named[0] == "member" else Team
        if not model.objects.filter(pk=named[1]).exists():
            reading.refuse(name, _("It is not here any more; choose another."))
    elif said and said not in (DOERS if name == "task_for" else TO_SOMEBODY):
        reading.refuse(name, _("Choose one of those shown."))
    return said


def _ending(name: str, raw: object, reading: Reading) -> str:
    if raw and raw not in ENDINGS:
        reading.refuse(name, _("Choose one of those shown."))
    return str(raw or "")


_READERS: dict[str, Any] = {
    "template": _template, "text": _words, "assign": _whom, "tags": _tags, "untags": _tags, "priority": _priority,
    "note": _words, "task": _words, "task_hours": _hours, "task_for": _whom,
    "follow": lambda _name, raw, _reading: bool(raw), "ending": _ending,
}  # fmt: skip

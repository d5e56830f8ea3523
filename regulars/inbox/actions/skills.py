"""Skills: their names, who has them, and what needs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.inbox.events import SkillChanged
from regulars.inbox.models import Skill
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.messaging.models import Channel
from regulars.people.actions.reading import Reading
from regulars.team.models import Member

SEVERAL = {"members": Member, "channels": Channel}


@transaction.atomic
def save_skill(skill: Skill | None, values: Mapping[str, Any], *, by: Actor) -> Skill:
    """Make or change a skill: name, and by number the members who have it and the channels that need it."""
    found = skill or Skill()
    before = _told(found) if skill else {}
    reading = Reading()
    if "name" in values or skill is None:
        found.name = reading.text("name", values.get("name"), 60)
        if not found.name:
            reading.refuse("name", _("This can't be blank."))
        elif Skill.objects.filter(name__iexact=found.name).exclude(pk=found.pk).exists():
            reading.refuse("name", _("There is a skill of this name already."))
    numbers = {name: _numbers(name, values[name], reading) for name in SEVERAL if name in values}
    for name in values.keys() - {"name", *SEVERAL}:
        reading.refuse(name, _("There is no such field."))
    reading.finish()
    found.save()
    for name, given in numbers.items():
        getattr(found, name).set(given)
    changes = changed(before, _told(found))
    if changes:
        announce(SkillChanged(skill_id=found.pk, name=found.name), by=by, changes=changes)
    return found


@transaction.atomic
def delete_skill(skill: Skill, *, by: Actor) -> None:
    """Throw a skill away: nothing needs it any more."""
    event = SkillChanged(skill_id=skill.pk, name=skill.name)
    told = _told(skill)
    skill.delete()
    announce(event, by=by, changes={name: [value, None] for name, value in told.items()})


def _told(skill: Skill) -> dict[str, Any]:
    several = {name: sorted(getattr(skill, name).values_list("pk", flat=True)) for name in SEVERAL}
    return {"name": skill.name, **several}


def _numbers(name: str, raw: Any, reading: Reading) -> list[int]:
    wanted = {int(str(one)) for one in raw or [] if str(one).isdecimal() and len(str(one)) < 19}
    model: Any = SEVERAL[name]
    known = set(model.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if len(known) < len(set(map(str, raw or []))):
        reading.refuse(name, _("One of these is not here any more."))
    return sorted(known)

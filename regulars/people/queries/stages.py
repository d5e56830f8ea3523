"""Where somebody stood when, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from regulars.people.models import Axis, Person, Stage, StageInterval


@dataclass(frozen=True)
class Stretch:
    """A time spent in one stage or health; `until` is None while it lasts."""

    value: str
    since: datetime
    until: datetime | None
    reason: str = ""
    is_by_rule: bool = True
    who: str = ""

    def length(self, at: datetime) -> timedelta:
        """Return how long it lasted, or has lasted until now."""
        return (self.until or at) - self.since


def stage_history(person: Person, axis: str = Axis.STAGE) -> list[Stretch]:
    """Return where a person stood on an axis, first to last; who never moved has been reached since they were added."""
    found = StageInterval.objects.filter(person=person, axis=axis).order_by("during")
    written = [_stretch(interval) for interval in found]
    if axis == Axis.STAGE and not written:
        return [Stretch(Stage.REACHED, person.created_at, None)]
    return written


def stage_on(person: Person, moment: datetime, axis: str = Axis.STAGE) -> str:
    """Return where a person stood at a moment; "" before they were known, and for a health not yet known."""
    return stages_on([person], moment, axis)[person.pk]


def stages_on(people: Sequence[Person], moment: datetime, axis: str = Axis.STAGE) -> dict[int, str]:
    """Return where each of these people stood at a moment, in one query."""
    during = Q(during__contains=moment)
    found = StageInterval.objects.filter(during, person__in=people, axis=axis)
    stood = dict(found.values_list("person_id", "value"))
    moved = set(
        StageInterval.objects.filter(person__in=people, axis=axis).values_list("person_id", flat=True)
    )
    return {person.pk: stood.get(person.pk) or _unwritten(person, moment, axis, moved) for person in people}


def time_in_stages(person: Person, at: datetime) -> dict[str, timedelta]:
    """Return how long a person has been in each stage in all."""
    total: dict[str, timedelta] = {}
    for stretch in stage_history(person):
        total[stretch.value] = total.get(stretch.value, timedelta()) + stretch.length(at)
    return total


def _unwritten(person: Person, moment: datetime, axis: str, moved: set[int]) -> str:
    is_reached = axis == Axis.STAGE and person.pk not in moved and moment >= person.created_at
    return Stage.REACHED.value if is_reached else ""


def _stretch(interval: StageInterval) -> Stretch:
    during = interval.during
    return Stretch(
        interval.value, during.lower, during.upper, interval.reason, interval.is_by_rule, interval.actor_label
    )

"""Events, two reactions and a follower that leave traces which can be counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from django.db import transaction

from regulars.kit.events import Event, Heard, follows, hears
from regulars.kit.worker import every, task
from regulars.people.models import Person, SpecialDay
from regulars.timeline.models import Touchpoint

DAY = date(2020, 2, 29)
FOLLOWER = "test.follower"
# What a test wants remember, answer or follow to do besides.
also: dict[str, Callable[[int], None]] = {}


@dataclass(frozen=True, kw_only=True)
class Poked(Event):
    """A customer poked us."""

    kind: ClassVar[str] = "test.poked"
    on_timeline: ClassVar[bool] = True
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Described(Event):
    """Something with a value of every kind a payload may hold."""

    kind: ClassVar[str] = "test.described"
    on_timeline: ClassVar[bool] = True
    words: str
    at: datetime | None = None
    on: date | None = None
    share: Decimal = Decimal(0)
    pair: tuple[int, ...] = ()
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Unheard(Event):
    """Something that nobody hears and no timeline shows."""

    kind: ClassVar[str] = "test.unheard"


@hears(Poked)
def remember_poke(event: Poked, heard: Heard) -> None:
    """Leave a trace that the poke was heard."""
    also.get("remember", _nothing)(event.n)
    _note(event.person_id, f"remember {event.n}")


@hears(Poked)
def answer_poke(event: Poked, heard: Heard) -> None:
    """Leave a trace that the poke was answered."""
    also.get("answer", _nothing)(event.n)
    _note(event.person_id, f"answer {event.n}")


@follows(FOLLOWER, batch=64)
def read_on(touchpoints: list[Touchpoint]) -> None:
    """Leave a trace for each poke read."""
    for touchpoint in touchpoints:
        if touchpoint.kind == Poked.kind:
            n = touchpoint.payload.get("n", 0)
            also.get("follow", _nothing)(n)
            _note(touchpoint.person_id, f"follow {n}")


@task("test.slowly")
def slowly(person_id: int, name: str, seconds: float) -> None:
    """Leave a trace at the end of a while, in one transaction."""
    with transaction.atomic():
        _note(person_id, name)
        time.sleep(seconds)


@every("0 0 1 1 *", "test.by_the_clock")
def by_the_clock(_planned: int) -> None:
    """Leave a trace at somebody, after a while."""
    with transaction.atomic():
        _note(Person.objects.values_list("pk", flat=True)[0], "struck")
        time.sleep(0.5)


@task("test.failing", retry=False)
def failing(person_id: int) -> None:
    """Fail."""
    raise ValueError("This job fails.")


def _nothing(n: int) -> None:
    pass


def _note(person_id: int | None, name: str) -> None:
    SpecialDay.objects.create(person_id=person_id, name=name, day=DAY)


def traces() -> list[str]:
    """Return all traces, sorted."""
    return sorted(SpecialDay.objects.values_list("name", flat=True))

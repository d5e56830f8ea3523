"""What the worker's benchmark announces and who hears it: three reactions that each read one row and write one, and a follower."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db import connection

from regulars.kit.events import Event, follows, hears
from regulars.kit.worker import BULK, task
from regulars.people.models import Memo, Person, SpecialDay
from regulars.timeline.models import Touchpoint

DAY = date(2020, 2, 29)
DONE = "bench_done"


@dataclass(frozen=True, kw_only=True)
class Poked(Event):
    """Something that three reactions hear."""

    kind: ClassVar[str] = "bench.poked"
    on_timeline: ClassVar[bool] = True
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Tapped(Event):
    """Something that one reaction hears, which says when it is done."""

    kind: ClassVar[str] = "bench.tapped"
    on_timeline: ClassVar[bool] = True
    n: int = 0


def read_and_write(person_id: int | None, name: str) -> None:
    """Read one row and write one."""
    person = Person.objects.get(pk=person_id)
    SpecialDay.objects.create(person=person, name=name, day=DAY)


@hears(Poked)
def first(event: Poked, heard: Any) -> None:
    """React."""
    read_and_write(event.person_id, "first")


@hears(Poked)
def second(event: Poked, heard: Any) -> None:
    """React."""
    read_and_write(event.person_id, "second")


@hears(Poked)
def third(event: Poked, heard: Any) -> None:
    """React."""
    read_and_write(event.person_id, "third")


@hears(Tapped)
def say_so(event: Tapped, heard: Any) -> None:
    """React, and say so once it is committed."""
    read_and_write(event.person_id, "tapped")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [DONE, str(event.n)])


@follows("bench.follower")
def write_down(touchpoints: list[Touchpoint]) -> None:
    """Write one row for each touchpoint, all of a batch at once."""
    Memo.objects.bulk_create(
        [
            Memo(person_id=one.person_id, text=one.kind, created_at=one.recorded_at)
            for one in touchpoints
            if one.person_id
        ]
    )


@task("bench.bulk", queue=BULK)
def bulk(person_id: int) -> None:
    """Do a piece of bulk work."""
    read_and_write(person_id, "bulk")

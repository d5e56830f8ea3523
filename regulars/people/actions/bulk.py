"""The same deed for many people at once: one statement for each noun, and what is told of each is what one alone would tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce_many, jsonable
from regulars.kit.refused import Invalid
from regulars.people.actions.intervals import Move, write_moves
from regulars.people.actions.reading import Reading
from regulars.people.actions.removal import mark_deleted, mark_restored, taken_meanwhile
from regulars.people.actions.stages import ReasonNeeded
from regulars.people.actions.tags import listed, mirror_person_tags, tags_named, write_person_tags
from regulars.people.engine.stages import STAGES, rank
from regulars.people.events import KeeperChanged, PersonDeleted, PersonRestored, Tagged, Untagged
from regulars.people.models import Axis, Person, Tag
from regulars.team.models import Member, Team

Names = Iterable[Tag | str | int]


@transaction.atomic
def tag_people(person_ids: Iterable[int], names: Names, *, by: Actor, at: datetime) -> int:
    """Put tags on many people, making those that do not exist; return how many people got one."""
    ids = [person.pk for person in _lock(person_ids)]
    tags = tags_named(names)
    new = _by_person(write_person_tags(ids, tags, at), tags)
    mirror_person_tags(list(new), at)
    announce_many(
        [
            Tagged(person_id=number, tag_ids=[tag.pk for tag in added], words=listed(added))
            for number, added in new.items()
        ],
        by=by,
        changes=[{"tags": [None, listed(added)]} for added in new.values()],
        occurred_at=[at] * len(new),
    )
    return len(new)


@transaction.atomic
def untag_people(person_ids: Iterable[int], names: Names, *, by: Actor, at: datetime) -> int:
    """Take tags off many people; return how many had one."""
    ids = [person.pk for person in _lock(person_ids)]
    tags = tags_named(names)
    sql = """
        DELETE FROM people_persontag WHERE person_id = ANY(%s) AND tag_id = ANY(%s) RETURNING person_id, tag_id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids, [tag.pk for tag in tags]])
        gone = _by_person(cursor.fetchall(), tags)
    mirror_person_tags(list(gone), at)
    announce_many(
        [
            Untagged(person_id=number, tag_ids=[tag.pk for tag in removed], words=listed(removed))
            for number, removed in gone.items()
        ],
        by=by,
        changes=[{"tags": [listed(removed), None]} for removed in gone.values()],
        occurred_at=[at] * len(gone),
    )
    return len(gone)


@transaction.atomic
def keep_people(
    person_ids: Iterable[int], *, by: Actor, at: datetime, **values: Member | Team | int | str | None
) -> int:
    """Give many people to a `keeper`, a `team`, or both (None lets go); return how many changed hands."""
    columns = _read_hands(values)
    people = [
        person
        for person in _lock(person_ids)
        if any(getattr(person, name) != value for name, value in columns.items())
    ]
    changes = [_handed(person, columns) for person in people]
    sets = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE people_person SET {sets}, version = version + 1, updated_at = %s WHERE id = ANY(%s)",
            [*columns.values(), at, [person.pk for person in people]],
        )
    for person in people:
        for name, value in columns.items():
            setattr(person, name, value)
    announce_many(_kept(people), by=by, changes=changes, occurred_at=[at] * len(people))
    return len(people)


@transaction.atomic
def set_keeper(person_ids: Iterable[int], keeper: Member | int | None, *, by: Actor, at: datetime) -> int:
    """Give many people to a member, or to nobody; return how many changed hands."""
    return int(keep_people(person_ids, keeper=keeper, by=by, at=at))


@transaction.atomic
def set_team(person_ids: Iterable[int], team: Team | int | None, *, by: Actor, at: datetime) -> int:
    """Give many people to a team, or to none; return how many changed hands."""
    return int(keep_people(person_ids, team=team, by=by, at=at))


@transaction.atomic
def move_stages(person_ids: Iterable[int], to: str, *, by: Actor, at: datetime, reason: str = "") -> int:
    """Move many people to a stage by hand; if anybody falls back a reason is needed. Return how many moved."""
    if to not in STAGES:
        raise Invalid({"stage": _("There is no such stage.")})
    people = [person for person in _lock(person_ids) if person.stage != to]
    if not reason.strip() and any(rank(to) < rank(person.stage) for person in people):
        raise ReasonNeeded()
    moves = [
        Move(
            person.pk, Axis.STAGE, person.stage, to, person.stage_since or person.created_at, reason.strip(),
            is_by_rule=False,
        )
        for person in people
    ]  # fmt: skip
    write_moves(moves, by=by, at=at)
    return len(moves)


@transaction.atomic
def delete_people(person_ids: Iterable[int], *, by: Actor, at: datetime) -> list[int]:
    """Delete many people; return whom, to bring them back with `restore_people`."""
    people = _lock(person_ids)
    ids = [person.pk for person in people]
    mark_deleted(ids, at)
    announce_many(
        [PersonDeleted(person_id=person.pk, words=person.name) for person in people],
        by=by,
        changes=[{"deleted_at": [None, jsonable(at)]}] * len(people),
        occurred_at=[at] * len(people),
    )
    return ids


@transaction.atomic
def restore_people(person_ids: Iterable[int], *, by: Actor, at: datetime) -> int:
    """Bring many deleted people back, without the identities that somebody else has by now; return how many."""
    found = Person.objects.filter(pk__in=list(person_ids), deleted_at__isnull=False, erased_at__isnull=True)
    people = list(found.select_for_update(of=("self",)).order_by("pk"))
    ids = [person.pk for person in people]
    was = mark_restored(ids, [one.pk for one in taken_meanwhile(ids)], at)
    announce_many(
        [PersonRestored(person_id=person.pk, words=person.name) for person in people],
        by=by,
        changes=[{"deleted_at": [jsonable(was[person.pk]), None]} for person in people],
        occurred_at=[at] * len(people),
    )
    return len(ids)


def _lock(person_ids: Iterable[int]) -> list[Person]:
    """Return the live people of these, held until the transaction ends, always in the same order."""
    live = Person.objects.filter(pk__in=list(person_ids), deleted_at__isnull=True)
    return list(live.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _by_person(pairs: Iterable[tuple[int, int]], tags: Sequence[Tag]) -> dict[int, list[Tag]]:
    """Return the tags of each person, both in order."""
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, tag_id in pairs:
        found[person_id].add(tag_id)
    return {number: [tag for tag in tags if tag.pk in found[number]] for number in sorted(found)}


def _read_hands(values: dict[str, Any]) -> dict[str, int | None]:
    reading = Reading()
    columns: dict[str, int | None] = {}
    if "keeper" in values:
        columns["keeper_id"] = reading.ref("keeper", values["keeper"], Member)
    if "team" in values:
        columns["team_id"] = reading.ref("team", values["team"], Team)
    for name in values.keys() - {"keeper", "team"}:
        reading.refuse(name, _("There is no such field."))
    reading.finish()
    if not columns:
        raise Invalid({"keeper": _("Choose a keeper or a team.")})
    return columns


def _handed(person: Person, columns: dict[str, int | None]) -> dict[str, list[Any]]:
    pairs = {name: [getattr(person, name), value] for name, value in columns.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _kept(people: Sequence[Person]) -> list[KeeperChanged]:
    members = Member.objects.in_bulk({person.keeper_id for person in people if person.keeper_id})
    teams = Team.objects.in_bulk({person.team_id for person in people if person.team_id})
    events = []
    for person in people:
        both = (members.get(person.keeper_id or 0), teams.get(person.team_id or 0))
        words = " · ".join(str(one) for one in both if one is not None)
        events.append(
            KeeperChanged(
                person_id=person.pk, keeper_id=person.keeper_id, team_id=person.team_id, words=words
            )
        )
    return events

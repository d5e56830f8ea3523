"""Deleting people, bringing them back within thirty days, and erasing what is left after that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce, announce_many, jsonable
from regulars.kit.refused import NotThere, Refused
from regulars.people.actions.attachments import forget_files
from regulars.people.actions.identities import taken
from regulars.people.actions.locking import lock_person
from regulars.people.actions.search import forget_search, refresh_search
from regulars.people.engine.names import NAMELESS
from regulars.people.events import PersonDeleted, PersonErased, PersonRestored
from regulars.people.models import Identity, Person

KEPT_DAYS = 30


class AlreadyErased(Refused):
    """What was erased cannot come back."""

    code = "already_erased"
    default = gettext_lazy("This person was erased for good and can't be brought back.")


@transaction.atomic
def delete_person(person: Person, *, by: Actor, at: datetime) -> Person:
    """Delete a person; for thirty days they can be brought back, and their addresses are free for others."""
    stored = lock_person(person)
    mark_deleted([stored.pk], at)
    stored.deleted_at = stored.updated_at = at
    event = PersonDeleted(person_id=stored.pk, words=stored.name)
    announce(event, by=by, changes={"deleted_at": [None, jsonable(at)]}, occurred_at=at)
    return stored


def mark_deleted(person_ids: Sequence[int], at: datetime) -> None:
    """Hide people and end their identities, one statement for each; who calls locks them and announces."""
    Person.objects.filter(pk__in=person_ids).update(deleted_at=at, updated_at=at)
    Identity.objects.filter(person__in=person_ids, ended_at__isnull=True).update(ended_at=at)
    forget_search("person", person_ids)


@transaction.atomic
def restore_person(person: Person, *, by: Actor, at: datetime, leave_taken: bool = False) -> Person:
    """Bring a deleted person back with the identities they had; refuses with IdentityTaken if somebody has one by now.

    With `leave_taken` the person comes back without those.
    """
    stored = Person.objects.filter(pk=person.pk).select_for_update(of=("self",)).first()
    if stored is None:
        raise NotThere()
    if stored.erased_at is not None:
        raise AlreadyErased()
    if stored.deleted_at is None:
        return stored
    lost = taken_meanwhile([stored.pk])
    if lost and not leave_taken:
        raise taken(lost[0].kind, lost[0].value, by)
    was = mark_restored([stored.pk], [one.pk for one in lost], at)
    stored.deleted_at, stored.updated_at = None, at
    changes = {"deleted_at": [jsonable(was[stored.pk]), None]}
    announce(PersonRestored(person_id=stored.pk, words=stored.name), by=by, changes=changes, occurred_at=at)
    return stored


def taken_meanwhile(person_ids: Sequence[int]) -> list[Identity]:
    """Return the identities that ended with their deleted person and that somebody live has now."""
    sql = """
        SELECT i.* FROM people_identity i JOIN people_person p ON p.id = i.person_id
        WHERE p.id = ANY(%s) AND i.ended_at = p.deleted_at AND NOT i.is_shared AND EXISTS (
            SELECT FROM people_identity o
            WHERE o.kind = i.kind AND o.value = i.value AND o.ended_at IS NULL AND NOT o.is_shared)
        ORDER BY i.id"""
    return list(Identity.objects.raw(sql, [list(person_ids)]))


def mark_restored(person_ids: Sequence[int], lost: Sequence[int], at: datetime) -> dict[int, datetime | None]:
    """Show deleted people again with all identities but the lost ones; return since when each was deleted.

    Of two deleted people with the same address the first of the list keeps it; the database decides the rest.
    """
    was = dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "deleted_at"))
    sql = """
        UPDATE people_identity SET ended_at = NULL WHERE id IN (
            SELECT DISTINCT ON (i.kind, i.value, CASE WHEN i.is_shared THEN i.id END) i.id
            FROM people_identity i JOIN people_person p ON p.id = i.person_id
            WHERE p.id = ANY(%s) AND i.ended_at = p.deleted_at AND i.id <> ALL(%s)
            ORDER BY i.kind, i.value, CASE WHEN i.is_shared THEN i.id END, i.person_id)"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(person_ids), list(lost)])
    Person.objects.filter(pk__in=person_ids).update(deleted_at=None, updated_at=at)
    _give_primaries(person_ids)
    refresh_search(person_ids)
    return was


def _give_primaries(person_ids: Sequence[int]) -> None:
    """Make the oldest live identity of a kind primary where none is."""
    sql = """
        UPDATE people_identity SET is_primary = true WHERE id IN (
            SELECT min(id) FROM people_identity WHERE person_id = ANY(%s) AND ended_at IS NULL
            GROUP BY person_id, kind HAVING NOT bool_or(is_primary))"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(person_ids)])


_FORGET = (
    "people_identity", "people_address", "people_specialday", "people_memo", "people_preference", "people_attachment",
    "people_task", "people_affiliation", "people_persontag", "people_importtrace",
)  # fmt: skip
_BLANK = """
    UPDATE people_person SET name = '', first_name = '', last_name = '', sort_name = %s, job_title = '', time_zone = '',
        city = '', birthday = NULL, keeper_id = NULL, preferred_channel = '', preferred_hour = NULL, tag_ids = '{}',
        custom = '{}', updated_at = %s, erased_at = %s, deleted_at = coalesce(deleted_at, %s), version = version + 1
    WHERE id = ANY(%s)"""


@transaction.atomic
def erase_people(person_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Remove for good what is personal about these people; sums, stages and dates stay under their number."""
    found = Person.objects.filter(pk__in=person_ids, erased_at__isnull=True).select_for_update(of=("self",))
    numbers = sorted(found.values_list("pk", flat=True))
    if not numbers:
        return 0
    forget_files(numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM people_mention WHERE note_id IN (SELECT id FROM people_note WHERE person_id = ANY(%s))",
            [numbers],
        )
        for table in ("people_note", *_FORGET):
            cursor.execute(f"DELETE FROM {table} WHERE person_id = ANY(%s)", [numbers])
        cursor.execute(
            "DELETE FROM people_tie WHERE person_id = ANY(%s) OR other_id = ANY(%s)", [numbers, numbers]
        )
        cursor.execute("UPDATE people_stageinterval SET reason = '' WHERE person_id = ANY(%s)", [numbers])
        cursor.execute(_BLANK, [NAMELESS, at, at, at, numbers])
    forget_search("person", numbers)
    announce_many([PersonErased(person_id=number) for number in numbers], by=by)
    return len(numbers)


def erase_deleted(*, at: datetime, most: int = 500) -> int:
    """Erase those deleted more than thirty days ago, up to `most` of them; return how many there were."""
    long_ago = at - timedelta(days=KEPT_DAYS)
    due = Person.objects.filter(deleted_at__lt=long_ago, erased_at__isnull=True).order_by("deleted_at")
    numbers = list(due.values_list("pk", flat=True)[:most])
    return erase_people(numbers, by=Actor.clock("erasure after 30 days"), at=at)

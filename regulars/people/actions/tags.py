from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.people.actions.locking import lock_company, lock_person
from regulars.people.engine.tidy.words import tidy_text
from regulars.people.events import TagChanged, TagDeleted, Tagged, TagsMerged, Untagged
from regulars.people.models import Company, Person, Tag

COLOURS = ("slate", "green", "amber", "sky", "plum", "teal", "rose", "olive", "indigo", "brick")
MAX_NAME = 60


class TagThere(Refused):
    """Another tag has this name; merging the two may be what is wanted."""

    code = "tag_there"
    default = gettext_lazy("There is already a tag of this name. You can merge the two.")


def tags_named(names: Iterable[Tag | str | int]) -> list[Tag]:
    """Return tags by name, making those that do not exist; numbers must exist, blank names are left out."""
    wanted = [name if isinstance(name, Tag | int) else tidy_text(str(name)) for name in names]
    tags = [name for name in wanted if isinstance(name, Tag)]
    tags += _numbered([name for name in wanted if isinstance(name, int)])
    tags += _by_name(list(dict.fromkeys(name for name in wanted if isinstance(name, str) and name)))
    return sorted({tag.pk: tag for tag in tags}.values(), key=lambda tag: tag.pk)


def _numbered(numbers: Sequence[int]) -> list[Tag]:
    found = list(Tag.objects.filter(pk__in=numbers)) if numbers else []
    if len(found) < len(set(numbers)):
        raise Invalid({"tags": _("One of these tags is not here any more.")})
    return found


def _by_name(names: Sequence[str]) -> list[Tag]:
    if not names:
        return []
    if long := next((name for name in names if len(name) > MAX_NAME), None):
        reason = _("“%(name)s…” is too long for a tag; at most %(most)d characters are possible.")
        raise Invalid({"tags": reason % {"name": long[:30], "most": MAX_NAME}})
    Tag.objects.bulk_create((Tag(name=name) for name in names), ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM people_tag WHERE lower(name) IN (SELECT lower(n) FROM unnest(%s::text[]) AS n)",
            [list(names)],
        )
        numbers = [row[0] for row in cursor.fetchall()]
    return list(Tag.objects.filter(pk__in=numbers))


def write_person_tags(person_ids: Sequence[int], tags: Sequence[Tag], at: datetime) -> list[tuple[int, int]]:
    """Put tags on people in one statement; return the (person, tag) pairs that are new."""
    if not tags or not person_ids:
        return []
    sql = """
        INSERT INTO people_persontag (person_id, tag_id, created_at)
        SELECT p.id, t.id, %s FROM unnest(%s::bigint[]) AS p(id) CROSS JOIN unnest(%s::bigint[]) AS t(id)
        ORDER BY p.id, t.id ON CONFLICT DO NOTHING RETURNING person_id, tag_id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [at, list(person_ids), [tag.pk for tag in tags]])
        return [(person_id, tag_id) for person_id, tag_id in cursor.fetchall()]


def mirror_person_tags(person_ids: Sequence[int], at: datetime | None = None) -> None:
    """Write each person's tag ids anew from the tags they carry, for lists."""
    sql = """
        UPDATE people_person p SET updated_at = coalesce(%s, p.updated_at),
            tag_ids = ARRAY(SELECT tag_id FROM people_persontag t WHERE t.person_id = p.id ORDER BY tag_id)
        WHERE p.id = ANY(%s)"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [at, list(person_ids)])


@transaction.atomic
def tag_person(person: Person, names: Iterable[Tag | str | int], *, by: Actor, at: datetime) -> list[Tag]:
    """Put tags on a person, making those that do not exist; return the ones the person did not have."""
    lock_person(person)
    tags = tags_named(names)
    new = {tag_id for _person, tag_id in write_person_tags([person.pk], tags, at)}
    added = [tag for tag in tags if tag.pk in new]
    if added:
        mirror_person_tags([person.pk], at)
        event = Tagged(person_id=person.pk, tag_ids=[tag.pk for tag in added], words=listed(added))
        announce(event, by=by, changes={"tags": [None, listed(added)]}, occurred_at=at)
    return added


@transaction.atomic
def untag_person(person: Person, names: Iterable[Tag | str | int], *, by: Actor, at: datetime) -> list[Tag]:
    """Take tags off a person; return the ones the person had."""
    lock_person(person)
    tags = tags_named(names)
    had = set(person.person_tags.filter(tag__in=tags).values_list("tag_id", flat=True))
    removed = [tag for tag in tags if tag.pk in had]
    if removed:
        person.person_tags.filter(tag__in=removed).delete()
        mirror_person_tags([person.pk], at)
        event = Untagged(person_id=person.pk, tag_ids=[tag.pk for tag in removed], words=listed(removed))
        announce(event, by=by, changes={"tags": [listed(removed), None]}, occurred_at=at)
    return removed


@transaction.atomic
def tag_company(company: Company, names: Iterable[Tag | str | int], *, by: Actor, at: datetime) -> list[Tag]:
    """Put tags on a company; return the ones it did not have."""
    stored = lock_company(company)
    added = [tag for tag in tags_named(names) if tag.pk not in stored.tag_ids]
    if added:
        _retag(stored, {*stored.tag_ids, *(tag.pk for tag in added)}, at)
        event = Tagged(company_id=stored.pk, tag_ids=[tag.pk for tag in added], words=listed(added))
        announce(event, by=by, changes={"tags": [None, listed(added)]}, occurred_at=at)
    return added


@transaction.atomic
def untag_company(
    company: Company, names: Iterable[Tag | str | int], *, by: Actor, at: datetime
) -> list[Tag]:
    """Take tags off a company; return the ones it had."""
    stored = lock_company(company)
    removed = [tag for tag in tags_named(names) if tag.pk in stored.tag_ids]
    if removed:
        _retag(stored, set(stored.tag_ids) - {tag.pk for tag in removed}, at)
        event = Untagged(company_id=stored.pk, tag_ids=[tag.pk for tag in removed], words=listed(removed))
        announce(event, by=by, changes={"tags": [listed(removed), None]}, occurred_at=at)
    return removed


@transaction.atomic
def change_tag(tag: Tag, *, by: Actor, name: str | None = None, colour: str | None = None) -> Tag:
    """Rename or recolour a tag everywhere."""
    before = {"name": tag.name, "colour": tag.colour}
    if name is not None:
        tag.name = _checked_name(tag, name)
    if colour is not None:
        if colour not in COLOURS:
            raise Invalid({"colour": _("Choose one of the colours shown.")})
        tag.colour = colour
    changes = changed(before, {"name": tag.name, "colour": tag.colour})
    if changes:
        tag.save(update_fields=["name", "colour"])
        announce(TagChanged(id=tag.pk, words=tag.name), by=by, changes=changes)
    return tag


@transaction.atomic
def merge_tags(tag: Tag, *, into: Tag, by: Actor, at: datetime) -> Tag:
    """Give everybody who carries one tag the other instead, and throw the first away."""
    if tag.pk == into.pk:
        raise Invalid({"into": _("Choose another tag.")})
    write_person_tags(_carriers(tag), [into], at)
    _swap_on_companies(tag.pk, into.pk)
    gone, people = tag.pk, _remove(tag)
    announce(
        TagsMerged(id=into.pk, merged_id=gone, words=into.name),
        by=by,
        changes={"merged": [tag.name, into.name], "people": [None, people]},
    )
    return into


@transaction.atomic
def delete_tag(tag: Tag, *, by: Actor) -> int:
    """Take a tag off everybody and throw it away; return how many people carried it."""
    number, name = tag.pk, tag.name
    _swap_on_companies(number, None)
    people = _remove(tag)
    announce(TagDeleted(id=number, words=name), by=by, changes={"name": [name, None], "people": [people, 0]})
    return people


def _remove(tag: Tag) -> int:
    people = _carriers(tag)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_persontag WHERE tag_id = %s", [tag.pk])
    mirror_person_tags(people)
    tag.delete()
    return len(people)


def _carriers(tag: Tag) -> list[int]:
    return list(tag.person_tags.values_list("person_id", flat=True))


def _swap_on_companies(gone: int, new: int | None) -> None:
    sql = """
        UPDATE people_company SET tag_ids = ARRAY(
            SELECT DISTINCT x FROM unnest(array_replace(tag_ids, %(gone)s::bigint, %(new)s::bigint)) AS x
            WHERE x IS NOT NULL ORDER BY x)
        WHERE tag_ids @> ARRAY[%(gone)s::bigint]"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"gone": gone, "new": new})


def _checked_name(tag: Tag, name: str) -> str:
    clean = tidy_text(name)
    if not clean or len(clean) > MAX_NAME:
        raise Invalid({"name": _("A tag needs a name of at most %(most)d characters.") % {"most": MAX_NAME}})
    same = Tag.objects.annotate(lower=Lower("name")).filter(lower=clean.lower()).exclude(pk=tag.pk).first()
    if same is not None:
        raise TagThere(tag_id=same.pk)
    return clean


def _retag(company: Company, numbers: Iterable[int], at: datetime) -> None:
    company.tag_ids, company.updated_at = sorted(numbers), at
    company.save(update_fields=["tag_ids", "updated_at"])


def listed(tags: Iterable[Tag]) -> str:
    """Return tags' names as one text."""
    return ", ".join(tag.name for tag in tags)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import Changes, announce, changed, jsonable
from regulars.kit.refused import Invalid
from regulars.people.actions.affiliations import NewAffiliation, read_affiliations, write_affiliations
from regulars.people.actions.custom_values import read_custom
from regulars.people.actions.identities import NewIdentity, new_identities, read_identities
from regulars.people.actions.locking import EditConflict, lock_person
from regulars.people.actions.places import read_address, read_special_day
from regulars.people.actions.reading import Reading, read_person
from regulars.people.actions.search import refresh_search, write_person_doc
from regulars.people.actions.tags import tags_named, write_person_tags
from regulars.people.engine.full_names import full_name, split_full_name
from regulars.people.engine.names import sort_key
from regulars.people.events import KeeperChanged, PersonChanged, PersonCreated
from regulars.people.models import Address, Person, SpecialDay, Tag

BESIDE = frozenset(
    {
        "email",
        "phone",
        "emails",
        "phones",
        "identities",
        "companies",
        "tags",
        "custom",
        "addresses",
        "special_days",
    }
)


@dataclass
class _Draft:
    """A person to be, as read from values."""

    columns: dict[str, Any]
    identities: list[NewIdentity] = field(default_factory=list)
    affiliations: list[NewAffiliation] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def create_person(values: Mapping[str, Any], *, by: Actor, at: datetime, is_demo: bool = False) -> Person:
    """Add a person from values: fields, email(s), phone(s), identities, companies, tags, custom, addresses, special days.

    Refuses with Invalid naming every field that cannot be read, or with IdentityTaken when somebody has an identity.
    """
    draft = _read(values)
    tags = tags_named(values.get("tags") or ())
    person = Person(
        **draft.columns,
        is_demo=is_demo,
        created_at=at,
        updated_at=at,
        stage_since=at,
        tag_ids=[tag.pk for tag in tags],
    )
    person.save(force_insert=True)
    identities = new_identities(person, draft.identities, by=by, at=at)
    companies = write_affiliations(person, draft.affiliations, by=by, at=at)
    if not companies:
        person.just_made = identities
    _write_beside(person, draft, tags, at)
    write_person_doc(
        person.pk,
        (person.name, person.first_name, person.last_name),
        [one.value for one in draft.identities],
        [company.name for company in companies],
    )
    announce(
        PersonCreated(person_id=person.pk, words=person.name),
        by=by,
        changes=_created_with(draft, companies, tags),
        occurred_at=at,
    )
    return person


def _read(values: Mapping[str, Any]) -> _Draft:
    reading = Reading(_country_said(values))
    fields = {name: raw for name, raw in values.items() if name not in BESIDE}
    columns = named({}, read_person(fields, reading))
    draft = _Draft(columns, read_identities(values, reading), read_affiliations(values, reading))
    columns["custom"] = read_custom("person", values.get("custom") or {}, {}, reading)
    for place, raw in enumerate(values.get("addresses") or ()):
        draft.addresses.append(read_address(raw, reading, f"addresses.{place}"))
    for place, raw in enumerate(values.get("special_days") or ()):
        draft.days.append(read_special_day(raw, reading, f"special_days.{place}"))
    reading.finish()
    if not columns.get("name") and not draft.identities:
        raise Invalid({"name": gettext_lazy("A name, an e-mail address or a phone number is needed.")})
    for name in ("city", "country"):
        if draft.addresses and not columns.get(name):
            columns[name] = draft.addresses[0].get(name, "")
    return draft


def _country_said(values: Mapping[str, Any]) -> str:
    """Return the person's own country where it is given by its letters, to read their numbers by."""
    said = str(values.get("country") or "").strip().upper()
    return said if len(said) == 2 else ""


def named(before: Mapping[str, str], columns: dict[str, Any]) -> dict[str, Any]:
    """Return the columns with full name, its parts and sort name made to fit each other."""
    if not columns.keys() & {"name", "first_name", "last_name"} and before:
        return columns
    first = columns.get("first_name", before.get("first_name", ""))
    last = columns.get("last_name", before.get("last_name", ""))
    if columns.get("name") and not columns.keys() & {"first_name", "last_name"}:
        first, last = split_full_name(columns["name"])
    name = columns.get("name") or full_name(first, last)
    names = {"name": name[:300], "first_name": first[:150], "last_name": last[:150]}
    return columns | names | {"sort_name": sort_key(first, last, name)[:300]}


def _write_beside(person: Person, draft: _Draft, tags: list[Tag], at: datetime) -> None:
    write_person_tags([person.pk], tags, at)
    if draft.addresses:
        Address.objects.bulk_create(
            Address(person=person, is_primary=place == 0, **one) for place, one in enumerate(draft.addresses)
        )
    if draft.days:
        SpecialDay.objects.bulk_create(SpecialDay(person=person, **one) for one in draft.days)


def _created_with(draft: _Draft, companies: list[Any], tags: list[Tag]) -> Changes:
    told = {
        name: value
        for name, value in draft.columns.items()
        if value not in (None, "", {}, []) and name != "sort_name"
    }
    told |= {one.kind: one.value for one in draft.identities}
    told |= {"companies": [company.name for company in companies]} if companies else {}
    told |= {"tags": [tag.name for tag in tags]} if tags else {}
    return {name: [None, jsonable(value)] for name, value in told.items()}


@transaction.atomic
def change_person(
    person: Person, *, by: Actor, at: datetime, expected_version: int | None = None, **values: Any
) -> Person:
    """Change fields of a person, and custom ones by `custom={key: value}`; other custom fields stay.

    With `expected_version` it refuses with EditConflict if the person was changed since and the values differ.
    """
    stored = lock_person(person)
    reading = Reading(stored.country)
    fields = {name: raw for name, raw in values.items() if name != "custom"}
    columns = named(_names(stored), read_person(fields, reading))
    if "custom" in values:
        columns["custom"] = read_custom("person", values["custom"] or {}, stored.custom, reading)
    reading.finish()
    changes = _changes(stored, columns)
    if not changes:
        return stored
    if expected_version is not None and expected_version != stored.version:
        raise EditConflict(stored.version, changes)
    for name, value in columns.items():
        setattr(stored, name, value)
    stored.version, stored.updated_at = stored.version + 1, at
    stored.save(update_fields=[*columns, "version", "updated_at"])
    if columns.keys() & {"name"}:
        refresh_search([stored.pk])
    _announce_change(stored, changes, by, at)
    return stored


def _names(person: Person) -> dict[str, str]:
    return {"name": person.name, "first_name": person.first_name, "last_name": person.last_name}


def _changes(stored: Person, columns: Mapping[str, Any]) -> Changes:
    """Return what differs, custom fields one by one."""
    plain = {name: value for name, value in columns.items() if name not in ("custom", "sort_name")}
    changes = changed({name: getattr(stored, name) for name in plain}, plain)
    if "custom" in columns:
        keys = sorted(stored.custom.keys() | columns["custom"].keys())
        after = {f"custom.{key}": columns["custom"].get(key) for key in keys}
        changes |= changed({f"custom.{key}": stored.custom.get(key) for key in keys}, after)
    return changes


def _announce_change(person: Person, changes: Changes, by: Actor, at: datetime) -> None:
    kept = {name: changes[name] for name in ("keeper_id", "team_id") if name in changes}
    other = {name: pair for name, pair in changes.items() if name not in kept}
    if other:
        announce(
            PersonChanged(person_id=person.pk, words=person.name, fields=list(other)),
            by=by,
            changes=other,
            occurred_at=at,
        )
    if kept:
        event = KeeperChanged(
            person_id=person.pk, keeper_id=person.keeper_id, team_id=person.team_id, words=kept_by(person)
        )
        announce(event, by=by, changes=kept, occurred_at=at)


def kept_by(person: Person) -> str:
    """Return who keeps a person, in words."""
    return " · ".join(str(one) for one in (person.keeper, person.team) if one is not None)

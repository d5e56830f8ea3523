"""Postal addresses and days worth remembering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.people.actions.locking import lock_person
from regulars.people.actions.reading import Reading
from regulars.people.engine.tidy.countries import tidy_country
from regulars.people.events import AddressesChanged, SpecialDaysChanged
from regulars.people.models import Address, Person, SpecialDay

_LENGTHS = {"label": 60, "street": 300, "city": 120, "region": 120, "postcode": 20}


def read_address(raw: Mapping[str, Any], reading: Reading, field: str = "address") -> dict[str, str]:
    """Return the columns of a postal address that these values set."""
    for name in raw.keys() - {*_LENGTHS, "country", "is_primary"}:
        reading.refuse(f"{field}.{name}", _("There is no such field."))
    columns = {
        name: reading.text(f"{field}.{name}", raw[name], most)
        for name, most in _LENGTHS.items()
        if name in raw
    }
    if "country" in raw:
        columns["country"] = reading.tidied(f"{field}.country", raw["country"], tidy_country)
    return columns


def read_special_day(raw: Mapping[str, Any], reading: Reading, field: str = "special_day") -> dict[str, Any]:
    """Return the name and day of a day worth remembering; both are needed."""
    name = reading.text(f"{field}.name", raw.get("name"), 100)
    day = reading.day(f"{field}.day", raw.get("day"))
    if not name:
        reading.refuse(f"{field}.name", _("This can't be blank."))
    if day is None:
        reading.refuse(f"{field}.day", _("A date is needed here."))
    return {"name": name, "day": day}


@transaction.atomic
def add_address(
    person: Person, *, by: Actor, at: datetime, is_primary: bool = False, **values: Any
) -> Address:
    """Add a postal address to a person; the first one is primary and tells their city and country."""
    person = lock_person(person)
    columns = _read_address(person, values)
    is_primary = is_primary or not person.addresses.exists()
    if is_primary:
        person.addresses.update(is_primary=False)
    address = Address.objects.create(person=person, is_primary=is_primary, **columns)
    _tell_place(address, at)
    _announce(person, at, by, {"address": [None, str(address)]})
    return address


@transaction.atomic
def change_address(address: Address, *, by: Actor, at: datetime, **values: Any) -> Address:
    """Correct a postal address, or make it the primary one."""
    person = lock_person(address.person)
    before = {name: getattr(address, name) for name in (*_LENGTHS, "country", "is_primary")}
    columns = _read_address(person, values)
    if values.get("is_primary"):
        person.addresses.exclude(pk=address.pk).update(is_primary=False)
        columns["is_primary"] = True
    changes = changed(before, columns)
    if changes:
        for name, value in columns.items():
            setattr(address, name, value)
        address.save()
        _tell_place(address, at)
        _announce(person, at, by, changes)
    return address


@transaction.atomic
def remove_address(address: Address, *, by: Actor, at: datetime) -> None:
    """Remove a postal address; another becomes primary."""
    person, words, was_primary = lock_person(address.person), str(address), address.is_primary
    address.delete()
    heir = person.addresses.order_by("pk").first() if was_primary else None
    if heir is not None:
        heir.is_primary = True
        heir.save(update_fields=["is_primary"])
    _announce(person, at, by, {"address": [words, None]})


@transaction.atomic
def put_addresses(person: Person, wanted: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> None:
    """Make these the person's postal addresses: those with an id are corrected, others added, the rest removed."""
    known = {one.pk: one for one in person.addresses.all()}
    reading = Reading(person.country)
    for place, raw in enumerate(wanted):
        read_address(
            {name: value for name, value in raw.items() if name != "id"}, reading, f"addresses.{place}"
        )
        if raw.get("id") is not None and raw["id"] not in known:
            reading.refuse(f"addresses.{place}.id", _("There is no such address of this person."))
    reading.finish()
    kept = {raw.get("id") for raw in wanted}
    for address in (one for number, one in known.items() if number not in kept):
        remove_address(address, by=by, at=at)
    for raw in wanted:
        values = {name: value for name, value in raw.items() if name != "id"}
        if raw.get("id") is None:
            add_address(person, by=by, at=at, **values)
        else:
            change_address(Address.objects.get(pk=raw["id"]), by=by, at=at, **values)


@transaction.atomic
def put_special_days(person: Person, wanted: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> None:
    """Make these the days worth remembering of a person: new ones are added, the rest is forgotten."""
    reading = Reading(person.country)
    days = [read_special_day(raw, reading, f"special_days.{place}") for place, raw in enumerate(wanted)]
    reading.finish()
    known = {(one.name, one.day): one for one in person.special_days.all()}
    said = dict.fromkeys((day["name"], day["day"]) for day in days)
    for special in (one for key, one in known.items() if key not in said):
        remove_special_day(special, by=by, at=at)
    for name, day in (key for key in said if key not in known):
        add_special_day(person, name=name, day=day, by=by, at=at)


@transaction.atomic
def add_special_day(person: Person, *, name: str, day: object, by: Actor, at: datetime) -> SpecialDay:
    """Remember a day of a person, such as a wedding day or the day they signed up."""
    person = lock_person(person)
    reading = Reading(person.country)
    columns = read_special_day({"name": name, "day": day}, reading)
    reading.finish()
    special = SpecialDay.objects.create(person=person, **columns)
    changes = {"special_day": [None, f"{special.name} {special.day}"]}
    announce(
        SpecialDaysChanged(person_id=person.pk, words=special.name), by=by, changes=changes, occurred_at=at
    )
    return special


@transaction.atomic
def remove_special_day(special: SpecialDay, *, by: Actor, at: datetime) -> None:
    """Forget a special day."""
    changes = {"special_day": [f"{special.name} {special.day}", None]}
    event = SpecialDaysChanged(person_id=special.person_id, words=special.name)
    special.delete()
    announce(event, by=by, changes=changes, occurred_at=at)


def _read_address(person: Person, values: Mapping[str, Any]) -> dict[str, Any]:
    reading = Reading(person.country)
    columns: dict[str, Any] = dict(read_address(values, reading))
    reading.finish()
    return columns


def _tell_place(address: Address, at: datetime) -> None:
    """Let lists find the person by the place of their primary address."""
    if address.is_primary:
        places = {
            name: value for name, value in (("city", address.city), ("country", address.country)) if value
        }
        Person.objects.filter(pk=address.person_id).update(updated_at=at, **places)


def _announce(person: Person, at: datetime, by: Actor, changes: dict[str, list[Any]]) -> None:
    announce(AddressesChanged(person_id=person.pk, words=person.name), by=by, changes=changes, occurred_at=at)

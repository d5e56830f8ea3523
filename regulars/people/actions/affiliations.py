"""Who belongs to which company, as what, from when to when; and how people belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Refused
from regulars.people.actions.locking import lock_person
from regulars.people.actions.reading import Reading
from regulars.people.actions.search import refresh_company_search, refresh_search
from regulars.people.engine.names import sort_key
from regulars.people.engine.tidy.words import tidy_text
from regulars.people.events import AffiliationChanged, CompanyCreated
from regulars.people.models import Affiliation, Company, Person


class AlreadyThere(Refused):
    """The person already belongs to this company."""

    code = "already_there"
    default = gettext_lazy("This person already belongs to this company.")


class WrongOrder(Refused):
    """Something would end before it began."""

    code = "wrong_order"
    default = gettext_lazy("The end lies before the beginning.")


@dataclass(frozen=True)
class NewAffiliation:
    """A belonging read from values; the company is one that exists, or a name."""

    company: Company | None
    name: str = ""
    role: str = ""
    is_primary: bool = False
    from_on: date | None = None
    to_on: date | None = None


def read_affiliations(values: Mapping[str, Any], reading: Reading) -> list[NewAffiliation]:
    """Return the companies among a person's values: names, ids, or objects of name or id, role, dates, primary."""
    found: dict[object, NewAffiliation] = {}
    for place, raw in enumerate(values.get("companies") or ()):
        said = raw if isinstance(raw, Mapping) else {"company": raw}
        one = read_affiliation(said, reading, f"companies.{place}")
        if one.company is not None or one.name:
            found.setdefault(one.company.pk if one.company else one.name.casefold(), one)
    return list(found.values())


def read_affiliation(raw: Mapping[str, Any], reading: Reading, field: str = "company") -> NewAffiliation:
    """Return one belonging as read from values."""
    wanted = raw.get("company", raw.get("id", raw.get("name")))
    company = _company(wanted, reading, field) if not isinstance(wanted, str) else None
    name = reading.text(field, wanted, 200) if isinstance(wanted, str) else ""
    from_on, to_on = (
        reading.day(f"{field}.from_on", raw.get("from_on")),
        reading.day(f"{field}.to_on", raw.get("to_on")),
    )
    if from_on and to_on and to_on < from_on:
        reading.refuse(f"{field}.to_on", _("The end lies before the beginning."))
    role = reading.text(f"{field}.role", raw.get("role"), 120)
    return NewAffiliation(company, name, role, bool(raw.get("is_primary")), from_on, to_on)


def _company(wanted: object, reading: Reading, field: str) -> Company | None:
    if isinstance(wanted, Company):
        return wanted
    found = Company.objects.live().filter(pk=wanted).first() if isinstance(wanted, int) else None
    if found is None and wanted is not None:
        reading.refuse(field, _("It is not here any more; choose another."))
    return found


def write_affiliations(
    person: Person, wanted: Iterable[NewAffiliation], *, by: Actor, at: datetime
) -> list[Company]:
    """Write a new person's belongings, making companies that do not exist; return the companies."""
    found = [(one, one.company or company_named(one.name, by=by, at=at)) for one in wanted]
    open_ones = [one for one, _company in found if one.to_on is None]
    first = next((one for one in open_ones if one.is_primary), open_ones[0] if open_ones else None)
    Affiliation.objects.bulk_create(
        Affiliation(
            person=person, company=company, role=one.role, is_primary=one is first, from_on=one.from_on, to_on=one.to_on,
            created_at=at,
        )
        for one, company in found
    )  # fmt: skip
    return [company for _one, company in found]


def company_named(name: str, *, by: Actor, at: datetime) -> Company:
    """Return the company of this name, whatever its case and accents, making it where there is none."""
    clean = tidy_text(name)[:200]
    key = sort_key("", "", clean)[:200]
    found = Company.objects.live().filter(sort_name=key).order_by("pk").first()
    if found is not None:
        return found
    company = Company.objects.create(name=clean, sort_name=key, created_at=at, updated_at=at)
    refresh_company_search([company.pk])
    announce(
        CompanyCreated(company_id=company.pk, words=clean),
        by=by,
        changes={"name": [None, clean]},
        occurred_at=at,
    )
    return company


@transaction.atomic
def join_company(
    person: Person, company: Company | str, *, by: Actor, at: datetime, **values: Any
) -> Affiliation:
    """Say that a person belongs to a company (or the one of this name): role, from_on, to_on, is_primary."""
    person = lock_person(person)
    reading = Reading(person.country)
    one = read_affiliation({**values, "company": company}, reading)
    if one.company is None and not one.name:
        reading.refuse("company", _("This can't be blank."))
    reading.finish()
    place = one.company or company_named(one.name, by=by, at=at)
    open_ones = person.affiliations.filter(to_on__isnull=True)
    if one.to_on is None and open_ones.filter(company=place).exists():
        raise AlreadyThere()
    is_primary = one.to_on is None and (one.is_primary or not open_ones.exists())
    if is_primary:
        open_ones.update(is_primary=False)
    affiliation = Affiliation.objects.create(
        person=person, company=place, role=one.role, is_primary=is_primary, from_on=one.from_on, to_on=one.to_on,
        created_at=at,
    )  # fmt: skip
    _told(affiliation, "joined", {"company": [None, place.name], "role": [None, one.role]}, by, at)
    return affiliation


@transaction.atomic
def change_affiliation(affiliation: Affiliation, *, by: Actor, at: datetime, **values: Any) -> Affiliation:
    """Correct a belonging's role or dates, or make it the primary one."""
    person = lock_person(affiliation.person)
    affiliation = Affiliation.objects.select_related("company").get(pk=affiliation.pk)
    before = _columns(affiliation)
    reading = Reading(person.country)
    if "role" in values:
        affiliation.role = reading.text("role", values["role"], 120)
    for name in ("from_on", "to_on"):
        if name in values:
            setattr(affiliation, name, reading.day(name, values[name]))
    reading.finish()
    _check_order(affiliation)
    if affiliation.to_on is not None:
        affiliation.is_primary = False
    elif values.get("is_primary"):
        person.affiliations.filter(to_on__isnull=True).exclude(pk=affiliation.pk).update(is_primary=False)
        affiliation.is_primary = True
    changes = changed(before, _columns(affiliation))
    if changes:
        _save_open(affiliation)
        _told(affiliation, "changed", changes, by, at)
    return affiliation


@transaction.atomic
def leave_company(
    affiliation: Affiliation, *, by: Actor, at: datetime, on: date | None = None
) -> Affiliation:
    """Say that a person no longer belongs to a company, since today or a day given; another becomes primary."""
    person = lock_person(affiliation.person)
    affiliation = Affiliation.objects.select_related("company").get(pk=affiliation.pk)
    was_primary, affiliation.is_primary, affiliation.to_on = affiliation.is_primary, False, on or at.date()
    _check_order(affiliation)
    affiliation.save(update_fields=["is_primary", "to_on"])
    heir = person.affiliations.filter(to_on__isnull=True).order_by("-pk").first() if was_primary else None
    if heir is not None:
        heir.is_primary = True
        heir.save(update_fields=["is_primary"])
    _told(affiliation, "left", {"to_on": [None, affiliation.to_on.isoformat()]}, by, at)
    return affiliation


@transaction.atomic
def forget_affiliation(affiliation: Affiliation, *, by: Actor, at: datetime) -> None:
    """Take back that a person ever belonged to a company; another belonging becomes primary."""
    left = leave_company(affiliation, by=by, at=at, on=max(affiliation.from_on or at.date(), at.date()))
    left.delete()
    refresh_search([left.person_id])


def _columns(affiliation: Affiliation) -> dict[str, Any]:
    return {name: getattr(affiliation, name) for name in ("role", "is_primary", "from_on", "to_on")}


def _check_order(affiliation: Affiliation) -> None:
    if affiliation.from_on and affiliation.to_on and affiliation.to_on < affiliation.from_on:
        raise WrongOrder()


def _save_open(affiliation: Affiliation) -> None:
    same = Affiliation.objects.filter(
        person=affiliation.person_id, company=affiliation.company_id, to_on__isnull=True
    ).exclude(pk=affiliation.pk)
    if affiliation.to_on is None and same.exists():
        raise AlreadyThere()
    affiliation.save()


def _told(
    affiliation: Affiliation, change: str, changes: dict[str, list[Any]], by: Actor, at: datetime
) -> None:
    Person.objects.filter(pk=affiliation.person_id).update(updated_at=at)
    refresh_search([affiliation.person_id])
    event = AffiliationChanged(
        person_id=affiliation.person_id,
        company_id=affiliation.company_id,
        change=change,
        role=affiliation.role,
        words=affiliation.company.name,
    )
    announce(event, by=by, changes=changes, occurred_at=at)

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import Changes, announce, changed, jsonable
from regulars.kit.refused import NotThere, Refused
from regulars.people.actions.custom_values import read_custom
from regulars.people.actions.locking import EditConflict, lock_company
from regulars.people.actions.reading import Reading
from regulars.people.actions.search import forget_search, refresh_company_search, refresh_search
from regulars.people.actions.tags import tags_named
from regulars.people.engine.free_mail import is_free_mail
from regulars.people.engine.names import sort_key
from regulars.people.engine.tidy.countries import tidy_country
from regulars.people.engine.tidy.words import tidy_link
from regulars.people.events import CompanyChanged, CompanyCreated, CompanyDeleted, CompanyRestored
from regulars.people.models import Affiliation, Company, CompanyDomain
from regulars.team.models import Member, Team

_LENGTHS = {"name": 200, "industry": 120, "external_id": 120, "street": 300, "city": 120, "postcode": 20}
COMPANY_FIELDS = frozenset(
    {*_LENGTHS, "website", "country", "is_household", "parent", "keeper", "team", "domains", "tags", "custom"}
)


class DomainTaken(Refused):
    """Another company has this mail domain, or everybody may have an address there."""

    code = "domain_taken"
    default = gettext_lazy("Another company already has this mail domain.")


class CompanyIdTaken(Refused):
    """Another company has this external id."""

    code = "company_id_taken"
    default = gettext_lazy("Another company already has this external id.")


class RoundAbout(Refused):
    """A company cannot belong to itself, not even through others."""

    code = "round_about"
    default = gettext_lazy("A company can't belong to itself, not even through others.")


@transaction.atomic
def create_company(values: Mapping[str, Any], *, by: Actor, at: datetime, is_demo: bool = False) -> Company:
    """Add a company or household from values: fields, mail domains, tags, custom."""
    reading = Reading()
    columns = _read(values, reading, {})
    if not columns.get("name"):
        reading.refuse("name", _("This can't be blank."))
    reading.finish()
    tags = tags_named(values.get("tags") or ())
    company = Company(
        **columns, is_demo=is_demo, created_at=at, updated_at=at, tag_ids=[tag.pk for tag in tags]
    )
    _save(company)
    for domain in values.get("domains") or ():
        _write_domain(company, domain)
    refresh_company_search([company.pk])
    told = {name: value for name, value in columns.items() if value and name != "sort_name"}
    changes: Changes = {name: [None, jsonable(value)] for name, value in told.items()}
    event = CompanyCreated(company_id=company.pk, words=company.name)
    announce(event, by=by, changes=changes, occurred_at=at)
    return company


@transaction.atomic
def change_company(
    company: Company, *, by: Actor, at: datetime, expected_version: int | None = None, **values: Any
) -> Company:
    """Change fields of a company; with `expected_version` it refuses as `change_person` does."""
    stored = lock_company(company)
    reading = Reading(stored.country)
    columns = _read(values, reading, stored.custom)
    if columns.get("name") == "":
        reading.refuse("name", _("This can't be blank."))
    reading.finish()
    if columns.get("parent_id"):
        _check_parent(stored, columns["parent_id"])
    changes = _changes(stored, columns)
    if not changes:
        return stored
    if expected_version is not None and expected_version != stored.version:
        raise EditConflict(stored.version, changes)
    for name, value in columns.items():
        setattr(stored, name, value)
    stored.version, stored.updated_at = stored.version + 1, at
    _save(stored)
    if changes.keys() & {"name", "external_id", "website"}:
        _refresh_with_people(stored)
    event = CompanyChanged(company_id=stored.pk, words=stored.name, fields=list(changes))
    announce(event, by=by, changes=changes, occurred_at=at)
    return stored


@transaction.atomic
def add_domain(company: Company, domain: str, *, by: Actor, at: datetime) -> CompanyDomain:
    """Say that people with addresses of this mail domain probably work here."""
    company = lock_company(company)
    added = _write_domain(company, domain)
    refresh_company_search([company.pk])
    event = CompanyChanged(company_id=company.pk, words=company.name, fields=["domains"])
    announce(event, by=by, changes={"domains": [None, added.domain]}, occurred_at=at)
    return added


@transaction.atomic
def remove_domain(domain: CompanyDomain, *, by: Actor, at: datetime) -> None:
    """Say that a mail domain tells nothing about this company any more."""
    company, gone = domain.company, domain.domain
    domain.delete()
    refresh_company_search([company.pk])
    event = CompanyChanged(company_id=company.pk, words=company.name, fields=["domains"])
    announce(event, by=by, changes={"domains": [gone, None]}, occurred_at=at)


@transaction.atomic
def delete_company(company: Company, *, by: Actor, at: datetime) -> Company:
    """Delete a company; for thirty days it can be brought back, with the people who belonged to it."""
    stored = lock_company(company)
    stored.deleted_at = stored.updated_at = at
    stored.save(update_fields=["deleted_at", "updated_at"])
    forget_search("company", [stored.pk])
    refresh_search(_people_of(stored))
    event = CompanyDeleted(company_id=stored.pk, words=stored.name)
    announce(event, by=by, changes={"deleted_at": [None, jsonable(at)]}, occurred_at=at)
    return stored


@transaction.atomic
def restore_company(company: Company, *, by: Actor, at: datetime) -> Company:
    """Bring a deleted company back."""
    stored = Company.objects.select_for_update(of=("self",)).filter(pk=company.pk).first()
    if stored is None:
        raise NotThere()
    if stored.deleted_at is None:
        return stored
    before, stored.deleted_at, stored.updated_at = stored.deleted_at, None, at
    _save(stored)
    _refresh_with_people(stored)
    event = CompanyRestored(company_id=stored.pk, words=stored.name)
    announce(event, by=by, changes={"deleted_at": [jsonable(before), None]}, occurred_at=at)
    return stored


def _read(values: Mapping[str, Any], reading: Reading, custom: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        name: reading.text(name, values[name], most) for name, most in _LENGTHS.items() if name in values
    }
    if "name" in columns:
        columns["sort_name"] = sort_key("", "", columns["name"])[:200]
    for name, tidy in (("website", tidy_link), ("country", tidy_country)):
        if name in values:
            columns[name] = reading.tidied(name, values[name], tidy)
    if "is_household" in values:
        columns["is_household"] = bool(values["is_household"])
    for name, model in (("keeper", Member), ("team", Team)):
        if name in values:
            columns[f"{name}_id"] = reading.ref(name, values[name], model)
    if "parent" in values:
        columns["parent_id"] = _read_parent(values["parent"], reading)
    if "custom" in values:
        columns["custom"] = read_custom("company", values["custom"] or {}, custom, reading)
    for name in values.keys() - COMPANY_FIELDS:
        reading.refuse(name, _("There is no such field."))
    return columns


def _read_parent(raw: object, reading: Reading) -> int | None:
    if raw is None or raw == "":
        return None
    number = raw.pk if isinstance(raw, Company) else int(str(raw)) if str(raw).isdigit() else 0
    if not Company.objects.live().filter(pk=number).exists():
        reading.refuse("parent", _("It is not here any more; choose another."))
        return None
    return number


def _check_parent(company: Company, parent_id: int) -> None:
    sql = """
        WITH RECURSIVE up AS (
            SELECT id, parent_id FROM people_company WHERE id = %s
            UNION SELECT c.id, c.parent_id FROM people_company c JOIN up ON c.id = up.parent_id)
        SELECT EXISTS (SELECT FROM up WHERE id = %s)"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [parent_id, company.pk])
        if cursor.fetchone()[0]:
            raise RoundAbout()


def _changes(stored: Company, columns: Mapping[str, Any]) -> Changes:
    plain = {name: value for name, value in columns.items() if name not in ("custom", "sort_name")}
    changes = changed({name: getattr(stored, name) for name in plain}, plain)
    custom = columns.get("custom", stored.custom)
    keys = sorted(stored.custom.keys() | custom.keys())
    before = {f"custom.{key}": stored.custom.get(key) for key in keys}
    return changes | changed(before, {f"custom.{key}": custom.get(key) for key in keys})


def _save(company: Company) -> None:
    try:
        with transaction.atomic():
            company.save()
    except IntegrityError as problem:
        if "company_external_once" not in str(problem):
            raise
        raise CompanyIdTaken() from problem


def _write_domain(company: Company, raw: str) -> CompanyDomain:
    domain = raw.strip().lower().removeprefix("http://").removeprefix("https://").removeprefix("www.")
    domain = domain.rpartition("@")[2].split("/")[0]
    if "." not in domain or len(domain) > 255 or is_free_mail(domain):
        message = _("“%(domain)s” is not a mail domain of one company.") % {"domain": domain[:100]}
        raise DomainTaken(message)
    added, is_new = CompanyDomain.objects.get_or_create(domain=domain, defaults={"company": company})
    if not is_new and added.company_id != company.pk:
        if added.company.deleted_at is None:
            raise DomainTaken()
        added.company = company
        added.save(update_fields=["company"])
    return added


def _people_of(company: Company) -> list[int]:
    open_ones = Affiliation.objects.filter(company=company, to_on__isnull=True)
    return list(open_ones.values_list("person_id", flat=True))


def _refresh_with_people(company: Company) -> None:
    refresh_company_search([company.pk])
    refresh_search(_people_of(company))

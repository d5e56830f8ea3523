"""The facts of a person that are shown and edited in place, each with its label, kind of input and shown form."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from regulars.people.engine.tidy.countries import country_names
from regulars.people.models import Address, Company, Person
from regulars.people.queries.own_fields import custom_facts, day_words, shown_value
from regulars.team.models import Member, Team

About = Person | Company


def details_of(person: Person) -> list[dict[str, Any]]:
    """Return the plain fields of a person for the details panel."""
    return [
        _fact(person, "job_title", _("Job title"), placeholder=_("Add a title")),
        _fact(
            person,
            "birthday",
            _("Birthday"),
            kind="date",
            display=day_words(person.birthday),
            placeholder=_("Add a birthday"),
        ),
        _fact(
            person,
            "language",
            _("Language"),
            display=language_name(person.language),
            placeholder=_("Unknown"),
        ),
        _fact(person, "city", _("City"), placeholder=_("Unknown")),
        _fact(person, "country", _("Country"), value=country_name(person.country), placeholder=_("Unknown")),
        _fact(person, "time_zone", _("Time zone"), placeholder=_("Unknown")),
        _fact(person, "preferred_channel", _("Prefers"), placeholder=_("Any channel")),
        _fact(person, "acquired_channel", _("Came through"), placeholder=_("Unknown")),
        _fact(person, "acquired_campaign", _("Campaign"), placeholder=_("None")),
    ]


def details_of_company(company: Company) -> list[dict[str, Any]]:
    """Return the plain fields of a company for the details panel."""
    return [
        _fact(company, "industry", _("Industry"), placeholder=_("Unknown")),
        _fact(company, "website", _("Website"), placeholder=_("Unknown")),
        _fact(company, "street", _("Street"), placeholder=_("Unknown")),
        _fact(company, "postcode", _("Postcode"), placeholder=_("Unknown")),
        _fact(company, "city", _("City"), placeholder=_("Unknown")),
        _fact(
            company, "country", _("Country"), value=country_name(company.country), placeholder=_("Unknown")
        ),
        _fact(company, "external_id", _("External id"), placeholder=_("None")),
    ]


def keeper_fact(person: About) -> dict[str, Any]:
    """Return the keeper as a choice among members."""
    members = [("", _("Nobody"))] + [(str(member.pk), str(member)) for member in Member.objects.active()]
    shown = str(person.keeper) if person.keeper else ""
    return _fact(
        person,
        "keeper",
        _("Keeper"),
        kind="choice",
        choices=members,
        value=person.keeper_id or "",
        display=shown,
        placeholder=_("Nobody"),
    )


def team_fact(person: About) -> dict[str, Any]:
    """Return the team as a choice."""
    teams = [("", _("No team"))] + [(str(team.pk), team.name) for team in Team.objects.all()]
    shown = person.team.name if person.team else ""
    return _fact(
        person,
        "team",
        _("Team"),
        kind="choice",
        choices=teams,
        value=person.team_id or "",
        display=shown,
        placeholder=_("No team"),
    )


def address_of(address: Address) -> str:
    """Return an address on one line, with its country in words."""
    line = str(address)
    return f"{line[:-2]}{country_name(address.country)}" if address.country else line


def country_name(code: str) -> str:
    """Return a country's name; written back, it is read as the same country."""
    return country_names().get(code, code)


def language_name(code: str) -> str:
    """Return what a language is called; a code nobody knows stays as it is."""
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return code


def _fact(person: About, name: str, label: str, **more: Any) -> dict[str, Any]:
    value = more.pop("value", None)
    if value is None:
        value = getattr(person, name, None)
    return {"name": name, "label": label, "value": "" if value is None else value, "kind": "text", **more}


def as_values(name: str, value: Any) -> dict[str, Any]:
    """Return a fact's new value as the actions take it; own fields go by their key."""
    return {"custom": {name.removeprefix("custom."): value}} if name.startswith("custom.") else {name: value}


def editable(url_name: str, found: About, fact: dict[str, Any]) -> dict[str, Any]:
    """Return what the in-place editor of a fact needs; `url_name` is where its new value is posted."""
    more = {key: fact.get(key, "") for key in ("value", "label", "kind", "choices", "display", "placeholder")}
    return {"url": reverse(url_name, args=[found.pk, fact["name"]]), "name": "value", **more}


__all__ = [
    "address_of", "as_values", "custom_facts", "details_of", "details_of_company", "editable", "keeper_fact", "shown_value", "team_fact",
]  # fmt: skip

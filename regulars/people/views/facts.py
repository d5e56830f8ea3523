"""The facts of a person that are shown and edited in place, each with its label, kind of input and shown form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit.money import format_money, to_minor
from regulars.people.models import Address, Company, CustomField, Person
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
            display=_day(person.birthday),
            placeholder=_("Add a birthday"),
        ),
        _fact(person, "language", _("Language"), placeholder=_("Unknown")),
        _fact(person, "city", _("City"), placeholder=_("Unknown")),
        _fact(person, "country", _("Country"), placeholder=_("Two letters, like FI")),
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
        _fact(company, "country", _("Country"), placeholder=_("Two letters, like FI")),
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


def custom_facts(person: About, fields: Iterable[CustomField]) -> list[dict[str, Any]]:
    """Return the business's own fields with this person's values."""
    return [_custom_fact(person, field) for field in fields]


def _custom_fact(person: About, field: CustomField) -> dict[str, Any]:
    value = person.custom.get(field.key)
    kinds = {
        "number": "number",
        "date": "date",
        "choice": "choice",
        "bool": "choice",
        "choices": "text",
        "money": "text",
    }
    choices = [("", "–")] + [(str(one), str(one)) for one in field.choices]
    if field.type == "bool":
        choices = [("", "–"), ("yes", _("Yes")), ("no", _("No"))]
    return _fact(
        person,
        f"custom.{field.key}",
        field.label,
        kind=kinds.get(field.type, "text"),
        choices=choices,
        value=_input_value(field, value),
        display=shown_value(field, value),
        placeholder=field.help_text or _("Not set"),
    )


def _input_value(field: CustomField, value: Any) -> Any:
    if value is None:
        return ""
    if field.type == "bool":
        return "yes" if value else "no"
    if field.type == "choices":
        return ", ".join(value)
    if field.type == "money":
        return shown_value(field, value)
    return value


def shown_value(field: CustomField, value: Any) -> str:
    """Return a custom value as people read it."""
    if value in (None, "", []):
        return ""
    if field.type == "bool":
        return _("Yes") if value else _("No")
    if field.type == "choices":
        return ", ".join(value)
    if field.type == "money" and isinstance(value, dict):
        return format_money(value.get("amount_minor", 0), value.get("currency") or field.currency or "EUR")
    if field.type == "money":
        return format_money(
            int(value) if isinstance(value, int) else to_minor(value, field.currency or "EUR"),
            field.currency or "EUR",
        )
    if field.type == "date":
        return _day(value)
    return str(value)


def address_of(address: Address) -> str:
    """Return an address on one line."""
    return str(address)


def _fact(person: About, name: str, label: str, **more: Any) -> dict[str, Any]:
    value = more.pop("value", None)
    if value is None:
        value = getattr(person, name, None)
    return {"name": name, "label": label, "value": "" if value is None else value, "kind": "text", **more}


def _day(value: Any) -> str:
    from django.utils.dateparse import parse_date

    day = parse_date(value) if isinstance(value, str) else value
    return formats.date_format(day, "j M Y") if day else ""


def as_values(name: str, value: Any) -> dict[str, Any]:
    """Return a fact's new value as the actions take it; own fields go by their key."""
    return {"custom": {name.removeprefix("custom."): value}} if name.startswith("custom.") else {name: value}


def editable(url_name: str, found: About, fact: dict[str, Any]) -> dict[str, Any]:
    """Return what the in-place editor of a fact needs; `url_name` is where its new value is posted."""
    more = {key: fact.get(key, "") for key in ("value", "label", "kind", "choices", "display", "placeholder")}
    return {"url": reverse(url_name, args=[found.pk, fact["name"]]), "name": "value", **more}

"""What filters, lists, segments and stage rules may ask of people and companies: the fields everybody has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.kit.traits import Exists, Label, Trait, TraitType
from regulars.people.engine.folding import sql_fold
from regulars.people.queries.choices import (
    country_choices,
    health_choices,
    language_choices,
    member_choices,
    member_names,
    stage_choices,
    tag_choices,
    team_choices,
    team_names,
    values_in_use,
)

WHO, HOW, WHERE = _("Who they are"), _("How they stand"), _("Where they live")
REACH, CARE, CAME, OURS = _("How to reach them"), _("Care"), _("How they came"), _("Our records")
ABOUT = _("About the company")
# An identity's index is split in two; asking both halves lets either question use its own.
_LIVE = """
    SELECT 1 FROM (
        SELECT person_id, kind, value FROM people_identity WHERE ended_at IS NULL AND NOT is_shared
        UNION ALL SELECT person_id, kind, value FROM people_identity WHERE ended_at IS NULL AND is_shared) i
    WHERE i.person_id = {t}.id AND """
_FIRST = """
    (SELECT i.value FROM people_identity i WHERE i.person_id = {{t}}.id AND i.ended_at IS NULL AND i.kind = '{kind}'
     ORDER BY i.is_primary DESC, i.id LIMIT 1)"""
_COMPANIES = """
    SELECT 1 FROM people_affiliation a JOIN people_company c ON c.id = a.company_id
    WHERE a.person_id = {t}.id AND a.to_on IS NULL AND c.deleted_at IS NULL AND {value}"""
_COMPANY = """
    (SELECT c.name FROM people_affiliation a JOIN people_company c ON c.id = a.company_id
     WHERE a.person_id = {t}.id AND a.to_on IS NULL AND c.deleted_at IS NULL ORDER BY a.is_primary DESC, a.id LIMIT 1)"""
_TAGS = (
    "(SELECT string_agg(g.name, ', ' ORDER BY lower(g.name)) FROM people_tag g WHERE g.id = ANY({t}.tag_ids))"
)
_OPEN_TASK = """
    (EXISTS (SELECT 1 FROM people_task k WHERE k.{subject}_id = {{t}}.id AND k.done_at IS NULL AND k.deleted_at IS NULL))"""
_PEOPLE_COUNT = """
    (SELECT count(*) FROM people_affiliation a JOIN people_person p ON p.id = a.person_id
     WHERE a.company_id = {t}.id AND a.to_on IS NULL AND p.deleted_at IS NULL)"""


def _person(name: str, type_: TraitType, label: Label, group: Label, sql: str = "", **more: Any) -> Trait:
    return Trait(
        name=name, subject="person", type=type_, label=label, group=group, sql=sql or f"{{t}}.{name}", **more
    )


def _company(name: str, type_: TraitType, label: Label, group: Label, sql: str = "", **more: Any) -> Trait:
    return Trait(
        name=name, subject="company", type=type_, label=label, group=group, sql=sql or f"{{t}}.{name}", **more
    )


def _words(sql: str) -> dict[str, Any]:
    """Return how text is compared without case and accents."""
    return {"folded": f"people_fold({sql})", "fold": sql_fold}


def _in_use(column: str) -> Callable[[], Iterable[tuple[str, Label]]]:
    return partial(values_in_use, "people_person", column)


def _identity(name: str, label: Label, kind: str = "") -> Trait:
    condition = f"i.kind = '{kind}' AND {{value}}" if kind else "{value}"
    more = {"show_sql": _FIRST.format(kind=kind)} if kind else {}
    return _person(
        name, "text", label, REACH, "i.value", exists=Exists(_LIVE + condition), folded="i.value", fold=tidied, **more
    )  # fmt: skip


def tidied(value: str) -> str:
    """Return an address as it is stored, as far as that can be said without knowing its kind.

    >>> tidied(" Ada@Aalto.example"), tidied("+358 40 123"), tidied("C-17")
    ('ada@aalto.example', '+35840123', 'C-17')
    """
    text = value.strip().lower() if "@" in value else value.strip()
    bare = text.translate({ord(sign): None for sign in " ()-./"})
    return bare if bare.lstrip("+").isdigit() and any(map(str.isdigit, bare)) else text


def person_traits() -> Iterable[Trait]:
    """Return what can be asked of every person."""
    yield from _who()
    yield from _standing()
    yield from _reach()
    yield from _care()
    yield from _records()


def _who() -> Iterable[Trait]:
    yield _person(
        "name", "text", _("Name"), WHO, sortable=True, sort_sql="{t}.sort_name", sort_type="text", not_null=True,
        **_words("{t}.name"),
    )  # fmt: skip
    for name, label in (("first_name", _("First name")), ("last_name", _("Last name"))):
        yield _person(name, "text", label, WHO, not_null=True, **_words(f"{{t}}.{name}"))
    yield _person("job_title", "text", _("Job title"), WHO, not_null=True, **_words("{t}.job_title"))
    yield _person(
        "company", "text", _("Company"), WHO, "c.name", exists=Exists(_COMPANIES), show_sql=_COMPANY, **_words("c.name")
    )  # fmt: skip
    yield _person("birthday", "date", _("Birthday"), WHO, sortable=True)
    yield _person(
        "language", "choice", _("Language"), WHO, choices=language_choices, open_choices=True, not_null=True
    )
    yield _person(
        "tags", "tags", _("Tags"), WHO, "{t}.tag_ids", array_of="bigint", choices=tag_choices, show_sql=_TAGS,
        not_null=True,
    )  # fmt: skip
    yield _person(
        "country", "choice", _("Country"), WHERE, choices=country_choices, sortable=True, not_null=True
    )
    yield _person("city", "text", _("City"), WHERE, sortable=True, not_null=True, **_words("{t}.city"))
    yield _person("time_zone", "text", _("Time zone"), WHERE, not_null=True)


def _standing() -> Iterable[Trait]:
    yield _person("stage", "choice", _("Stage"), HOW, choices=stage_choices, not_null=True)
    since = "coalesce({t}.stage_since, {t}.created_at)"
    yield _person(
        "stage_since", "datetime", _("In this stage since"), HOW, since, sortable=True, not_null=True
    )
    yield _person("health", "choice", _("Health"), HOW, choices=health_choices, not_null=True)
    yield _person("health_since", "datetime", _("In this health since"), HOW, sortable=True)
    ref: dict[str, Any] = {"choices": member_choices, "names": member_names, "refers_to": "member"}
    yield _person("keeper", "ref", _("Keeper"), HOW, "{t}.keeper_id", **ref)
    yield _person(
        "team", "ref", _("Team"), HOW, "{t}.team_id", choices=team_choices, names=team_names, refers_to="team"
    )


def _reach() -> Iterable[Trait]:
    yield _identity("email", _("E-mail"), "email")
    yield _identity("phone", _("Phone"), "phone")
    yield _identity("external_id", _("External id"), "external")
    yield _identity("identity", _("Any address, number or id"))
    yield _person(
        "preferred_channel", "choice", _("Preferred channel"), REACH, choices=_in_use("preferred_channel"),
        open_choices=True, not_null=True,
    )  # fmt: skip
    yield _person("preferred_hour", "number", _("Preferred hour"), REACH, sortable=True)


def _care() -> Iterable[Trait]:
    for name, label, table, column in (
        ("notes", _("Notes"), "people_note", "body"),
        ("memos", _("Things to remember"), "people_memo", "text"),
        ("preferences", _("Preferences, needs and goals"), "people_preference", "text"),
    ):
        live = " AND x.deleted_at IS NULL" if table == "people_note" else ""
        exists = Exists(f"SELECT 1 FROM {table} x WHERE x.person_id = {{t}}.id{live} AND {{value}}")
        yield _person(name, "text", label, CARE, f"x.{column}", exists=exists, **_words(f"x.{column}"))
    open_task = _OPEN_TASK.format(subject="person")
    yield _person("has_open_task", "bool", _("Has an open task"), CARE, open_task, not_null=True)
    yield _person("last_touch_at", "datetime", _("Last touchpoint"), CARE, sortable=True)


def _records() -> Iterable[Trait]:
    for name, label in (("acquired_channel", _("Channel")), ("acquired_campaign", _("Campaign"))):
        yield _person(name, "choice", label, CAME, choices=_in_use(name), open_choices=True, not_null=True)
    yield _person(
        "acquired_cost", "money", _("Acquisition cost"), CAME, "{t}.acquired_cost_minor", sortable=True,
        currency_sql="{t}.acquired_currency", see="costs.see",
    )  # fmt: skip
    yield _person("created_at", "datetime", _("Added"), OURS, sortable=True, not_null=True)
    yield _person("updated_at", "datetime", _("Changed"), OURS, sortable=True, not_null=True)
    yield _person("is_demo", "bool", _("Demo data"), OURS, not_null=True)


def company_traits() -> Iterable[Trait]:
    """Return what can be asked of every company."""
    yield _company(
        "name", "text", _("Name"), ABOUT, sortable=True, sort_sql="{t}.sort_name", sort_type="text", not_null=True,
        **_words("{t}.name"),
    )  # fmt: skip
    for name, label in (("industry", _("Industry")), ("city", _("City")), ("website", _("Website"))):
        yield _company(name, "text", label, ABOUT, sortable=True, not_null=True, **_words(f"{{t}}.{name}"))
    yield _company("external_id", "text", _("External id"), ABOUT, not_null=True)
    yield _company("country", "choice", _("Country"), ABOUT, choices=country_choices, not_null=True)
    yield _company("is_household", "bool", _("Household"), ABOUT, not_null=True)
    yield _company(
        "tags", "tags", _("Tags"), ABOUT, "{t}.tag_ids", array_of="bigint", choices=tag_choices, show_sql=_TAGS,
        not_null=True,
    )  # fmt: skip
    yield _company("people_count", "number", _("People"), ABOUT, _PEOPLE_COUNT, sortable=True, not_null=True)
    yield _company(
        "keeper", "ref", _("Keeper"), HOW, "{t}.keeper_id", choices=member_choices, names=member_names, refers_to="member"
    )  # fmt: skip
    yield _company(
        "team", "ref", _("Team"), HOW, "{t}.team_id", choices=team_choices, names=team_names, refers_to="team"
    )
    exists = Exists(
        "SELECT 1 FROM people_note x WHERE x.company_id = {t}.id AND x.deleted_at IS NULL AND {value}"
    )
    yield _company("notes", "text", _("Notes"), CARE, "x.body", exists=exists, **_words("x.body"))
    open_task = _OPEN_TASK.format(subject="company")
    yield _company("has_open_task", "bool", _("Has an open task"), CARE, open_task, not_null=True)
    yield _company("last_touch_at", "datetime", _("Last touchpoint"), CARE, sortable=True)
    yield _company("created_at", "datetime", _("Added"), OURS, sortable=True, not_null=True)
    yield _company("updated_at", "datetime", _("Changed"), OURS, sortable=True, not_null=True)

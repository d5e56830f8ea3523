"""The words behind ids and codes in filters and columns."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from django.conf.locale import LANG_INFO
from django.db import connection
from django.utils.translation import gettext_lazy

from regulars.kit.traits import Label
from regulars.people.engine.tidy.countries import country_names
from regulars.people.models import Health, Stage, Tag
from regulars.team.models import Member, Team

SAMPLE, MOST, KEEP_SECONDS = 5_000, 100, 60
_held: dict[tuple[str, str], tuple[float, list[str]]] = {}


def stage_choices() -> Iterable[tuple[str, Label]]:
    """Return the stages in their order."""
    return [(str(value), label) for value, label in Stage.choices]


def health_choices() -> Iterable[tuple[str, Label]]:
    """Return the healths; a person without a purchase has none."""
    return [(str(value), label) for value, label in Health.choices if value]


def country_choices() -> Iterable[tuple[str, Label]]:
    """Return every country by its two letters."""
    return sorted(country_names().items(), key=lambda pair: pair[1])


def language_choices() -> Iterable[tuple[str, Label]]:
    """Return the languages with a code of two letters, by their names."""
    named = {code: info["name"] for code, info in LANG_INFO.items() if len(code) == 2 and "name" in info}
    return [(code, gettext_lazy(name)) for code, name in sorted(named.items(), key=lambda pair: pair[1])]


def tag_choices() -> Iterable[tuple[str, Label]]:
    """Return the tags by number and name."""
    return [(str(number), name) for number, name in Tag.objects.values_list("pk", "name")]


def member_names(numbers: list[int]) -> Mapping[int, str]:
    """Return members' names by number, also of those who left."""
    return {member.pk: str(member) for member in Member.objects.filter(pk__in=numbers)}


def member_choices() -> Iterable[tuple[str, Label]]:
    """Return the active members by number and name."""
    return [(str(member.pk), str(member)) for member in Member.objects.active().order_by("name")]


def team_names(numbers: list[int]) -> Mapping[int, str]:
    """Return teams' names by number."""
    return dict(Team.objects.filter(pk__in=numbers).values_list("pk", "name"))


def team_choices() -> Iterable[tuple[str, Label]]:
    """Return the teams by number and name."""
    return [(str(number), name) for number, name in Team.objects.values_list("pk", "name")]


def values_in_use(table: str, column: str) -> list[tuple[str, Label]]:
    """Return values that stand in a column, from a sample of the newest rows: suggestions, never a limit."""
    held = _held.get((table, column))
    if held is None or held[0] < time.monotonic():
        sql = f"""
            SELECT DISTINCT {column} FROM (SELECT {column} FROM {table} ORDER BY id DESC LIMIT {SAMPLE}) AS newest
            WHERE {column} <> '' ORDER BY 1 LIMIT {MOST}"""
        with connection.cursor() as cursor:
            cursor.execute(sql)
            held = (time.monotonic() + KEEP_SECONDS, [row[0] for row in cursor.fetchall()])
        _held[table, column] = held
    return [(value, value) for value in held[1]]

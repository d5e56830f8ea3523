from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.clock import now, today
from regulars.kit.money import exponent
from regulars.kit.refused import Invalid
from regulars.people.actions.custom_values import fields_of
from regulars.people.actions.imports.importers import FieldChoice, Importer, register_importer
from regulars.people.actions.imports.merging import PeopleMerge, begin_merging, learn
from regulars.people.actions.imports.running import Noun
from regulars.people.actions.reading import said
from regulars.people.engine.columns import Guess, column_named, guess_columns, names_a_field
from regulars.people.engine.fields import PEOPLE_FIELDS
from regulars.people.engine.people_plan import (
    CustomType,
    PeoplePlan,
    mapping_of,
    plan_targets,
    refuse_if_not_people,
)
from regulars.people.engine.people_rows import read_person, tidy_people
from regulars.people.engine.sayings import Note, Unclear
from regulars.people.engine.tables import Reading, Wishes, first_rows, look_at
from regulars.people.models import CustomField, ImportRun
from regulars.team.models import Business, Member

SAMPLE_ROWS = 5_000


def _look_at(path: Path, wishes: Wishes | None = None) -> tuple[Reading, list[Guess]]:
    """Find out how a file of people is read and where its columns probably go."""
    reading = look_at(path, wishes, names_a_field())
    guesses = guess_columns(reading.columns, first_rows(path, reading, 1_000))
    return reading, guesses


def _map_columns(
    reading: Reading, guesses: list[Guess], said_map: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the field of each column: as guessed, and as said in {field: column}; a column left blank goes nowhere."""
    mapping = mapping_of(guesses)
    for field, column in (said_map or {}).items():
        place = column_named(reading.columns, column)
        if place is None:
            raise Invalid({"map": _("There is no column “%(name)s” in the file.") % {"name": column}})
        known = next((one for one in PEOPLE_FIELDS if one.name == field), None)
        if known and not known.several:
            mapping = {other: name for other, name in mapping.items() if name != field}
        mapping[place] = field
    if not said_map:
        refuse_if_not_people(mapping, reading.columns)
    return {str(place): field for place, field in sorted(mapping.items())}


def _plan(run: ImportRun) -> tuple[PeoplePlan, list[Note]]:
    """Return how the rows of a run are tidied, with notes on what a person should check."""
    business = Business.current()
    reading = Reading.from_json(run.reading)
    country = run.options.get("country") or business.country
    mapping = {int(place): field for place, field in run.mapping.items() if field}
    rows = first_rows(Path(run.path), reading, SAMPLE_ROWS)
    targets, notes = plan_targets(mapping, rows, custom_types("person"), country)
    plan = PeoplePlan(
        width=len(reading.columns),
        targets=targets,
        today=today(business.time_zone),
        country=country,
        zone=business.time_zone,
        leaves_out=bool(run.options.get("leaves_out")),
        keepers=_keepers(),
    )
    return plan, [*reading.notes, *notes]


def _preview(run: ImportRun, count: int = 20) -> list[dict[str, Any]]:
    """Return the first rows as they will be read: their cells, the values and what is wrong with them."""
    plan, _checks = _plan(run)
    shown: list[dict[str, Any]] = []
    for cells in first_rows(Path(run.path), Reading.from_json(run.reading), count):
        try:
            shown.append({"cells": cells, "values": read_person(cells, plan), "problem": ""})
        except Unclear as problem:
            shown.append({"cells": cells, "values": {}, "problem": said(problem)})
    return shown


def _noun(run: ImportRun, by: Actor) -> Noun:
    """Return how a run of people is tidied and merged."""
    plan, _checks = _plan(run)
    begin_merging()
    at = now()
    run.options["begun"] = [*run.options.get("begun", []), at.isoformat()]
    merge = PeopleMerge(
        run.mode,
        by.importing(run.pk, run.file_name),
        at,
        bool(run.options.get("is_demo")),
        begun=tuple(map(datetime.fromisoformat, run.options["begun"])),
    )
    learned: set[str] = set()
    return Noun(
        partial(tidy_people, plan=plan),
        merge.merge,
        partial(learn, learned=learned),
        lambda chunk: learned.update(chunk.known),
    )


def _notes(run: ImportRun) -> list[Note]:
    """Return what a person should check before the rows are taken in."""
    return _plan(run)[1]


def custom_types(subject: str) -> dict[str, CustomType]:
    """Return the types of the business's own fields of a subject, by key."""
    return {key: _custom_type(field) for key, field in fields_of(subject).items()}


def own_choices(subject: str) -> list[FieldChoice]:
    """Return the business's own fields of a subject that a column can go to."""
    return [FieldChoice(f"custom:{key}", field.label) for key, field in fields_of(subject).items()]


def _custom_type(field: CustomField) -> CustomType:
    places = exponent(field.currency) if field.currency else 2
    return CustomType(field.type, tuple(map(str, field.choices)), field.currency, places)


def _keepers() -> dict[str, int]:
    """Return the active members by e-mail and by name; a name that two share means neither."""
    found: dict[str, int] = {}
    shared: set[str] = set()
    for number, email, name in Member.objects.filter(is_active=True).values_list("pk", "email", "name"):
        found[email.casefold()] = number
        said_name = " ".join(name.casefold().split())
        shared |= {said_name} if said_name in found else set()
        found[said_name] = number
    return {said: number for said, number in found.items() if said and said not in shared}


def _choices() -> list[FieldChoice]:
    """Return every field that a column of people can go to, the business's own last."""
    return [FieldChoice(field.name, _(field.label)) for field in PEOPLE_FIELDS] + own_choices("person")


PEOPLE = Importer(
    noun="people",
    label=gettext_lazy("People"),
    verb="people.import",
    look_at=_look_at,
    map_columns=_map_columns,
    choices=_choices,
    notes=_notes,
    preview=_preview,
    prepare=_noun,
)
register_importer(PEOPLE)

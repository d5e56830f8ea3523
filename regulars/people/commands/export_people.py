from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.exporting import FORMATS, Export, csv_lines, write_xlsx
from regulars.kit.filters import Asker
from regulars.kit.lists import ListQuery, ListSpec, read_query
from regulars.kit.refused import Invalid
from regulars.people.actions.exports import note_export
from regulars.people.models import CustomField, Person
from regulars.team.models import Business

COLUMNS = (
    "name", "first_name", "last_name", "email", "phone", "external_id", "company", "job_title", "city", "country", "language",
    "time_zone", "birthday", "tags", "stage", "health", "keeper", "acquired_channel", "acquired_campaign", "created_at",
    "last_touch_at",
)  # fmt: skip


@dataclass(frozen=True)
class _Console:
    """Whoever sits at the machine sees everything."""

    role: str = "owner"
    member_id: int | None = None
    team_ids: tuple[int, ...] = ()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the format, the columns, a filter and where to write."""
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument(
        "--columns", default="", help="names with commas between, such as name,email,commerce.revenue"
    )
    parser.add_argument(
        "--filter", default="", metavar="JSON", help="only those who pass, in the filter language"
    )
    parser.add_argument("--sort", default="name")
    parser.add_argument(
        "--output", type=Path, default=None, metavar="FILE", help="instead of standard output"
    )


def run(options: argparse.Namespace) -> int:
    """Write people into a file, or as CSV to standard output."""
    if options.format == "xlsx" and options.output is None:
        sys.stderr.write("A workbook needs --output FILE.\n")
        return 2
    export = Export(_spec(), _query(options), _Console(), _asker())
    if options.columns and len(export.traits) < len(export.query.columns):
        missing = sorted(set(export.query.columns) - {trait.name for trait in export.traits})
        raise Invalid({"columns": f"There is no column {', '.join(missing)}."})
    note_export("people", options.format, [trait.name for trait in export.traits], by=Actor.clock("console"))
    if options.format == "xlsx":
        with options.output.open("wb") as file:
            write_xlsx(export, file)
    elif options.output:
        with options.output.open("w", encoding="utf-8", newline="") as text:
            text.writelines(csv_lines(export))
    else:
        for lines in csv_lines(export):
            sys.stdout.write(lines)
    return 0


def _spec() -> ListSpec:
    own = CustomField.objects.filter(subject="person", archived_at__isnull=True)
    columns = (*COLUMNS, *(f"custom.{field.key}" for field in own))
    return ListSpec(
        subject="person", rows=lambda seer: Person.objects.visible_to(seer), default_columns=columns
    )


def _query(options: argparse.Namespace) -> ListQuery:
    return read_query({"filter": options.filter, "sort": options.sort, "columns": options.columns})


def _asker() -> Asker:
    return Asker(
        now=now(), may_see=lambda _verb: True, member_id=None, zone=ZoneInfo(Business.current().time_zone)
    )

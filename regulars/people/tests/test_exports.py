import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from regulars.kit.actor import Actor
from regulars.kit.cli import main
from regulars.kit.clock import now
from regulars.kit.safe_cells import safe_cell
from regulars.people.actions import tag_person
from regulars.people.models import CustomField, Person
from regulars.team.models import AuditEntry, Member
from tests.cast import a_person

pytestmark = pytest.mark.django_db


def read(answer: object) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def desk(olga: Member, signed_in: Callable[[Member], Client]) -> Client:
    return signed_in(olga)


def test_a_list_is_exported_as_it_is_filtered_sorted_and_shown(desk: Client, by_olga: Actor) -> None:
    ada = a_person("Ada Lovelace", email="ada@example.org", city="Oulu", birthday=date(1985, 12, 10))
    a_person("Zoë Byron", city="Oulu")
    a_person("Bob", city="Turku")
    tag_person(ada, ["vip", "tea"], by=by_olga, at=now())
    tree = json.dumps({"field": "city", "op": "is", "value": "Oulu"})

    rows = read(
        desk.get(
            "/people/export/",
            {"as": "csv", "filter": tree, "columns": "name,email,birthday,tags,stage", "sort": "-name"},
        )
    )

    assert rows == [
        ["Name", "E-mail", "Birthday", "Tags", "Stage"],
        ["Ada Lovelace", "ada@example.org", "1985-12-10", "tea, vip", "Reached"],
        ["Zoë Byron", "", "", "", "Reached"],
    ]


def test_only_the_rows_picked_are_exported(desk: Client) -> None:
    ada, _bob, zoe = a_person("Ada Lovelace"), a_person("Bob"), a_person("Zoë Byron")

    rows = read(desk.get("/people/export/", {"as": "csv", "columns": "name", "keys": f"{ada.pk},{zoe.pk}"}))

    assert sorted(rows) == [["Ada Lovelace"], ["Name"], ["Zoë Byron"]]


def test_no_cell_becomes_a_formula_and_numbers_stay_numbers(desk: Client) -> None:
    CustomField.objects.create(subject="person", key="points", label="Points", type="number")
    a_person("=HYPERLINK(1)", city="@SUM", custom={"points": -12})

    rows = read(desk.get("/people/export/", {"as": "csv", "columns": "name,city,custom.points"}))
    sheet = desk.get("/people/export/", {"as": "xlsx", "columns": "name,city,custom.points"})

    assert rows[1] == ["'=HYPERLINK(1)", "'@SUM", "-12"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sheet.streaming_content)))  # type: ignore[attr-defined]
    assert list(book.get_sheet_by_index(0).iter_rows())[1] == ["'=HYPERLINK(1)", "'@SUM", -12.0]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=1+1", "'=1+1"), ("+1+1", "'+1+1"), ("-2+3", "'-2+3"), ("@A1", "'@A1"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("-12.5", "-12.5"),
     ("+358401234567", "+358401234567"), ("-", "-"), ("", ""), ("a=1", "a=1")],
)  # fmt: skip
def test_cells_are_made_safe(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_an_export_is_in_the_audit_log_before_its_first_row_leaves(desk: Client) -> None:
    desk.get("/people/export/", {"as": "csv", "columns": "name"})

    entry = AuditEntry.objects.get(action="list.exported")
    assert entry.label == "people · CSV"


def test_only_those_who_may_export_do_and_only_what_they_see(
    everybody: dict[str, Member], signed_in: Callable[[Member], Client]
) -> None:
    answers = {
        role: signed_in(member).get("/people/export/").status_code for role, member in everybody.items()
    }

    assert answers == {
        "owner": 200,
        "manager": 200,
        "agent": 403,
        "other agent": 403,
        "marketer": 200,
        "analyst": 200,
    }


def test_a_filter_that_cannot_be_read_is_refused(desk: Client) -> None:
    assert desk.get("/people/export/", {"filter": "{"}).status_code == 422


def test_the_list_offers_its_export(desk: Client) -> None:
    a_person("Ada")

    assert 'href="/people/export/?as=csv' in desk.get("/people/").content.decode()


def test_people_are_exported_from_the_command_line_and_taken_in_again(
    business: object, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: object
) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    a_person("Ada Lovelace", email="ada@example.org", phone="+442079460018", city="Oulu", country="FI")
    path = tmp_path / "people.csv"

    assert main(["export", "people", "--output", str(path)]) == 0
    assert main(["import", "people", str(path), "--json"]) == 0

    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["seen"], told["unchanged"], told["rejects_file"]) == (1, 1, None)
    assert Person.objects.count() == 1

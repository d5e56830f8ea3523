from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.people.models import CustomField, ImportRun, Person
from regulars.people.tasks.imports import take_in_file
from regulars.team.models import Member

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CSV = "Name;Sähköposti;Pisteet;Muuta\nAda Lovelace;ada@example.org;5;x\nBob;not an address;6;y\n"


@pytest.fixture
def desk(olga: Member, signed_in: Callable[[Member], Client], settings: object, tmp_path: Path) -> Client:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return signed_in(olga)


def upload(desk: Client, content: str | bytes = CSV, name: str = "asiakkaat.csv") -> ImportRun:
    data = content.encode() if isinstance(content, str) else content
    answer = desk.post("/imports/new/", {"noun": "people", "file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.latest("pk")


def test_a_messy_file_is_mapped_previewed_and_taken_in_without_reading_docs(desk: Client) -> None:
    run = upload(desk)
    page = desk.get(f"/imports/{run.pk}/").content.decode()
    assert run.mapping == {"0": "name", "1": "email"}
    assert "Ada Lovelace" in page
    assert "is not an e-mail address" in page

    answer = desk.post(f"/imports/{run.pk}/start/", headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/imports/{run.pk}/"
    assert "Waiting for its turn" in desk.get(f"/imports/{run.pk}/").content.decode()
    take_in_file(run.pk)

    result = desk.get(f"/imports/{run.pk}/").content.decode()
    assert Person.objects.get().name == "Ada Lovelace"
    assert "Download 1 refused row" in result
    assert '<a class="btn btn-primary" href="/people/">' in result
    rejected = b"".join(desk.get(f"/imports/{run.pk}/rejected.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert rejected.splitlines()[1].startswith("Bob,not an address,6,y,3,")
    assert "asiakkaat.csv" in desk.get("/imports/").content.decode()


def test_a_column_is_sent_elsewhere_and_another_becomes_a_field_of_our_own(desk: Client) -> None:
    run = upload(desk)

    answer = desk.post(
        f"/imports/{run.pk}/mapping/",
        {"map-0": "name", "map-1": "email", "map-2": "own", "map-3": "city", "mode": "fill"},
        headers=HTMX,
    )

    run.refresh_from_db()
    field = CustomField.objects.get()
    assert answer.status_code == 200
    assert (field.label, field.type, run.mode) == ("Pisteet", "number", "fill")
    assert run.mapping == {"0": "name", "1": "email", "2": f"custom:{field.key}", "3": "city"}


def test_the_page_says_how_days_and_numbers_are_read_and_for_which_country(desk: Client) -> None:
    run = upload(desk, "Name;Geburtstag;Bonus\nAda;31.12.1980;1.234,50\nBob;01.02.1981;3,5\n")
    desk.post(
        f"/imports/{run.pk}/mapping/", {"map-0": "name", "map-1": "birthday", "map-2": "own"}, headers=HTMX
    )

    page = desk.get(f"/imports/{run.pk}/").content.decode()

    assert "Read as day, month, year." in page
    assert "Read with “,” as the decimal sign." in page
    assert '<option value="FI" selected>Finland</option>' in page


def test_a_name_beside_a_first_name_is_the_last_name_unless_it_is_whole(desk: Client) -> None:
    family = upload(desk, "Name;Vorname\nLovelace;Ada\nTuring;Alan\n", "familie.csv")
    whole = upload(desk, "Name;First name\nAda Lovelace;Ada\nAlan Turing;Alan\n", "whole.csv")

    assert family.mapping == {"0": "last_name", "1": "first_name"}
    assert whole.mapping == {"0": "name", "1": "first_name"}


def test_a_rehearsal_changes_nothing_and_leads_back_to_the_file(desk: Client) -> None:
    run = upload(desk)

    address = desk.post(f"/imports/{run.pk}/start/", {"dry": "1"}, headers=HTMX).headers["HX-Redirect"]
    rehearsal = ImportRun.objects.latest("pk")
    take_in_file(rehearsal.pk)

    page = desk.get(address).content.decode()
    assert not Person.objects.exists()
    assert "Nothing was changed" in page
    assert f'href="/imports/{run.pk}/"' in page


def test_the_file_is_read_another_way(desk: Client) -> None:
    run = upload(desk)

    desk.post(f"/imports/{run.pk}/reading/", {"header": "no", "delimiter": ";"}, headers=HTMX)

    run.refresh_from_db()
    assert run.reading["columns"] == ["Column 1", "Column 2", "Column 3", "Column 4"]


def test_the_mapping_is_remembered_for_files_of_the_same_columns(desk: Client) -> None:
    run = upload(desk)
    desk.post(
        f"/imports/{run.pk}/mapping/",
        {"map-0": "name", "map-1": "email", "map-3": "city", "mode": "upsert"},
        headers=HTMX,
    )
    desk.post(f"/imports/{run.pk}/start/", headers=HTMX)
    take_in_file(run.pk)

    assert upload(desk).mapping == {"0": "name", "1": "email", "3": "city"}


def test_refused_rows_are_tried_again_without_what_cannot_be_read(desk: Client) -> None:
    run = upload(desk)
    desk.post(f"/imports/{run.pk}/start/", headers=HTMX)
    take_in_file(run.pk)

    desk.post(f"/imports/{run.pk}/again/", headers=HTMX)
    again = ImportRun.objects.latest("pk")
    desk.post(f"/imports/{again.pk}/start/", headers=HTMX)
    take_in_file(again.pk)

    assert sorted(Person.objects.values_list("name", flat=True)) == ["Ada Lovelace", "Bob"]


def test_what_is_no_table_is_refused_on_the_form_and_not_kept(desk: Client, tmp_path: Path) -> None:
    answer = desk.post("/imports/new/", {"noun": "people", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})

    assert answer.status_code == 422
    assert "PDF document, not a table" in answer.content.decode()
    assert list((tmp_path / "imports").iterdir()) == []


def test_an_import_is_stopped(desk: Client) -> None:
    run = upload(desk)
    desk.post(f"/imports/{run.pk}/start/", headers=HTMX)

    desk.post(f"/imports/{run.pk}/cancellation/", headers=HTMX)
    take_in_file(run.pk)

    assert not Person.objects.exists()
    assert "Stopped" in desk.get(f"/imports/{run.pk}/").content.decode()


def test_only_those_who_may_import_see_imports(
    desk: Client, everybody: dict[str, Member], signed_in: Callable[[Member], Client]
) -> None:
    run = upload(desk)
    found = {
        role: [
            signed_in(member).get(url).status_code
            for url in ("/imports/", "/imports/new/", f"/imports/{run.pk}/")
        ]
        for role, member in everybody.items()
    }

    assert found == {
        "owner": [200, 200, 200], "manager": [200, 200, 200], "marketer": [200, 200, 200],
        "agent": [403, 403, 403], "other agent": [403, 403, 403], "analyst": [403, 403, 403],
    }  # fmt: skip

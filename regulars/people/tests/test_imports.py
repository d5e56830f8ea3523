from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.people.actions.imports import (
    FileRefused,
    draft_import,
    rejects_file,
    run_import,
    running,
)
from regulars.people.models import (
    Affiliation,
    CustomField,
    Identity,
    ImportRun,
    Note,
    Person,
)
from regulars.people.tests.counting import counted, reasons
from regulars.people.tests.shared_data import shared
from regulars.team.models import AuditEntry, Business
from regulars.timeline.models import Touchpoint

pytestmark = pytest.mark.django_db
HEADER = (
    "First name,Last name,E-mail,Phone,Company,Job title,City,Country,Tags,Notes,Birthday,Customer since\n"
)
ADA = "Ada,Lovelace,Ada@Example.org,+442079460018,Analytical Engines,Countess,London,UK,vip;math,Likes tea,10/12/1985,2024-03-01\n"
BOB = "Bob,Builder,bob@example.org,,Fix It,,Leeds,United Kingdom,,,25/12/1990,\n"


def test_a_row_becomes_a_person_with_all_that_it_says(take: Callable[..., ImportRun]) -> None:
    run = take(HEADER + ADA)

    ada = Person.objects.get()
    assert counted(run) == (1, 1, 0, 0, 0)
    assert (ada.name, ada.sort_name, ada.city, ada.country) == (
        "Ada Lovelace",
        "lovelace  ada",
        "London",
        "GB",
    )
    assert (ada.birthday.isoformat(), ada.created_at.isoformat()) == (
        "1985-12-10",
        "2024-02-29T22:00:00+00:00",
    )
    assert sorted(ada.identities.values_list("kind", "value", "is_primary")) == [
        ("email", "ada@example.org", True),
        ("phone", "+442079460018", True),
    ]
    assert Affiliation.objects.values_list("person", "company__name", "role", "is_primary").get() == (
        ada.pk, "Analytical Engines", "Countess", True,
    )  # fmt: skip
    assert sorted(ada.person_tags.values_list("tag__name", flat=True)) == ["math", "vip"]
    assert sorted(ada.person_tags.values_list("tag_id", flat=True)) == ada.tag_ids
    assert Note.objects.values_list("person", "body").get() == (ada.pk, "Likes tea")


def test_history_is_silent_and_the_audit_log_has_one_entry_for_the_run(
    take: Callable[..., ImportRun],
) -> None:
    run = take(HEADER + ADA + BOB)

    assert list(
        Touchpoint.objects.order_by("id").values_list("kind", "label", "is_silent", "actor_kind", "actor_id")
    ) == [
        ("person.created", "Ada Lovelace", True, "import", run.pk),
        ("person.created", "Bob Builder", True, "import", run.pk),
    ]
    entry = AuditEntry.objects.filter(action="import.finished").get()
    assert entry.subject_id == run.pk
    assert not AuditEntry.objects.filter(action="person.created").exists()


def test_the_same_file_again_changes_nothing(take: Callable[..., ImportRun]) -> None:
    text = HEADER + ADA + BOB + "Nameless Only,,,,,,,,,,,\n"
    take(text)
    before = (
        list(Person.objects.order_by("pk").values()),
        Identity.objects.count(),
        Touchpoint.objects.count(),
    )

    again = take(text)

    assert counted(again) == (3, 0, 0, 3, 0)
    assert before == (
        list(Person.objects.order_by("pk").values()),
        Identity.objects.count(),
        Touchpoint.objects.count(),
    )


def test_refused_rows_come_back_as_they_were_with_their_reason(
    take: Callable[..., ImportRun], tmp_path: Path
) -> None:
    run = take(
        'name,email,points\nAda,ada@example.org,1\nBob,not an address,2\n"=cmd()",,\n,,5\nEve,e@example.org,1,2\n'
    )

    path = rejects_file(run, tmp_path)
    assert path is not None
    assert path.read_text(encoding="utf-8-sig").splitlines() == [
        "name,email,points,row,reason",
        "Bob,not an address,2,3,“not an address” is not an e-mail address: it has no @.",
        ',,5,5,"There is neither a name nor an address, number or id in this row."',
        'Eve,e@example.org,"1,2",6,"This row has 4 cells, but the table has 3 columns."',
    ]
    assert counted(run) == (5, 2, 0, 0, 3)


def test_a_formula_is_a_name_here_and_no_formula_in_the_refused_file(
    take: Callable[..., ImportRun], tmp_path: Path
) -> None:
    run = take("name,email\n=1+1,broken\n")

    path = rejects_file(run, tmp_path)
    assert path is not None
    assert "\n'=1+1,broken,2," in path.read_text(encoding="utf-8-sig")
    assert counted(take(path.read_text(encoding="utf-8-sig").replace("broken", "a@example.org"))) == (
        1,
        1,
        0,
        0,
        0,
    )
    assert Person.objects.get().name == "=1+1"


def test_what_cannot_be_read_may_be_left_out_instead(take: Callable[..., ImportRun]) -> None:
    text = "name,email,birthday\nAda,ada@example.org,31/02/1990\nBob,bob@example.org,13/05/1990\n"

    refused = take(text)
    lenient = take(text, options={"leaves_out": True})

    assert (counted(refused), counted(lenient)) == ((2, 1, 0, 0, 1), (2, 1, 0, 1, 0))
    assert lenient.options["left_out"] == {"birthday": 1}


def test_a_dry_run_counts_the_same_and_changes_nothing(take: Callable[..., ImportRun]) -> None:
    text = HEADER + ADA + BOB + ADA + "X,,nonsense,,,,,,,,,\n"

    dry = take(text, is_dry_run=True)

    assert not Person.objects.exists()
    assert not Touchpoint.objects.exists()
    assert not AuditEntry.objects.filter(action="import.finished").exists()
    assert counted(dry) == counted(take(text)) == (4, 2, 0, 1, 1)
    assert list(reasons(dry)) == [5]


def test_the_businesss_own_fields_are_filled(take: Callable[..., ImportRun]) -> None:
    for key, kind in (
        ("points", "number"),
        ("size", "choice"),
        ("member", "bool"),
        ("spent", "money"),
        ("since", "date"),
    ):
        CustomField.objects.create(
            subject="person", key=key, label=key, type=kind, choices=["S", "M"], currency="EUR"
        )
    mapping = {f"custom:{key}": key for key in ("points", "size", "member", "spent", "since")}

    run = take(
        'email,points,size,member,spent,since\na@example.org,"1.234",m,kyllä,"12,50",31.12.2024\n',
        mapping=mapping,
    )

    assert counted(run) == (1, 1, 0, 0, 0)
    assert Person.objects.get().custom == {
        "points": 1234, "size": "M", "member": True, "spent": 1250, "since": "2024-12-31",
    }  # fmt: skip


def test_imported_people_are_found_by_search(take: Callable[..., ImportRun]) -> None:
    take(HEADER + ADA)
    take("email,last name\nada@example.org,Byron\n")

    with connection.cursor() as cursor:
        cursor.execute("SELECT words::text FROM people_searchdoc WHERE subject = 'person'")
        (document,) = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM people_word WHERE word IN ('lovelace', 'byron', 'analytical')")
        assert cursor.fetchone() == (3,)
    assert "'byron':1A" in document
    assert "'analytical':1C" in document
    assert "lovelace" not in document


def test_columns_can_be_named_and_what_is_no_column_is_refused(take: Callable[..., ImportRun]) -> None:
    run = take("a,b\nAda Lovelace,ada@example.org\n", mapping={"name": "a", "email": "b"})

    assert counted(run) == (1, 1, 0, 0, 0)
    with pytest.raises(Invalid, match="no column"):
        take("a,b\n1,2\n", mapping={"email": "c"})
    with pytest.raises(FileRefused, match="no field called"):
        take("a,b\n1,2\n", mapping={"shoe_size": "b"})


def test_a_file_that_is_not_of_people_is_refused(take: Callable[..., ImportRun]) -> None:
    with pytest.raises(FileRefused, match="which column is which"):
        take("sepal_length,species\n5.1,setosa\n")


def test_an_import_that_broke_off_goes_on_where_it_was(
    business: Business, by_olga: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK_ROWS", 10)
    text = "email\n" + "".join(f"p{number}@example.org\n" for number in range(35)) + "broken\n"
    (tmp_path / "people.csv").write_text(text)
    run = draft_import("people", tmp_path / "people.csv", by=by_olga)
    first = running.Intake.record

    def dies_in_the_third(self: running.Intake, *more: object) -> None:
        if self.run.position == 20:
            raise KeyboardInterrupt
        first(self, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(running.Intake, "record", dies_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        run_import(run, by=by_olga)
    monkeypatch.setattr(running.Intake, "record", first)
    stored = ImportRun.objects.get(pk=run.pk)
    assert (stored.status, stored.position, stored.created) == ("running", 20, 20)

    done = run_import(stored, by=by_olga)

    assert counted(done) == (36, 35, 0, 0, 1)
    assert list(reasons(done)) == [37]
    assert Person.objects.count() == 35


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("datablist/customers-100.csv", (100, 99, 0, 0, 1)),
        ("datablist/people-100.csv", (100, 100, 0, 0, 0)),
        ("datablist/leads-100.csv", (100, 100, 0, 0, 0)),
        ("mautic/fakeleaddata.csv", (54, 50, 0, 0, 4)),
        ("listmonk/subs.csv", (100, 100, 0, 0, 0)),
        ("odoo/m2m_customers_tags.csv", (5, 5, 0, 0, 0)),
        ("odoo/o2m_customers_contacts.csv", (8, 5, 0, 0, 3)),
    ],
)
def test_real_contact_lists_are_taken_in_and_change_nothing_again(
    business: Business, by_olga: Actor, name: str, expected: tuple[int, ...]
) -> None:
    first, again = (
        run_import(draft_import("people", shared(f"contacts/{name}"), by=by_olga), by=by_olga)
        for _time in range(2)
    )

    assert counted(first) == expected
    assert counted(again) == (expected[0], 0, 0, expected[1], expected[4])


@pytest.mark.parametrize(
    "name",
    [
        "test.xlsx", "testfixed_converted.csv", "test_geo.csv", "testdbf_converted.csv", "realdata-ks_1033_data.csv", "test_locale.csv",
        "realdata-ne_1033_data.xlsx", "test_date_format.csv", "realdata-README.csv", "test_ignore_case.csv", "iris.csv",
    ],
)  # fmt: skip
def test_dates_places_and_stock_numbers_are_no_telephone_numbers(
    business: Business, by_olga: Actor, name: str
) -> None:
    with pytest.raises(FileRefused):
        draft_import("people", shared(f"csv/csvkit/{name}"), by=by_olga)


def test_every_file_at_hand_is_taken_in_or_refused_and_changes_nothing_again(
    business: Business, by_olga: Actor
) -> None:
    refused, changed = [], {}
    for path in sorted(shared("csv").rglob("*.*")):
        try:
            for _time in range(2):
                run = run_import(draft_import("people", path, by=by_olga), by=by_olga)
        except FileRefused as problem:
            refused.append(str(problem))
        else:
            seen, created, updated, unchanged, rejected = counted(run)
            assert seen == created + updated + unchanged + rejected
            if created or updated:
                changed[path.name] = counted(run)

    assert changed == {}
    assert len(refused) > 80
    assert not [sentence for sentence in refused if not sentence.endswith((".", "?"))]


@pytest.mark.parametrize(
    "name", ["datablist/organizations-100.csv", "datablist/products-100.csv", "mautic/fakecompanydata.csv"]
)
def test_lists_of_other_things_are_refused(business: Business, by_olga: Actor, name: str) -> None:
    with pytest.raises(FileRefused):
        draft_import("people", shared(f"contacts/{name}"), by=by_olga)

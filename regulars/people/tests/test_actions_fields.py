from datetime import UTC, datetime

import pytest
from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.filters import BadFilter
from regulars.kit.refused import Invalid
from regulars.people.actions import (
    FieldThere,
    archive_field,
    change_field,
    change_person,
    change_view,
    create_person,
    define_field,
    delete_view,
    pin_view,
    rename_choice,
    restore_field,
    save_view,
)
from regulars.people.models import CustomField, View
from regulars.people.tasks.field_indexes import build_field_index
from regulars.team.models import AuditEntry, Member, Notice

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def fields(by: Actor) -> None:
    """Make one field of each type."""
    for type_ in ("text", "number", "date", "bool", "money", "link"):
        define_field("person", {"label": f"My {type_}", "type": type_}, by=by)
    for type_ in ("choice", "choices"):
        define_field(
            "person", {"label": f"My {type_}", "type": type_, "choices": "Red\nDark blue\nred\n"}, by=by
        )


def test_values_of_every_type_are_read_from_what_people_type(by_olga: Actor) -> None:
    fields(by_olga)

    person = create_person(
        {
            "name": "Ada",
            "custom": {
                "my_text": " Likes  oat milk ",
                "my_number": "1 234,5",
                "my_date": "31.12.2024",
                "my_bool": "kyllä",
                "my_money": "12,50",
                "my_link": "aalto.example/menu",
                "my_choice": "dark BLUE",
                "my_choices": "dark blue; red",
            },
        },
        by=by_olga,
        at=AT,
    )

    assert person.custom == {
        "my_text": "Likes  oat milk",
        "my_number": 1234.5,
        "my_date": "2024-12-31",
        "my_bool": True,
        "my_money": 1250,
        "my_link": "https://aalto.example/menu",
        "my_choice": "Dark blue",
        "my_choices": ["Red", "Dark blue"],
    }


def test_values_of_the_wrong_type_are_refused_by_name(by_olga: Actor) -> None:
    fields(by_olga)
    wrong = {
        "my_number": "many", "my_date": "someday", "my_bool": "perhaps", "my_money": "x", "my_link": "no link",
        "my_choice": "green", "my_choices": ["red", "green"], "unknown": "x",
    }  # fmt: skip

    with pytest.raises(Invalid) as refusal:
        create_person({"name": "Ada", "custom": wrong}, by=by_olga, at=AT)

    assert refusal.value.fields.keys() == {f"custom.{key}" for key in wrong}


def test_changing_one_value_leaves_the_others_and_blank_removes(by_olga: Actor) -> None:
    fields(by_olga)
    person = create_person({"name": "Ada", "custom": {"my_text": "a", "my_number": 1}}, by=by_olga, at=AT)

    person = change_person(person, custom={"my_text": "b"}, by=by_olga, at=AT)
    assert person.custom == {"my_text": "b", "my_number": 1}
    person = change_person(person, custom={"my_number": ""}, by=by_olga, at=AT)

    assert person.custom == {"my_text": "b"}
    assert AuditEntry.objects.filter(action="person.changed").first().changes == {
        "custom.my_number": [1, None]
    }  # type: ignore[union-attr]


def test_a_field_gets_a_key_from_its_label_once(by_olga: Actor) -> None:
    field = define_field("person", {"label": "Größe (cm)", "type": "number"}, by=by_olga)

    assert field.key == "grosse_cm"
    with pytest.raises(FieldThere):
        define_field("person", {"label": "Grosse cm", "type": "text"}, by=by_olga)
    assert define_field("person", {"label": "サイズ", "type": "text"}, by=by_olga).key.startswith("field_")
    for wrong in ({"key": "Robert'); DROP"}, {"type": "colour"}, {"label": " "}, {"type": "choice"}):
        with pytest.raises(Invalid):
            define_field("person", {"label": "X", "type": "text"} | wrong, by=by_olga)


def test_an_archived_field_is_not_offered_and_keeps_its_values(by_olga: Actor) -> None:
    field = define_field("person", {"label": "Size", "type": "number"}, by=by_olga)
    person = create_person({"name": "Ada", "custom": {"size": 38}}, by=by_olga, at=AT)

    archive_field(field, by=by_olga, at=AT)
    with pytest.raises(Invalid):
        change_person(person, custom={"size": 39}, by=by_olga, at=AT)

    restore_field(field, by=by_olga)
    assert change_person(person, custom={"size": 39}, by=by_olga, at=AT).custom == {"size": 39}


def test_a_renamed_choice_is_renamed_in_every_record(by_olga: Actor) -> None:
    fields(by_olga)
    person = create_person(
        {"name": "Ada", "custom": {"my_choice": "red", "my_choices": ["red", "dark blue"]}}, by=by_olga, at=AT
    )

    for key in ("my_choice", "my_choices"):
        assert rename_choice(CustomField.objects.get(key=key), "Red", "Crimson", by=by_olga) == 1

    person.refresh_from_db()
    assert person.custom == {"my_choice": "Crimson", "my_choices": ["Crimson", "Dark blue"]}


def test_changing_a_field_is_audited(by_olga: Actor) -> None:
    field = define_field("person", {"label": "Size", "type": "number"}, by=by_olga)

    change_field(field, label="Shoe size", help_text="EU sizes", by=by_olga)

    assert AuditEntry.objects.get(action="field.changed").changes == {
        "label": ["Size", "Shoe size"],
        "help_text": ["", "EU sizes"],
    }


@pytest.mark.django_db(transaction=True)
def test_a_filterable_field_gets_an_index_by_a_job() -> None:
    fields(Actor.clock("test"))

    for field in CustomField.objects.all():
        build_field_index(field.pk)
        build_field_index(field.pk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'custom_index_%'")
        names = {row[0] for row in cursor.fetchall()}
    indexed = CustomField.objects.exclude(type="bool")
    assert names == {f"custom_index_{field.pk}" for field in indexed}
    assert all(field.is_indexed for field in indexed)
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP INDEX {name}")


@pytest.mark.django_db(transaction=True)
def test_where_the_index_may_not_be_built_the_owners_are_told(settings: object) -> None:
    from tests.cast import a_member

    olga = a_member("Olga", "owner")
    field = define_field("person", {"label": "Size", "type": "number"}, by=Actor.clock("test"))
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS people_test_weak")
        cursor.execute("CREATE ROLE people_test_weak LOGIN PASSWORD 'weak'")
        cursor.execute("GRANT USAGE ON SCHEMA public TO people_test_weak")
    settings.OWNER_DATABASE_URL = lambda: "postgresql://people_test_weak:weak@localhost/x"  # type: ignore[attr-defined]

    build_field_index(field.pk)

    with connection.cursor() as cursor:
        cursor.execute("REVOKE USAGE ON SCHEMA public FROM people_test_weak")
        cursor.execute("DROP ROLE people_test_weak")
    field.refresh_from_db()
    assert not field.is_indexed
    notice = Notice.objects.get(member=olga)
    assert notice.text == "“Size” has no index: filtering by it works, but reads every record."


def test_a_view_is_saved_changed_pinned_and_thrown_away(by_olga: Actor, olga: Member) -> None:
    view = save_view(
        "person", {"name": "All", "columns": ["name"], "is_shared": True}, by=by_olga, author=olga
    )

    pin_view(view, olga)
    change_view(view, name="Everybody", is_shared=False, by=by_olga)
    assert list(olga.pinned_views.values_list("name", "is_shared")) == [("Everybody", False)]

    pin_view(view, olga, is_pinned=False)
    delete_view(view, by=by_olga)
    assert not View.objects.exists()


def test_a_view_that_cannot_be_read_is_refused(by_olga: Actor) -> None:
    for wrong in ({"filter": {"field": "nonsense", "op": "is", "value": 1}}, {"sort": "-nonsense"}):
        with pytest.raises(BadFilter):
            save_view("person", {"name": "X"} | wrong, by=by_olga)
    with pytest.raises(Invalid):
        save_view("person", {"name": ""}, by=by_olga)


def test_the_columns_of_a_saved_list_hold_nothing_that_cannot_be_stored(by_olga: Actor) -> None:
    view = save_view("person", {"name": "Odd", "columns": ["na\x00me", "email"]}, by=by_olga)

    assert view.columns == ["name", "email"]

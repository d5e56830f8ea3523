from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.filters import Asker, parse_sort
from regulars.kit.filters.operators import OPERATORS, operators_of, value_type
from regulars.kit.filters.queryset import filtered
from regulars.kit.traits import Trait, traits_for
from regulars.people.actions import (
    add_memo,
    create_company,
    create_person,
    create_task,
    define_field,
    write_note,
)
from regulars.people.engine.folding import LETTERS, sql_fold
from regulars.people.models import Company, Person
from regulars.team.models import Member, Team

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
SAMPLES: dict[str, Any] = {
    "text": "a", "link": "a", "number": 1, "money": 1, "date": "2024-05-31", "datetime": "2024-05-31", "bool": True,
    "ref": 1, "days": 3,
}  # fmt: skip


def names(tree: Any, asker: Asker | None = None) -> list[str]:
    return sorted(
        filtered(Person.objects.all(), tree, "person", asker or Asker(now=AT)).values_list("name", flat=True)
    )


def sample(trait: Trait, op: str) -> dict[str, Any]:
    """Make a condition that this trait can be asked with."""
    operator = OPERATORS[op]
    if operator.arity == "none":
        return {"field": trait.name, "op": op}
    kind = value_type(trait, operator)
    choice = next(iter(trait.choices()), ("1", ""))[0] if trait.choices and kind not in SAMPLES else "x"
    one = SAMPLES.get(kind, choice)
    value = {"one": one, "two": [one, one], "many": [one]}[operator.arity]
    return {"field": trait.name, "op": op, "value": value}


@pytest.mark.slow
def test_every_trait_can_be_asked_sorted_and_shown(by_olga: Actor, north: Team) -> None:
    for type_ in ("text", "number", "date", "bool", "money", "link", "choice", "choices"):
        for subject in ("person", "company"):
            define_field(subject, {"label": type_, "type": type_, "choices": ["Red"]}, by=by_olga)
    create_person({"name": "Ada", "tags": ["VIP"]}, by=by_olga, at=AT)
    asked = 0

    for subject, model in (("person", Person), ("company", Company)):
        for trait in traits_for(subject).values():
            if trait.name.startswith("commerce."):
                continue
            for op in operators_of(trait) if trait.filterable else ():
                list(filtered(model.objects.all(), sample(trait, op), subject, Asker(now=AT)))  # type: ignore[attr-defined]
                asked += 1
            if trait.sortable:
                parse_sort(f"-{trait.name}", subject, Asker(now=AT))
            if trait.column_sql:
                with connection.cursor() as cursor:
                    cursor.execute(read_as_a_column(trait, subject))

    assert asked > 200


def read_as_a_column(trait: Trait, subject: str) -> str:
    """Return the statement that reads a trait and what it is sorted by, with the table it is joined from."""
    joined, names = (trait.join.sql, ("t", trait.join.alias)) if trait.join else ("", ("t",))
    order = trait.order_sql if trait.sortable else 1
    sql = f"SELECT {trait.column_sql}, {order} FROM people_{subject} t {joined}"
    for name in names:
        sql = sql.replace(f"{{{name}}}", name)
    return sql


def test_people_are_found_by_who_they_are(by_olga: Actor) -> None:
    create_person(
        {"name": "Päivi Äänekoski", "email": "paivi@aane.example", "phone": "+358401234567", "country": "FI",
         "city": "Ähtäri", "birthday": date(1990, 11, 5), "companies": ["Kahvila Üllatus"], "tags": ["VIP"],
         "identities": [{"kind": "external", "value": "C-17"}]},
        by=by_olga, at=AT,
    )  # fmt: skip
    create_person({"name": "Bob Jones", "email": "bob@jones.example", "country": "GB"}, by=by_olga, at=AT)

    for tree in (
        {"field": "name", "op": "contains", "value": "aanekoski"},
        {"field": "name", "op": "is", "value": "PÄIVI äänekoski"},
        {"field": "last_name", "op": "starts_with", "value": "Ään"},
        {"field": "email", "op": "is", "value": "Paivi@aane.example"},
        {"field": "phone", "op": "is", "value": "+358 40 123 4567"},
        {"field": "phone", "op": "not_empty"},
        {"field": "identity", "op": "is", "value": "C-17"},
        {"field": "external_id", "op": "is", "value": "C-17"},
        {"field": "country", "op": "is", "value": "FI"},
        {"field": "city", "op": "is", "value": "ahtari"},
        {"field": "birthday", "op": "anniversary_within_days", "value": 7},
        {"field": "company", "op": "contains", "value": "ullatus"},
        {"field": "tags", "op": "has", "value": "vip"},
        {"field": "tags", "op": "not_empty"},
        {"not": {"field": "country", "op": "is", "value": "GB"}},
    ):
        assert names(tree) == ["Päivi Äänekoski"], tree


def test_people_are_found_by_what_is_kept_about_them(by_olga: Actor, aino: Member) -> None:
    ada = create_person({"name": "Ada", "acquired_channel": "Fair", "acquired_cost": "10"}, by=by_olga, at=AT)
    create_person({"name": "Bob", "keeper": aino}, by=by_olga, at=AT)
    write_note(ada, "Loves Éthiopian beans", by=by_olga, at=AT)
    add_memo(ada, "has a dog named Riku", by=by_olga, at=AT)
    create_task({"title": "Call"}, about=ada, by=by_olga, at=AT)

    for tree in (
        {"field": "notes", "op": "contains", "value": "ethiopian"},
        {"field": "memos", "op": "contains", "value": "RIKU"},
        {"field": "has_open_task", "op": "is", "value": True},
        {"field": "acquired_channel", "op": "is", "value": "Fair"},
        {"field": "acquired_cost", "op": "gte", "value": {"amount": "10", "currency": "EUR"}},
        {"field": "keeper", "op": "empty"},
        {"field": "last_touch_at", "op": "not_empty"},
    ):
        assert names(tree) == ["Ada"], tree
    mine = Asker(now=AT, member_id=aino.pk)
    assert names({"field": "keeper", "op": "is", "value": "me"}, mine) == ["Bob"]


def test_a_new_field_can_be_asked_for_at_once(by_olga: Actor) -> None:
    define_field("person", {"label": "Shoe size", "type": "number"}, by=by_olga)
    create_person({"name": "Ada", "custom": {"shoe_size": "38,5"}}, by=by_olga, at=AT)
    create_person({"name": "Bob", "custom": {"shoe_size": 45}}, by=by_olga, at=AT)
    create_person({"name": "Cyd"}, by=by_olga, at=AT)

    assert names({"field": "custom.shoe_size", "op": "lt", "value": 40}) == ["Ada"]
    assert names({"field": "custom.shoe_size", "op": "is_not", "value": 45}) == ["Ada", "Cyd"]


def test_companies_are_counted_by_their_people(by_olga: Actor) -> None:
    create_company({"name": "Empty"}, by=by_olga, at=AT)
    create_person({"name": "Ada", "companies": ["Aalto"]}, by=by_olga, at=AT)

    found = filtered(
        Company.objects.all(), {"field": "people_count", "op": "gte", "value": 1}, "company", Asker(now=AT)
    )

    assert [company.name for company in found] == ["Aalto"]


@pytest.mark.django_db
def test_costs_are_only_for_who_may_see_costs() -> None:
    assert "acquired_cost" not in traits_for("person", lambda verb: verb != "costs.see")


@pytest.mark.django_db
def test_the_database_folds_letters_as_python_does() -> None:
    texts = ["", "Plain ASCII", "Åse Øst", "ẞß", "ŁÓDŹ", "ΑΒΓ ώ", "ЖЙ", *LETTERS]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT people_fold(t) FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n", [texts]
        )
        folded = [row[0] for row in cursor.fetchall()]

    assert folded == [sql_fold(text) for text in texts]

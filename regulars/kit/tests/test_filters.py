"""What a filter may say, and how it is refused."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from regulars.kit import traits
from regulars.kit.filters import (
    EVERYTHING,
    Asker,
    BadFilter,
    Wanted,
    compile_filter,
    compile_ids,
    parse,
    read_json,
)
from regulars.kit.filters.bad import path_text, pointer
from regulars.kit.filters.leaves import anniversary_range
from regulars.kit.filters.operators import BY_TYPE, OPERATORS
from regulars.kit.filters.sql import Sql
from regulars.kit.tests import filters_world as world
from regulars.kit.traits import Trait

ASKER = world.ASKERS[0]
ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("REGULARS_SHARED_DATA", ROOT.parent / "shared" / "data"))
BLNS = SHARED / "strings" / "blns.json"


@pytest.fixture(autouse=True)
def _world() -> None:
    world.register()


def refused(tree: object, asker: Asker = ASKER) -> BadFilter:
    with pytest.raises(BadFilter) as caught:
        parse(tree, "soul", asker)
    return caught.value


def a_test(field: str, op: str, value: object = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def test_an_empty_filter_is_passed_by_everything() -> None:
    assert (
        parse({}, "soul", ASKER)
        == parse(None, "soul", ASKER)
        == parse({"and": []}, "soul", ASKER)
        == EVERYTHING
    )
    assert compile_filter({}, "soul", "s", asker=ASKER).where_sql == "TRUE"
    assert read_json("  ") == {}


def test_an_unknown_field_is_refused_with_the_nearest_name() -> None:
    problem = refused({"and": [a_test("stage", "is", "acquired"), a_test("nicknam", "is", "x")]})

    assert problem.path == "and[1].field"
    assert problem.pointer == "/and/1/field"
    assert "Did you mean “nickname”?" in str(problem)
    assert "nickname" in problem.allowed
    assert problem.status == 422


def test_a_field_that_may_not_be_seen_looks_unknown() -> None:
    hidden, unknown = refused(a_test("secret", "is", "x")), refused(a_test("secrex", "is", "x"))

    assert hidden.problem.replace("secret", "…") == unknown.problem.replace("secrex", "…")
    assert "secret" not in hidden.allowed
    seen = parse(a_test("secret", "is", "x"), "soul", replace(ASKER, may_see=traits.sees_everything))
    assert seen.trait.name == "secret"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tree", "path", "words"),
    [
        ([], "", "A condition is needed"),
        ("x", "", "A condition is needed"),
        ({"and": {}}, "and", "A list of conditions"),
        ({"or": []}, "or", "empty"),
        ({"xor": []}, "xor", "Did you mean “or”?"),
        ({"and": [], "or": []}, "or", "not known"),
        ({"and": [{}]}, "and[0]", "A condition is needed"),
        ({"field": "name"}, "op", "operator is missing"),
        ({"field": "name", "op": "like", "value": "x"}, "op", "not known"),
        ({"field": "name", "op": ["is"], "value": "x"}, "op", "not known"),
        ({"field": {"a": 1}, "op": "is", "value": "x"}, "field", "not known"),
        ({"field": "name", "op": "is"}, "value", "missing"),
        ({"field": "name", "op": "is", "valeu": "x"}, "valeu", "Did you mean “value”?"),
        (a_test("name", "is", "  "), "value", "empty"),
        (a_test("name", "contains", "\u0301"), "value", "letter or digit"),
        (a_test("name", "is", "a\x00b"), "value", "can't be stored"),
        (a_test("name", "is", "\ud800"), "value", "can't be stored"),
        (a_test("name", "is", "x" * 501), "value", "500"),
        (a_test("name", "is", 5), "value", "Text"),
        (a_test("name", "any_of", "x"), "value", "list"),
        (a_test("name", "any_of", []), "value", "Between 1 and"),
        (a_test("name", "empty", "x"), "value", "no value"),
        (a_test("visits", "is", True), "value", "number"),
        (a_test("visits", "is", "NaN"), "value", "number"),
        (a_test("visits", "is", float("inf")), "value", "number"),
        (a_test("visits", "is", "1e999999"), "value", "too large"),
        (a_test("visits", "is", "1_000"), "value", "number"),
        (a_test("visits", "between", [1]), "value", "two values"),
        (a_test("visits", "between", [2, 1]), "value", "must not be above"),
        (a_test("spent", "gt", {"amount": "1", "currency": "euro"}), "value", "not a currency"),
        (a_test("spent", "gt", {"amount": "x", "currency": "EUR"}), "value.amount", "number"),
        (a_test("spent", "gt", {"amout": "1", "currency": "EUR"}), "value", "Did you mean “amount”?"),
        (a_test("spent", "gt", 1.5), "value", "Money"),
        (a_test("revenue", "gt", {"amount": "1", "currency": "USD"}), "value.currency", "kept in EUR"),
        (a_test("born", "on", "31.5.2024"), "value", "2024-05-31"),
        (a_test("born", "on", "0001-01-01"), "value", "2024-05-31"),
        (a_test("born", "on", "9999-12-31"), "value", "2024-05-31"),
        (a_test("born", "between", ["2024-02-01", "2024-01-01"]), "value", "must not be above"),
        (a_test("seen_at", "before", "2024-05-31T99:00"), "value", "2024-05-31T14:00"),
        (a_test("seen_at", "last_days", -1), "value", "whole number"),
        (a_test("seen_at", "last_days", 10**9), "value", "whole number"),
        (a_test("stage", "is", "aquired"), "value", "Did you mean “acquired”?"),
        (a_test("labels", "has", "Rde"), "value", "Did you mean “Red”?"),
        (a_test("is_vip", "is", "yes"), "value", "true or false"),
        (a_test("keeper", "is", 2**63), "value", "whole number"),
        (a_test("keeper", "any_of", ["me", "x"]), "value[1]", "whole number"),
        ({"did": "order.plced"}, "did", "Did you mean “order.placed”?"),
        ({"did": "order.placed", "at_least": 0}, "at_least", "whole number"),
        ({"did": "order.placed", "at_least": 3, "at_most": 2}, "at_most", "must not be above"),
        ({"did": "order.placed", "exactly": 3, "never": True}, "never", "one way"),
        ({"did": "order.placed", "never": False}, "never", "Only true"),
        ({"did": "order.placed", "within_days": "x"}, "within_days", "whole number"),
        ({"did": "order.placed", "within_days": 3, "between": ["2024-01-01", "2024-01-02"]}, "between", "not both"),
        ({"did": "order.placed", "between": ["2024-01-01"]}, "between", "two values"),
        ({"did": "order.placed", "where": a_test("colour", "is", "x")}, "where.field", "not known"),
        ({"did": "order.big", "where": a_test("amount", "gt", 1)}, "where.field", "not known"),
        ({"did": "order.placed", "where": {"did": "order.placed"}}, "where.did", "not known"),
        ({"did": "web.visited", "where": a_test("name", "is", "x")}, "where", "no fields"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_its_place(tree: object, path: str, words: str) -> None:
    problem = refused(tree)

    assert (problem.path, words in str(problem)) == (path, True), problem


def test_depth_and_number_of_conditions_are_limited() -> None:
    one = a_test("is_vip", "is", True)
    deep: dict[str, Any] = one
    for _level in range(10):
        deep = {"not": deep}

    assert "nested 10 deep" in str(refused(deep))
    assert "100 conditions" in str(refused({"or": [one] * 100}))
    assert len(parse({"or": [one] * 99}, "soul", ASKER).parts) == 99  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "x" * 200_000, '{"field": "\\ud800"'])
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        read_json(text)


def test_me_needs_a_member() -> None:
    nobody = replace(ASKER, member_id=None)

    assert "“me” needs a team member" in str(refused(a_test("keeper", "is", "me"), nobody))


def test_paths_are_written_for_readers_and_for_programs() -> None:
    assert path_text(("and", 2, "value", 0)) == "and[2].value[0]"
    assert pointer(("and", 0, "a/b~c")) == "/and/0/a~1b~0c"


def test_every_operator_of_every_type_exists_and_denies_one_of_its_type() -> None:
    for names in BY_TYPE.values():
        assert all(name in OPERATORS for name in names)
        assert all(OPERATORS[name].denies in ("", *names) for name in names)


@pytest.mark.parametrize(
    ("today", "days", "first_and_last"),
    [
        (date(2023, 2, 28), 0, (228, 229)),
        (date(2024, 2, 28), 0, (228, 228)),
        (date(2024, 2, 29), 0, (229, 229)),
        (date(2023, 2, 20), 8, (220, 229)),
        (date(2023, 3, 1), 0, (301, 301)),
        (date(2024, 12, 30), 3, (1230, 102)),
        (date(2024, 12, 30), 365, (101, 1231)),
    ],
)
def test_who_was_born_on_february_29_celebrates_on_the_28th_otherwise(
    today: date, days: int, first_and_last: tuple[int, int]
) -> None:
    assert anniversary_range(today, days) == first_and_last


def test_custom_fields_are_read_again_when_their_version_changes() -> None:
    class Fields:
        number, reads = 1, 0

        def version(self) -> int:
            return self.number

        def traits(self) -> list[Trait]:
            self.reads += 1
            return [Trait(name=f"custom.f{self.number}", subject="dyn", type="text", label="f", sql="{t}.x")]

    fields = Fields()
    traits.register_dynamic("dyn", fields)

    assert list(traits.traits_for("dyn")) == list(traits.traits_for("dyn")) == ["custom.f1"]
    fields.number = 2
    assert list(traits.traits_for("dyn")) == ["custom.f2"]
    assert fields.reads == 2


@pytest.mark.django_db
def test_hostile_strings_are_only_ever_values() -> None:
    if not BLNS.exists():
        pytest.skip("The shared strings are not here; set REGULARS_SHARED_DATA.")
    hostile = [text for text in json.loads(BLNS.read_text()) if text.strip() and "\x00" not in text][:500]
    hostile += [
        "'; DROP TABLE world_soul; --",
        "%s",
        "%(x)s",
        "%%",
        "{t}",
        "{value}",
        "\\",
        "$1",
        "')) OR 1=1 --",
    ]
    world.lay_tables()
    world.fill([world.a_soul(nickname=text) for text in hostile])

    asked = ("is", "contains", "starts_with", "any_of")
    plain = {op: _ids(a_test("nickname", op, ["x"] if op == "any_of" else "x")).text for op in asked}
    for number, text in enumerate(hostile, 1):
        for op in asked:
            tree = a_test("nickname", op, [text] if op == "any_of" else text)
            assert _ids(tree).text == plain[op]
            assert number in {row[0] for row in _run(tree)}, (op, text)
        for field in ("tags", "custom.motto", "custom.likes"):
            _run(a_test(field, "has" if field == "tags" else "not_empty", text if field == "tags" else None))
    assert len(_run({})) == len(hostile)


@pytest.mark.parametrize("place", ["field", "op"])
def test_hostile_names_are_refused(place: str) -> None:
    tree = a_test("name", "is", "x") | {place: "name'; DROP TABLE world_soul; --"}

    assert refused(tree).path == place


def _ids(tree: object) -> Sql:
    return compile_ids(Wanted(source=world.SOURCE, asker=ASKER, tree=tree))


def _run(tree: object) -> list[Any]:
    found = _ids(tree)
    with connection.cursor() as cursor:
        cursor.execute(found.text, found.args)
        return list(cursor.fetchall())

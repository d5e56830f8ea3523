"""Everybody can be found by what people remember of them."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.actor import Actor
from regulars.people.actions import (
    add_memo,
    create_company,
    create_person,
    delete_company,
    delete_person,
    index_people,
    tag_person,
    write_note,
)
from regulars.people.engine.asking import read_asking
from regulars.people.engine.search import identity_words, text_words
from regulars.people.models import Person, SearchDoc, Word
from regulars.people.queries.search import search, search_ids
from regulars.people.tasks.by_the_clock import tidy_words
from regulars.team.models import Member, Team
from tests.cast import a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
BY = Actor.clock("test")


def names(seer: Any, text: str, **more: Any) -> list[str]:
    ids = [one.id for one in search(seer, text, subjects=("person",), **more)]
    by_id = Person.objects.in_bulk(ids)
    return [by_id[number].name for number in ids]


@pytest.fixture
def everyone(business: object) -> None:
    for name, email, phone in (
        ("Zoë van Dijk", "zoe.vandijk@dijk.example", "+31612345678"),
        ("Päivi Äänekoski", "paivi@gmail.com", "+358401234567"),
        ("Sean O'Brien", "sean.obrien77@brewery.example", "+442079460018"),
        ("Anna Virtanen", "anna@virtanen.example", "+358509876543"),
        ("Annabel Virta", "bel@virta.example", "+358505554443"),
        ("山田太郎", "taro@yamada.example", "+81312345678"),
    ):
        create_person({"name": name, "email": email, "phone": phone}, by=BY, at=AT)


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zoe van dijk", "Zoë van Dijk"),
        ("DIJK ZOË", "Zoë van Dijk"),
        ("dij", "Zoë van Dijk"),
        ("aanekoski", "Päivi Äänekoski"),
        ("ÄÄNE", "Päivi Äänekoski"),
        ("aanekosik", "Päivi Äänekoski"),
        ("obrien", "Sean O'Brien"),
        ("O’Brien Sean", "Sean O'Brien"),
        ("sean o", "Sean O'Brien"),
        ("zoe.vandijk@di", "Zoë van Dijk"),
        ("Sean.OBrien77@Brewery.example", "Sean O'Brien"),
        ("brewery", "Sean O'Brien"),
        ("@brewery.example", "Sean O'Brien"),
        ("brewery.example", "Sean O'Brien"),
        ("sean.obrien7", "Sean O'Brien"),
        ("040 123 4567", "Päivi Äänekoski"),
        ("0401234567", "Päivi Äänekoski"),
        ("+358 (40) 123-4567", "Päivi Äänekoski"),
        ("00358401234567", "Päivi Äänekoski"),
        ("040 123", "Päivi Äänekoski"),
        ("4567", "Päivi Äänekoski"),
        ("+44 (0)20 7946", "Sean O'Brien"),
        ("020 7946 0018", "Sean O'Brien"),
        ("zoe 0612345678", "Zoë van Dijk"),
        ("山田", "山田太郎"),
    ],
)
def test_somebody_is_found_by(olga: Member, text: str, found: str) -> None:
    assert names(olga, text) == [found]


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize(
    "text", ["", "  ", "!!", "zoe 0401234567", "zoe virtanen", "x" * 400, "\x00", "' | !", "''"]
)
def test_nobody_is_found_by(olga: Member, text: str) -> None:
    assert names(olga, text) == []


@pytest.mark.usefixtures("everyone")
def test_whole_words_come_before_beginnings_and_those_before_typos(olga: Member) -> None:
    create_person({"name": "Anne Virtane"}, by=BY, at=AT)

    assert names(olga, "anna") == ["Anna Virtanen", "Annabel Virta", "Anne Virtane"]
    assert [one.tier for one in search(olga, "anna")] == [0, 1, 2]
    assert names(olga, "virtanen") == ["Anna Virtanen", "Anne Virtane"]


def test_of_equals_the_exact_name_then_who_was_last_in_touch_comes_first(olga: Member) -> None:
    for days, name in enumerate(["Anna Berg", "Anna Karenina", "Anna", "Anna Zola"]):
        person = create_person({"name": name}, by=BY, at=AT)
        Person.objects.filter(pk=person.pk).update(last_touch_at=AT - timedelta(days=days))
    write_note(create_person({"name": "Bob"}, by=BY, at=AT), "Knows Anna", by=BY, at=AT + timedelta(days=1))

    assert names(olga, "anna") == ["Anna", "Anna Berg", "Anna Karenina", "Anna Zola", "Bob"]


def test_people_are_found_by_their_company_notes_and_memos(olga: Member) -> None:
    ada = create_person({"name": "Ada", "companies": ["Kahvila Äänekoski"]}, by=BY, at=AT)
    write_note(ada, "Prefers **Ethiopian** beans", by=BY, at=AT)
    add_memo(ada, "has a dog named Riku", by=BY, at=AT)

    for text in ("aanekoski", "ethiopian ada", "riku", "ethiopain"):
        assert names(olga, text) == ["Ada"], text


def test_companies_are_found_beside_people(olga: Member) -> None:
    person = create_person({"name": "Aalto Virtanen"}, by=BY, at=AT)
    company = create_company(
        {"name": "Aalto Oy", "domains": ["aalto.example"], "external_id": "K-77"}, by=BY, at=AT
    )

    assert {(one.subject, one.id) for one in search(olga, "aalto")} == {
        ("person", person.pk),
        ("company", company.pk),
    }
    assert [one.id for one in search(olga, "aalto.exam", subjects=("company",))] == [company.pk]
    assert search_ids(olga, "aalto oy", "company") == [company.pk]
    delete_company(company, by=BY, at=AT)
    assert search_ids(olga, "aalto oy", "company") == []


def test_who_may_not_be_seen_is_not_found(olga: Member, aino: Member, sam: Member, north: Team) -> None:
    create_person(
        {"name": "Ada North", "email": "ada@north.example", "phone": "+358401234567", "team": north},
        by=BY,
        at=AT,
    )

    for text in ("ada", "north", "ada@north", "4567", "noth"):
        assert (names(olga, text), names(aino, text), names(sam, text)) == (
            ["Ada North"],
            ["Ada North"],
            [],
        ), text
    assert search(None, "ada") == []


def test_who_may_not_be_seen_does_not_crowd_out_who_may(sam: Member, south: Team, monkeypatch: Any) -> None:
    monkeypatch.setattr("regulars.people.queries.search.LOOKED_AT", 3)
    for number in range(12):
        create_person(
            {"name": f"Ada {'ABCDEFGHIJKL'[number] * 3}", "phone": f"+3584012345{number:02d}"}, by=BY, at=AT
        )
    create_person({"name": "Ada South", "phone": "+358401234599", "team": south}, by=BY, at=AT)

    assert names(sam, "ada") == names(sam, "0401234") == names(sam, "ad") == ["Ada South"]


def test_the_deleted_are_not_found(olga: Member) -> None:
    ada = create_person({"name": "Ada", "email": "ada@aalto.example"}, by=BY, at=AT)

    delete_person(ada, by=BY, at=AT)

    assert names(olga, "ada") == names(olga, "ada@aalto.example") == []


def test_lists_forgive_a_typo_only_when_nothing_else_fits(olga: Member) -> None:
    anna, _anne = (create_person({"name": name}, by=BY, at=AT) for name in ("Anna", "Anne"))

    assert search_ids(olga, "anna", "person") == [anna.pk]
    assert len(search_ids(olga, "anni", "person")) == 2


def test_many_are_indexed_as_one_by_one(olga: Member) -> None:
    people = [
        create_person({"name": f"Ada {mark}", "email": f"{mark}@x.example"}, by=BY, at=AT)
        for mark in ("Abel", "Bach")
    ]
    before = list(SearchDoc.objects.order_by("subject_id").values_list("subject_id", "words"))
    words = set(Word.objects.values_list("word", flat=True))
    SearchDoc.objects.all().delete()
    Word.objects.all().delete()

    index_people(
        (person.pk, text_words(person.name), identity_words(person.identities.get().value), [])
        for person in people
    )

    assert list(SearchDoc.objects.order_by("subject_id").values_list("subject_id", "words")) == before
    assert set(Word.objects.values_list("word", flat=True)) == words


@pytest.mark.django_db
def test_words_nobody_has_any_more_are_forgotten_at_night() -> None:
    create_person({"name": "Ada Lovelace"}, by=BY, at=AT)
    Word.objects.create(word="obsolete", docs=3)

    tidy_words(0)

    assert list(Word.objects.order_by("word").values_list("word", "docs")) == [("ada", 1), ("lovelace", 1)]


def test_searching_takes_few_queries_however_many_there_are(
    olga: Member, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        tag_person(create_person({"name": f"Ada {number} Lovelace"}, by=BY, at=AT), ["x"], by=BY, at=AT)

    with django_assert_max_num_queries(4):
        search(olga, "adda lovelace")


LETTERS = st.text(st.sampled_from("abcdeilmnorstuäöåéñßłżøαβжия"), min_size=3, max_size=9)
NAMES = st.lists(LETTERS, min_size=1, max_size=3)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(NAMES, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_everybody_is_found_by_each_word_by_beginnings_and_with_a_typo(
    olga: Member, people: list[list[str]], chance: random.Random
) -> None:
    made = [create_person({"name": " ".join(words).title()}, by=BY, at=AT) for words in people]
    try:
        for person in made:
            for word in text_words(person.name):
                asked = [word, word.upper(), word[: chance.randint(3, len(word))] if len(word) > 3 else word]
                asked += [mistyped(word, chance)] if len(word) >= 5 and word.isalpha() else []
                for text in asked:
                    found = [one.id for one in search(olga, text, limit=50)]
                    assert person.pk in found, (person.name, text)
    finally:
        for person in made:
            delete_person(person, by=BY, at=AT)


def mistyped(word: str, chance: random.Random) -> str:
    """Make one typo: a letter too few, too many, wrong, or swapped."""
    place = chance.randrange(len(word) - 1)
    wrong = chance.choice("abcdefghiklmnoprstu")
    return chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + wrong + word[place:],
            word[:place] + wrong + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )


@given(st.text(max_size=60))
def test_any_text_makes_a_question_or_none(text: str) -> None:
    asking = read_asking(text)

    assert asking is None or asking.tokens or asking.reaches


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_text_breaks_the_search(olga: Member, text: str) -> None:
    search(olga, text)


def test_a_made_up_person_straight_in_the_tables_is_no_document(olga: Member) -> None:
    a_person("Ghost")

    assert names(olga, "ghost") == []

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.people.engine import names
from regulars.people.engine.names import NAMELESS, fold, initials, sort_key, words


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(names).failed == 0


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("", ""),
        ("ADA", "ada"),
        ("Ada\tLovelace\n", "ada lovelace"),
        ("Straße", "strasse"),
        ("Søren Kierkegård", "soren kierkegard"),
        ("Æsop", "aesop"),
        ("Łódź", "lodz"),
        ("Đorđević", "dordevic"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Žemaitė", "zemaite"),
        ("Nguyễn Văn Đức", "nguyen van duc"),
        ("ΑΘΗΝΆ Σίσυφος", "αθηνα σισυφοσ"),
        ("Ёлкин ЙОД", "елкин иод"),
        ("ﬁne ① Ａ", "fine 1 a"),
        ("한국", "한국"),
        ("がっこう", "がっこう"),
        ("हिन्दी", "हिन्दी"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("nul\x00l", "null"),
        ("e\u0301te\u0301", "ete"),
    ],
)
def test_text_is_folded_for_comparing(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folding_is_the_same_in_either_case_for_ascii(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert fold(plain.upper()) == fold(plain.lower())


@given(st.text())
def test_words_are_never_empty_and_hold_no_space(text: str) -> None:
    assert all(word and not any(letter.isspace() for letter in word) for word in words(text))


def test_words_of_indian_names_stay_whole() -> None:
    assert words("प्रिया शर्मा, दिल्ली") == ["प्रिया", "शर्मा", "दिल्ली"]


def test_names_sort_by_last_name_then_first_and_the_nameless_come_last() -> None:
    people = [("", ""), ("Ann", "Berg Olsen"), ("Zoë", "Berg"), ("Ǻsa", "Berg"), ("Cher", ""), ("Li", "王")]

    assert sorted(people, key=lambda p: sort_key(*p)) == [
        ("Ǻsa", "Berg"),
        ("Zoë", "Berg"),
        ("Ann", "Berg Olsen"),
        ("Cher", ""),
        ("Li", "王"),
        ("", ""),
    ]
    assert sort_key("", "", "Ferrell LLC") == "ferrell llc"
    assert sort_key("", "") == NAMELESS


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("Cher", "C"),
        ("", ""),
        ("  ", ""),
        ("élan vital", "ÉV"),
        ("Jean-Luc Picard", "JP"),
        ("Bob (Robert) Smith", "BS"),
        ("mary.ann@shop.example", "M"),
        ("Conan O'Brien", "CO"),
    ],
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert initials(name) == letters

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.engine.searching import (
    LARGE,
    SMALL,
    Sought,
    query_of,
    searchable,
    shown_around,
    sought,
    stretches,
)


@given(st.integers(0, 2**28))
def test_every_number_is_in_one_stretch_and_the_newest_come_first(newest: int) -> None:
    edge = newest + 1
    for stretch in stretches(newest):
        assert (stretch.below, stretch.lowest < stretch.below) == (edge, True)
        edge = stretch.lowest

    assert edge == 0
    assert len(stretches(newest)) <= 7 + 2**28 // 2**LARGE + 1


@given(st.integers(0, 2**28))
def test_a_stretch_has_the_mark_of_all_its_numbers(newest: int) -> None:
    for stretch in stretches(newest):
        shift = SMALL if stretch.mark[0] == "s" else LARGE
        assert {stretch.lowest >> shift, (stretch.below - 1) >> shift} == {int(stretch.mark[1:])}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Sought(())),
        ("Kávé  kave", Sought(("kave",))),
        ('"gift card" oats', Sought(("oats", "gift", "card"), ("gift card",))),
        ("“Zwei Tüten", Sought(("zwei", "tuten"))),
        ('""', Sought(())),
    ],
)
def test_what_was_typed_is_read(typed: str, expected: Sought) -> None:
    assert sought(typed) == expected


def test_no_word_breaks_out_of_the_query() -> None:
    asked = sought("o'brien \\ x & y | z ' : *")

    query = query_of(asked, stretches(1)[0])

    assert query.count("'") % 2 == 0
    assert all(word in searchable("o'brien \\ x & y | z") for word in asked.words)


def test_a_piece_of_the_text_shows_the_words_with_their_marks() -> None:
    text = "Long ago. " * 30 + "The Kávé was cold, sorry." + " And so on." * 30

    shown = shown_around(text, ("kave",))

    assert [piece for piece, is_hit in shown if is_hit] == ["Kávé"]
    assert sum(len(piece) for piece, _is_hit in shown) < 200

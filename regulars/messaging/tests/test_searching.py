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


@given(st.integers(0, 2**34))
def test_every_number_is_in_one_stretch_and_the_newest_come_first(newest: int) -> None:
    edge, covered = newest + 1, []
    for stretch in stretches(newest):
        assert stretch.lowest < edge
        covered.append((stretch.lowest, edge))
        edge = min(edge, stretch.lowest)

    assert edge == 0
    assert len(covered) < 20


@given(st.integers(0, 2**30))
def test_each_stretch_holds_what_lies_between_its_lowest_and_the_one_before(newest: int) -> None:
    edge = newest + 1
    for stretch in stretches(newest):
        shift = SMALL if stretch.mark == "s" else LARGE
        for number in {edge - 1, stretch.lowest, (edge + stretch.lowest) // 2}:
            if stretch.lowest <= number < edge:
                assert stretch.first <= number >> shift <= stretch.last
        edge = min(edge, stretch.lowest)


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

    query = query_of(asked, next(stretches(1)))

    assert query.count("'") % 2 == 0
    assert all(word in searchable("o'brien \\ x & y | z") for word in asked.words)


def test_a_piece_of_the_text_shows_the_words_with_their_marks() -> None:
    text = "Long ago. " * 30 + "The Kávé was cold, sorry." + " And so on." * 30

    shown = shown_around(text, ("kave",))

    assert [piece for piece, is_hit in shown if is_hit] == ["Kávé"]
    assert sum(len(piece) for piece, _is_hit in shown) < 200

"""No mail keeps the reader busy: twice as long takes twice the time, however it is built."""

from __future__ import annotations

import time

import pytest

from regulars.messaging.engine.cleaning import clean
from regulars.messaging.engine.html_folding import fold_html
from regulars.messaging.engine.reading import read_mail

pytestmark = pytest.mark.slow
LENGTH, SECONDS = 200_000, 20
PIECES = ["x", "<", "-", "a@", " ", "> a\n", "\n", "From: a@b.c\n", "&", "=?", "<div>", "--\n", "<a ", "</", "<!--", "1.",
          "begin 644 a\n", "On Mon wrote:\n"]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("place", ["text/plain", "text/html", "From", "Subject"])
def test_no_mail_takes_the_square_of_its_length(piece: str, place: str) -> None:
    long = piece * (LENGTH // len(piece))
    raw = (
        f"Return-Path: <>\nSubject: failure notice\nContent-Type: {place}\n\n{long}"
        if "/" in place
        else f"{place}: {long.replace(chr(10), ' ')}\n\nHello"
    )
    began = time.monotonic()

    read = read_mail(raw.encode())
    fold_html(read.letter.html)
    clean(read.letter.html)

    assert time.monotonic() - began < SECONDS

"""A letter finds its thread by what only we could have given it; a stranger who guesses finds nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.messaging.engine.mime import read_letter
from regulars.messaging.engine.threads import (
    Clue,
    How,
    Subject,
    clues,
    may_join,
    message_id,
    reply_address,
    subject_of,
    thread_of,
    token,
)

SECRET = b"not the business's"


@settings(deadline=None)
@given(st.integers(1, 2**63 - 1))
def test_a_token_names_its_thread(thread: int) -> None:
    made = token(thread, SECRET)

    assert made.isalnum()
    assert len(reply_address("desk@example.com", thread, SECRET).partition("@")[0]) <= 64
    assert thread_of(made.upper(), SECRET) == thread
    assert thread_of(made, b"another's") is None


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(0, 30), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_another_letter_is_refused(thread: int, at: int, letter: str) -> None:
    made = token(thread, SECRET)
    place = 2 + at % (len(made) - 2)
    forged = made[:place] + letter + made[place + 1 :]

    # The last letter holds bits that stand for nothing.
    assert forged[:-1] == made[:-1] or thread_of(forged, SECRET) is None


def a_letter(body: str = "Hello", **headers: str) -> bytes:
    given_headers = {"From": "ada@example.com", "To": "desk@example.org", **headers}
    return "\n".join(
        [*(f"{name.replace('_', '-')}: {value}" for name, value in given_headers.items()), "", body]
    ).encode()


def found(raw: bytes) -> list[Clue]:
    return list(clues(read_letter(raw), SECRET))


def test_the_address_counts_before_the_ids_and_these_before_the_text() -> None:
    raw = a_letter(
        f"Yes.\n> ref {token(4, SECRET)}",
        To=reply_address("desk@example.org", 1, SECRET),
        In_Reply_To=f"<{message_id(2, SECRET, 'x', 'example.org')}>",
        References=f"<first@example.com> <{message_id(3, SECRET, 'y', 'example.org')}>",
    )

    assert [(clue.how, clue.thread) for clue in found(raw) if clue.is_proof] == [
        (How.ADDRESS, 1),
        (How.MESSAGE_ID, 2),
        (How.MESSAGE_ID, 3),
        (How.BODY, 4),
    ]


def test_ids_are_asked_newest_first_and_empty_ones_never() -> None:
    raw = a_letter(In_Reply_To="<>", References="<a@example.com> <b@example.com>")

    assert found(raw) == [
        Clue(How.REFERENCES, message_id="b@example.com"),
        Clue(How.REFERENCES, message_id="a@example.com"),
    ]


def test_a_guessed_number_is_no_clue() -> None:
    assert found(a_letter(To="desk+r17@example.org", Subject="Re: [#7] Hello")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", Subject("Hello")),
        ("Re: AW: SV: Vs:  Hello", Subject("Hello", is_reply=True)),
        ("WG: Hello", Subject("Hello", is_forward=True)),
        ("TR: Re[2]: Hello", Subject("Hello", is_reply=True, is_forward=True)),
        ("Ats: Vá: Hello", Subject("Hello", is_reply=True)),
        ("[Ticket#11] Re: Hello", Subject("[Ticket#11] Re: Hello")),
        ("回复：你好", Subject("你好", is_reply=True)),
        ("Regarding: Hello", Subject("Regarding: Hello")),
    ],
)
def test_prefixes_of_subjects(text: str, expected: Subject) -> None:
    assert subject_of(text) == expected


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("ada@example.com", True),
        ("colleague@example.org", True),
        ("charles@example.com", True),
        ("stranger@elsewhere.com", False),
        ("other@freemail.com", False),
        ("evil@notexample.com", False),
        ("", False),
    ],
)
def test_who_may_join(sender: str, expected: bool) -> None:
    participants = {"ada@example.com", "bob@freemail.com"}

    assert may_join(sender, participants, {"colleague@example.org"}, {"freemail.com"}) is expected

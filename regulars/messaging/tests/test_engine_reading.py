"""What is known of a mail from its bytes alone: its key, and what of it is new."""

import doctest

from regulars.messaging.engine import reading
from regulars.messaging.engine.reading import read_mail

LETTER = "From: Ada <ada@example.com>\nTo: desk@example.org\nSubject: Beans\nDate: Mon, 2 Mar 2026 10:00:00 +0200\n{}\nA kilo, please.\n"


def key(more: str = "", *, text: str = LETTER) -> str:
    return read_mail(text.format(more).encode()).key


def test_docstrings_are_right() -> None:
    assert doctest.testmod(reading).failed == 0


def test_the_same_mail_has_the_same_key_whichever_way_it_came() -> None:
    again = "Received: from elsewhere\nMessage-ID:\n < Ab.1@MAIL.example.com >\n"

    assert key("Message-ID: <Ab.1@mail.example.com>\n") == key(again)


def test_another_id_is_another_mail_and_so_is_another_sender_with_the_same_id() -> None:
    one = "Message-ID: <1@printer.local>\n"

    assert len({key(one), key("Message-ID: <2@printer.local>\n"), key()}) == 3
    assert key(one) != key(one, text=LETTER.replace("ada@", "bob@"))
    assert key(one) != key(one, text=LETTER.replace("2 Mar", "3 Mar"))


def test_a_mail_without_id_is_known_by_what_no_relay_changes() -> None:
    relayed = LETTER.format("Received: by mx\nX-Spam: no\n").replace("\n", "\r\n")

    assert read_mail(relayed.encode()).key == key()
    assert key(text=LETTER.replace("A kilo", "Two kilos")) != key()


def test_a_reply_in_html_alone_is_folded_along_its_containers() -> None:
    markup = '<p>Yes, please.</p><div class="gmail_quote">Mo wrote:<blockquote>Shall I?</blockquote></div>'
    folded = read_mail(f"From: a@example.com\nContent-Type: text/html\n\n{markup}".encode()).folded

    assert folded.new.strip() == "Yes, please."
    assert "Shall I?" in folded.quoted

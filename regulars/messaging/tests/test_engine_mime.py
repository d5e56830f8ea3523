"""Any bytes become a letter: the right one where the sender kept to the rules, the best one where not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.messaging.engine.charsets import decode
from regulars.messaging.engine.headers import addresses, ids, parameters, words
from regulars.messaging.engine.letters import Address
from regulars.messaging.engine.mime import read_letter
from regulars.messaging.tests.real_mail import every_mail, mail

WHOLE = b"""From: =?utf-8?q?Ada_Lovelace?= <Ada@Example.com>\r
To: desk@example.org, "Babbage, Charles" <cb@example.org>\r
Cc: friends: a@example.com, b@example.com;\r
Subject: =?iso-8859-1?q?Gr=FC=DFe?= =?iso-8859-1?q?_aus_London?=\r
Date: Mon, 4 May 2020 09:41:00 +0300\r
Message-ID: <1@example.com>\r
In-Reply-To: <0@example.org>\r
References: <z@example.org>\r
 <0@example.org>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=outer\r
\r
--outer\r
Content-Type: multipart/alternative; boundary=inner\r
\r
--inner\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
Sch=C3=B6n.\r
--inner\r
Content-Type: text/html; charset=utf-8\r
\r
<p>Schoen.<img src="cid:logo"></p>\r
--inner--\r
--outer\r
Content-Type: image/png\r
Content-ID: <logo>\r
Content-Transfer-Encoding: base64\r
\r
iVBORw0K\r
--outer\r
Content-Type: application/pdf\r
Content-Disposition: attachment; filename*0*=utf-8''Rechnung%20f; filename*1*=%C3%BCr.pdf\r
\r
%PDF\r
--outer--\r
"""


def test_a_letter_is_read_whole() -> None:
    letter = read_letter(WHOLE)

    assert letter.sender == Address("Ada Lovelace", "ada@example.com")
    assert [one.email for one in letter.to] == ["desk@example.org", "cb@example.org"]
    assert [one.email for one in letter.cc] == ["a@example.com", "b@example.com"]
    assert letter.subject == "Grüße aus London"
    assert letter.sent_at == datetime(2020, 5, 4, 6, 41, tzinfo=UTC)
    assert (letter.message_id, letter.in_reply_to) == ("1@example.com", ("0@example.org",))
    assert letter.references == ("z@example.org", "0@example.org")
    assert letter.text == "Schön."
    assert [(one.name, one.is_inline) for one in letter.attachments] == [
        ("attachment-1.png", True),
        ("Rechnung für.pdf", False),
    ]
    assert letter.attachments[1].content == b"%PDF"
    assert letter.defects == ()


@pytest.mark.parametrize("ends", [b"\r\n", b"\n", b"\r"])
def test_the_ends_of_lines_make_no_difference(ends: bytes) -> None:
    letter = read_letter(WHOLE.replace(b"\r\n", ends))

    assert (letter.subject, letter.text, len(letter.attachments)) == ("Grüße aus London", "Schön.", 2)


def test_every_published_mail_is_read_and_says_something() -> None:
    silent, count = [], 0
    for name, raw in every_mail():
        letter = read_letter(raw)
        count += 1
        if not (letter.text.strip() or letter.html or letter.attachments or letter.reports):
            silent.append(name)

    assert count > 1_200
    # Truly without a body, or with parts of nothing but headers.
    assert silent == ["stalwart-mail-parser/malformed/000.eml", "zammad/mail070.box"]


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert read_letter(raw) is not None


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 1500), st.integers(0, 60))
def test_no_damage_to_a_mail_breaks_the_reader(noise: bytes, at: int, length: int) -> None:
    letter = read_letter(WHOLE[:at] + noise + WHOLE[at + length :])

    assert isinstance(letter.text, str)


@pytest.mark.parametrize(
    ("raw", "declared", "expected"),
    [
        ("žąsų".encode(), "us-ascii", "žąsų"),
        ("žąsų".encode("cp1257"), "windows-1257", "žąsų"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        ("“quoted”".encode("cp1252"), "iso-8859-1", "“quoted”"),
        ("日本語".encode("iso2022_jp"), "ISO-2022-JP", "日本語"),
        ("ツール".encode("cp932"), "iso-2022-jp", "ツール"),
        ("汉字".encode("gb18030"), "gb2312", "汉字"),
        ("한국어".encode("cp949"), "ks_c_5601-1987", "한국어"),
        ("Žluťoučký".encode(), "x-unknown", "Žluťoučký"),
        ("Žluťoučký".encode(), "uft-8", "Žluťoučký"),
        ("hé".encode("utf-16"), "utf-8", "hé"),
    ],
)
def test_text_is_right_however_its_letters_were_declared(raw: bytes, declared: str, expected: str) -> None:
    assert decode(raw, declared) == expected


def test_encoded_words_may_cut_a_letter_in_two() -> None:
    assert words("=?utf-8?b?w6Q=?= =?utf-8?q?=C3?= =?utf-8?q?=A4?=") == "ää"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            '"Lovelace, Ada" <ada@example.com>, b@example.com',
            [("Lovelace, Ada", "ada@example.com"), ("", "b@example.com")],
        ),
        ("ada@example.com (Ada Lovelace)", [("Ada Lovelace", "ada@example.com")]),
        ("undisclosed-recipients:;", []),
        (
            "Ada <ada@example.com>; Bob <bob@example.com>",
            [("Ada", "ada@example.com"), ("Bob", "bob@example.com")],
        ),
        ("MAILER-DAEMON", []),
        ("'ada@example.com' <ada@example.com>", [("", "ada@example.com")]),
    ],
)
def test_people_in_headers(header: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.name, one.email) for one in addresses([header])] == expected


def test_empty_ids_are_none() -> None:
    assert ids(["<>", "< >", "<a@b> <c@d>", ""]) == ("a@b", "c@d")


def test_parameters_may_be_continued_encoded_and_quoted() -> None:
    kind, found = parameters(
        'Text/Plain; charset="utf-8"; name*=iso-8859-1\'de\'Gr%FC%DFe.txt; x*1=b; x*0="a;"'
    )

    assert (kind, found) == ("text/plain", {"charset": "utf-8", "name": "Grüße.txt", "x": "a;b"})


@pytest.mark.parametrize(
    ("name", "subject", "sender", "files"),
    [
        ("mail010", None, "smith@example.com", None),
        ("mail015", "绩效管理,究竟谁错了", "ynbe.ctrhk@gmail.com", ["绩效管理,究竟谁错了.xls"]),
        ("mail093", "ツール", "bar@example.org", None),
        ("mail056", None, "martin@example.de", ["Hofjägeralle Wasserschaden.jpg"]),
    ],
)
def test_mail_that_broke_other_desks(
    name: str, subject: str | None, sender: str, files: list[str] | None
) -> None:
    letter = read_letter(mail(f"zammad/{name}.box"))

    assert letter.sender is not None
    assert letter.sender.email == sender
    assert subject is None or letter.subject == subject
    assert files is None or [one.name for one in letter.attachments] == files


def test_a_file_name_said_to_be_encoded_may_hold_bare_bytes() -> None:
    raw = b"Content-Disposition: attachment; filename*=utf-8''\xc3\xa4\x80%20b.txt\r\n\r\nHi"

    (file,) = read_letter(raw).attachments
    assert file.name.endswith(" b.txt")


def test_winmail_dat_is_opened() -> None:
    content = mail("roundcube/one-file.tnef")
    raw = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: binary\r\n\r\n" + content

    assert [(one.name, one.size > 0) for one in read_letter(raw).attachments] == [("AUTHORS", True)]


def test_a_file_in_the_text_is_taken_out_of_it() -> None:
    letter = read_letter(b"From: a@example.com\n\nHello\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye\n")

    assert [(one.name, one.content) for one in letter.attachments] == [("cat.txt", b"Cat")]
    assert letter.text.split() == ["Hello", "Bye"]

"""The engine beside what others expect of the same mails and replies; where it differs stands in docs/build/mail.md."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regulars.messaging.engine.folding import fold
from regulars.messaging.engine.mime import read_letter
from regulars.messaging.tests.real_mail import folder_of, mail

# Theirs shows a gap where a header has a bare 8-bit letter; and counts a part that ends before it began.
DIFFERENT = {
    ("legacy/010", "subject"), ("legacy/020", "subject"), ("legacy/022", "subject"), ("malformed/006", "attachments")
}  # fmt: skip


def test_stalwarts_mails_are_read_as_it_expects() -> None:
    folder = folder_of("stalwart-mail-parser")
    found = sorted(folder.rglob("*.eml"))
    assert len(found) == 29

    different = {
        (str(path.relative_to(folder).with_suffix("")), name)
        for path in found
        for name, theirs in expected(
            json.loads(path.with_suffix(".json").read_text("utf-8", "replace"))
        ).items()
        if theirs != ours(path.read_bytes())[name]
    }

    assert different == DIFFERENT


def ours(raw: bytes) -> dict[str, Any]:
    letter = read_letter(raw)
    sender = letter.sender.email if letter.sender else ""
    return {"subject": letter.subject, "from": sender, "attachments": len(letter.attachments)}


def expected(told: dict[str, Any]) -> dict[str, Any]:
    headers = {str(one["name"]).lower(): one["value"] for one in told["parts"][0]["headers"]}
    subject, sender = headers.get("subject"), headers.get("from")
    people = (
        sender["Address"].get("List") or [{}] if isinstance(sender, dict) and "Address" in sender else [{}]
    )
    return {
        "subject": subject["Text"] if isinstance(subject, dict) else "",
        "from": people[0].get("address") or "",
        "attachments": len(told["attachments"]),
    }


@pytest.mark.parametrize(
    ("name", "last", "then"),
    [
        ("zapier-email-reply-parser/email_gmail", "replying to a github message.", "On Wed, May 18"),
        ("zapier-email-reply-parser/email_headers_no_delimiter", "And another reply!", "From: Dan Watson"),
        ("mail-parser-reply/email_danish_1", "Anders Andersen", "Den 24. nov. 2025"),
        ("mail-parser-reply/email_danish_3", "Svar.", "Den 24. nov. 2025"),
        ("mail-parser-reply/email_gmail", "replying to a github message.", "On Wed, May 18"),
        ("mail-parser-reply/email_nl_1_2", "Outlook met een antwoord", "----"),
        ("mail-parser-reply/email_pl_1_2", "Jan", "Dnia 28 lutego"),
        ("mail-parser-reply/email_swedish_1", "Person B", "> 4 dec. 2024"),
        ("mail-parser-reply/email_1_1", "-Abhishek Kona", ""),
        ("mail-parser-reply/forward", "Best regards", ""),
        ("mail-parser-reply/outlook", "My number is: +00 0000 000 000", ""),
    ],
)
def test_published_replies_end_where_they_end(name: str, last: str, then: str) -> None:
    text = mail(f"{name}.txt").decode()

    folded = fold(text)

    assert folded.new.endswith(last)
    assert folded.new.startswith(text.strip()[:8])
    assert folded.quoted.startswith(then) if then else folded.quoted == ""

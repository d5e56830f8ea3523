"""The engine beside what others expect of the same mails and replies; where it differs stands in docs/build/mail.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from regulars.messaging.engine.folding import fold
from regulars.messaging.engine.html_text import text_of
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


# Why, for each, stands in docs/build/mail.md.
UNLIKE_ZAMMAD = {
    "mail014": {"files"}, "mail015": {"text", "files"}, "mail019": {"sender", "text"}, "mail020": {"text"}, "mail024": {"text"},
    "mail025": {"text", "files"}, "mail041": {"text", "files"}, "mail052": {"text"}, "mail053": {"sender", "name", "text", "files"},
    "mail066": {"text"}, "mail080": {"files"}, "mail092": {"name", "files"}, "mail100": {"files"}, "mail102": {"files"},
}  # fmt: skip


def test_zammads_mails_are_read_as_it_expects_or_better() -> None:
    found = sorted(folder_of("zammad").glob("*.yml"))
    assert len(found) == 28

    unlike = {path.stem: names for path in found if (names := differences(path))}

    assert unlike == UNLIKE_ZAMMAD


def differences(path: Path) -> set[str]:
    """Return in what we differ from what Zammad expects of a mail."""
    told = yaml.load(path.read_text("utf-8"), Loader=Tagged)
    letter = read_letter(path.with_suffix(".box").read_bytes())
    is_html = told.get("content_type") == "text/html"
    ours = {
        "sender": letter.sender.email if letter.sender else "",
        "name": letter.sender.name if letter.sender else "",
        "subject": letter.subject,
        "text": words(text_of(letter.html) if is_html and letter.html else letter.text),
        "files": [one.name for one in letter.attachments],
    }
    theirs = {
        # An address is written small here; its body as a file is the body here.
        "sender": (told.get("from_email") or "").lower(),
        "name": told.get("from_display_name") or "",
        "subject": told.get("subject") or "",
        "text": words(text_of(told.get("body") or "") if is_html else told.get("body") or ""),
        "files": [
            name for one in told.get("attachments") or [] if (name := one["filename"]) != "message.html"
        ],
    }
    return {name for name in ours if squeezed(ours[name]) != squeezed(theirs[name])}


def squeezed(value: Any) -> Any:
    return words(value) if isinstance(value, str) else value


def words(text: str) -> str:
    return "".join(text.split())


class Tagged(yaml.SafeLoader):
    """Reads the values of Ruby's objects as plain ones."""


def plain(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)  # type: ignore[arg-type]


yaml.add_multi_constructor("!", plain, Tagged)

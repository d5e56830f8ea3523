"""`regulars mail deliver`: the contract that scripts rely on."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from regulars.kit.cli import commands
from regulars.messaging.commands import deliver
from regulars.messaging.models import Arrival, Channel, Message, RawLetter
from regulars.messaging.tests.real_mail import every_mail
from regulars.people.models import Person
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db
KEYS = ["file", "message", "conversation", "person", "duplicate", "class", "subject", "from", "new_text", "quoted_text",
        "attachments", "threading", "error"]  # fmt: skip
FILE = "--b\nContent-Type: text/plain\n\nLook.\n--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=cat.png\n\nhello\n--b--"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def deliver_them(*words: object, stdin: bytes = b"") -> tuple[int, list[dict[str, Any]]]:
        import argparse

        parser = argparse.ArgumentParser()
        deliver.arguments(parser)
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
        code = deliver.run(parser.parse_args([str(word) for word in (*words, "--json")]))
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return deliver_them


def test_the_command_is_offered() -> None:
    assert commands()["mail deliver"].module == "regulars.messaging.commands.deliver"


def test_a_mail_from_standard_input_is_taken_in_read_and_told(run: Any) -> None:
    ada = a_person("Ada", email="ada@example.com")
    raw = a_mail(FILE, Content_Type="multipart/mixed; boundary=b", Subject="Beans")

    code, (line,) = run(stdin=raw)

    message = Message.objects.get()
    assert code == 0
    assert list(line) == KEYS
    assert line == {
        "file": "-", "message": message.pk, "conversation": message.thread_id, "person": ada.pk, "duplicate": False,
        "class": "human", "subject": "Beans", "from": "Ada <ada@example.com>", "new_text": "Look.", "quoted_text": "",
        "attachments": [{"name": "cat.png", "content_type": "image/png", "size": 5, "cid": "", "inline": False}],
        "threading": "new", "error": None,
    }  # fmt: skip


def test_many_files_give_a_line_each_and_a_bad_one_does_not_stop_the_next(run: Any, tmp_path: Path) -> None:
    good, empty, reply = tmp_path / "good.eml", tmp_path / "empty.eml", tmp_path / "reply.eml"
    good.write_bytes(a_mail(Message_ID="<1@x>"))
    empty.write_bytes(b"\n")
    reply.write_bytes(a_mail("Yes.\n> Shall I?", In_Reply_To="<1@x>"))

    code, lines = run(good, empty, tmp_path / "missing.eml", tmp_path, reply, good, "--channel", "Shop")

    assert code == 1
    assert [line["file"] for line in lines] == [
        str(p) for p in (good, empty, tmp_path / "missing.eml", tmp_path, reply, good)
    ]
    assert [bool(line["error"]) for line in lines] == [False, True, True, True, False, False]
    assert [lines[place]["duplicate"] for place in (0, 4, 5)] == [False, False, True]
    assert lines[5]["message"] == lines[0]["message"]
    assert (lines[4]["conversation"], lines[4]["threading"]) == (lines[0]["conversation"], "in_reply_to")
    assert (lines[4]["new_text"], lines[4]["quoted_text"]) == ("Yes.", "> Shall I?")
    assert Channel.objects.get().name == "Shop"


def test_a_dry_run_tells_the_same_and_keeps_nothing(run: Any) -> None:
    known = a_mail(Message_ID="<1@x>")
    first = a_message(known)
    before = [model.objects.count() for model in (Arrival, RawLetter, Message, Person, Channel)]

    told = [
        run("--dry-run", stdin=raw)[1][0]
        for raw in (known, a_mail(In_Reply_To="<1@x>"), a_mail(from_="new@else.example"))
    ]

    assert [(line["message"], line["conversation"], line["person"], line["duplicate"], line["threading"]) for line in told] == [
        (first.pk, first.thread_id, first.person_id, True, "new"),
        (None, first.thread_id, first.person_id, False, "in_reply_to"),
        (None, None, None, False, "new"),
    ]  # fmt: skip
    assert [model.objects.count() for model in (Arrival, RawLetter, Message, Person, Channel)] == before


def test_a_bug_of_ours_is_told_in_a_line_and_the_mail_is_kept(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.messaging.actions.filing._words", lambda read: 1 / 0)

    code, (line,) = run(stdin=a_mail())

    assert (code, line["message"], line["error"]) == (1, None, "ZeroDivisionError: division by zero")
    assert Arrival.objects.get().state == "quarantined"


@pytest.mark.proof
def test_every_published_mail_is_delivered_once(run: Any, tmp_path: Path) -> None:
    paths = []
    for number, (_name, raw) in enumerate(every_mail()):
        paths.append(tmp_path / f"{number}.eml")
        paths[-1].write_bytes(raw)

    _code, lines = run(*paths)
    _code, again = run(*paths)

    assert [line["file"] for line in lines if line["error"]] == []
    assert len(lines) > 1300
    assert all(line["duplicate"] for line in again)
    assert [line["message"] for line in again] == [line["message"] for line in lines]
    assert len({line["message"] for line in lines}) == Message.objects.count()

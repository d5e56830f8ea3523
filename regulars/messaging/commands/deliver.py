"""`regulars mail deliver`: mails from files or standard input, taken in and read at once; one JSON line for each."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.messaging.actions import DEFAULT_CHANNEL, EmptyMail, channel_named, read_arrival, take_in
from regulars.messaging.engine.reading import Read, read_mail
from regulars.messaging.models import Arrival, ArrivalState, Channel, Message
from regulars.messaging.queries.desk import Desk
from regulars.messaging.queries.places import place_of
from regulars.messaging.queries.placing import own_addresses
from regulars.people.models import IdentityKind
from regulars.people.queries.reach import find_by_identity

STANDARD_INPUT = "-"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take which mails, and by which channel they come."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="a mail each; without any, one from standard input"
    )
    parser.add_argument(
        "--channel",
        default="",
        metavar="NAME",
        help=f"the channel they come by, made when it is new (usually {DEFAULT_CHANNEL})",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would become of them and keep nothing"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each mail")


def run(options: argparse.Namespace) -> int:
    """Deliver each mail on its own; 1 when any was refused or put aside."""
    failed = 0
    for name in options.files or [STANDARD_INPUT]:
        line = _delivered(name, options.channel, is_dry_run=options.dry_run)
        failed += bool(line["error"])
        sys.stdout.write((_as_json(line) if options.json else _in_words(line)) + "\n")
        sys.stdout.flush()
    return 1 if failed else 0


def _delivered(name: str, channel: str, *, is_dry_run: bool) -> dict[str, Any]:
    line = _line(name)
    try:
        raw = _bytes_of(name)
        line |= _told_by(read_mail(raw, own_addresses()))
        line |= _placed(raw, channel) if is_dry_run else _filed(raw, channel)
    except Exception as problem:  # noqa: BLE001  a script must get a line for every mail, whatever is wrong with one
        line["error"] = _words(problem)
        _put_the_connection_right()
    return line


def _line(name: str) -> dict[str, Any]:
    return {
        "file": name, "message": None, "conversation": None, "person": None, "duplicate": False, "class": None,
        "subject": "", "from": "", "new_text": "", "quoted_text": "", "attachments": [], "threading": None, "error": None,
    }  # fmt: skip


def _bytes_of(name: str) -> bytes:
    raw = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
    if not raw.strip(b"\0\r\n\t "):
        raise EmptyMail
    return raw


def _told_by(read: Read) -> dict[str, Any]:
    letter = read.letter
    return {
        "class": read.kind.name,
        "subject": letter.subject,
        "from": str(letter.sender or ""),
        "new_text": read.folded.new,
        "quoted_text": read.folded.quoted,
        "attachments": [
            {
                "name": one.name,
                "content_type": one.content_type,
                "size": one.size,
                "cid": one.cid,
                "inline": one.is_inline,
            }
            for one in letter.attachments
        ],
    }


def _filed(raw: bytes, channel: str) -> dict[str, Any]:
    by = Actor.clock("mail")
    arrival = take_in(raw, channel_named(channel, by=by, at=now()), by=by, at=now())
    return _arrived(read_arrival(arrival, by=by))


def _arrived(arrival: Arrival) -> dict[str, Any]:
    message = arrival.message
    if arrival.state != ArrivalState.READ or message is None:
        return {"error": arrival.summary}
    return {**_where(message), "duplicate": arrival.is_duplicate}


def _where(message: Message) -> dict[str, Any]:
    return {
        "message": message.pk,
        "conversation": message.thread_id,
        "person": message.person_id,
        "threading": message.threading,
    }


def _placed(raw: bytes, channel_name: str) -> dict[str, Any]:
    """Look up what would happen; what would be new has no number yet."""
    read = read_mail(raw, own_addresses())
    channel = Channel.objects.filter(name=channel_name or DEFAULT_CHANNEL).first()
    known = Message.objects.filter(channel=channel, content_key=read.key).first() if channel else None
    if known is not None:
        return {**_where(known), "duplicate": True}
    placement = place_of(read, channel, Desk([(read, channel)]), at=now())
    person = find_by_identity(IdentityKind.EMAIL, read.sender) if read.sender else None
    return {
        "conversation": placement.spot.thread.pk if placement.spot else None,
        "person": person.pk if person else None,
        "threading": placement.how.value,
    }


def _words(problem: Exception) -> str:
    if isinstance(problem, Refused):
        return str(problem)
    if isinstance(problem, OSError):
        return f"{problem.strerror or problem}: {problem.filename}" if problem.filename else str(problem)
    return f"{type(problem).__name__}: {problem}".strip().partition("\n")[0]


def _put_the_connection_right() -> None:
    # A connection that was lost is opened anew for the next mail.
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _as_json(line: dict[str, Any]) -> str:
    # Lone surrogates have no place in UTF-8; escaped they are harmless.
    text = json.dumps(line, ensure_ascii=False)
    return text if text.isascii() or _is_utf8(text) else json.dumps(line)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _in_words(line: dict[str, Any]) -> str:
    if line["error"]:
        return f"{line['file']}: {line['error']}"
    again = ", known already" if line["duplicate"] else ""
    number = f"message {line['message']}" if line["message"] else "not kept"
    said = f"{line['file']}: {number}, {line['class']}, thread {line['conversation'] or 'new'} ({line['threading']}){again}"
    return said.encode("utf-8", "replace").decode()

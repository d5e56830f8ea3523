"""What a visitor writes becomes a message of their thread, like a mail: with its person, its files, on the timeline."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Greatest

from regulars.kit.actor import Actor
from regulars.kit.keeping import keep
from regulars.kit.live import publish
from regulars.kit.refused import Invalid, Refused
from regulars.kit.wording import to_customer_lazy as _
from regulars.messaging.actions.chat.persons import person_for
from regulars.messaging.actions.chat.visiting import let_take_part
from regulars.messaging.actions.filing import plain, tell_of
from regulars.messaging.engine.sniffing import kind_of_file
from regulars.messaging.models import ChatVisitor, Message, MessageFile, Thread, Threading
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.chat import line_key
from regulars.messaging.queries.placing import survivor_of

LONGEST_TEXT, SUBJECT_LETTERS = 5_000, 60
MOST_FILES, LARGEST_FILE = 5, 10_000_000
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,36}")


class FileRefused(Refused):
    """A file of a kind that is not taken from strangers."""

    status = 415
    code = "bad_file"
    default = _("This kind of file can't be sent.")


class FileTooLarge(Refused):
    """More than a chat carries."""

    status = 413
    code = "too_large"
    default = _("Files of up to 10 MB can be sent.")


@dataclass(frozen=True)
class SentFile:
    """A file as a visitor sends it."""

    name: str
    content: bytes


@transaction.atomic
def say(
    visitor: ChatVisitor,
    text: str,
    *,
    client_id: str,
    files: Sequence[SentFile] = (),
    by: Actor,
    at: datetime,
) -> Message:
    """Take a visitor's message into their thread and tell whoever is waiting for it; the same client id again changes nothing."""
    visitor = _locked(visitor)
    if not CLIENT_ID.fullmatch(client_id):
        raise Invalid({"id": _("Something went wrong. Please try again.")})
    key = line_key(visitor, client_id)
    known = Message.objects.filter(channel=visitor.site.channel_id, content_key=key).first()
    if known is not None:
        return known
    words, kinds = clean_words(text), _kinds(files)
    if not words and not files:
        raise Invalid({"text": _("Please fill this in.")})
    person = person_for(visitor, by=by, at=at)
    thread = _thread_for(visitor, words, at)
    message = Message.objects.create(
        thread=thread, channel=visitor.site.channel, person=person, content_key=key, text=words,
        sender_name=visitor.name, sender_email=visitor.email, subject="", sent_at=at, received_at=at,
        threading=Threading.CHAT,
    )  # fmt: skip
    _keep_files(message, files, kinds)
    let_take_part(visitor, thread)
    Thread.objects.filter(pk=thread.pk).update(last_message_at=Greatest("last_message_at", at))
    tell_of(message, by)
    tell_windows(visitor, thread.pk, message.pk)
    return message


def tell_windows(visitor: ChatVisitor, thread_id: int, message_id: int) -> None:
    """Let the visitor's other tabs and the team's open threads know of a new line."""
    publish(visitor.topic, {"kind": "line", "id": message_id})
    publish(f"thread:{thread_id}", {"kind": "line", "id": message_id})


def clean_words(text: str) -> str:
    """Return text without what cannot be seen: control and direction signs, more than two blank lines, blank ends."""
    kept = "".join(
        letter
        for letter in text.replace("\r\n", "\n").replace("\r", "\n")
        if letter in "\n\t" or _is_seen(letter)
    )
    return plain(re.sub(r"\n{4,}", "\n\n\n", kept).strip(), LONGEST_TEXT)


def _is_seen(letter: str) -> bool:
    # Joiners hold emoji and Indic letters together; other format signs only reorder or hide text.
    return letter in "\u200c\u200d" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _locked(visitor: ChatVisitor) -> ChatVisitor:
    rows = ChatVisitor.objects.select_for_update(of=("self",))
    return rows.select_related("site__channel", "site__team", "person", "thread").get(pk=visitor.pk)


def _kinds(files: Sequence[SentFile]) -> list[str]:
    if len(files) > MOST_FILES or sum(len(one.content) for one in files) > LARGEST_FILE:
        raise FileTooLarge
    kinds = [kind_of_file(one.name, one.content) for one in files]
    if not all(kinds) or not all(one.content for one in files):
        raise FileRefused
    return [kind for kind in kinds if kind]


def _thread_for(visitor: ChatVisitor, words: str, at: datetime) -> Thread:
    """Return the visitor's thread, a new one where they have none or it is not their person's any more."""
    if visitor.thread is not None:
        thread = survivor_of(visitor.thread)
        if thread.person_id == visitor.person_id:
            return thread
    subject = " ".join(words.split())[:SUBJECT_LETTERS] or visitor.page_title[:SUBJECT_LETTERS]
    thread = Thread.objects.create(subject=subject, person=visitor.person, started_at=at, last_message_at=at)
    ChatVisitor.objects.filter(pk=visitor.pk).update(thread=thread)
    visitor.thread = thread
    return thread


def _keep_files(message: Message, files: Sequence[SentFile], kinds: Sequence[str]) -> None:
    rows = []
    for one, kind in zip(files, kinds, strict=True):
        kept = keep(FILES, one.content)
        name = plain(" ".join(one.name.replace("/", " ").replace("\\", " ").split()), 200) or "file"
        rows.append(
            MessageFile(
                message=message, name=name, content_type=kind, size=len(one.content),
                content=kept.content, path=kept.path,
            )
        )  # fmt: skip
    MessageFile.objects.bulk_create(rows)

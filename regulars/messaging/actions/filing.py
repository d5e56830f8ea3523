"""A mail that was read becomes a message: in its thread, with its person, its files, and on the timeline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models.functions import Greatest

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.keeping import keep
from regulars.kit.refused import Invalid
from regulars.messaging.actions.returns import settle_returned
from regulars.messaging.engine.cleaning import clean
from regulars.messaging.engine.kinds import COMPLAINT, HARD_BOUNCE, HUMAN
from regulars.messaging.engine.letters import Attachment, Letter
from regulars.messaging.engine.reading import Read, normal_id
from regulars.messaging.engine.threads import subject_of
from regulars.messaging.events import AutomaticMessageReceived, MessageReceived
from regulars.messaging.models import Channel, Message, MessageFile, Participant, RawLetter, Thread
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.placing import RETURNED, Placement, colleagues, place_of
from regulars.people.actions import IdentityTaken, create_person, mark_bounced
from regulars.people.engine.identities import tidy_identity
from regulars.people.engine.sayings import Unclear
from regulars.people.models import Identity, IdentityKind, Person
from regulars.people.queries.reach import find_by_identity

# What is shown; the raw mail has it all.
LONGEST_TEXT, LONGEST_HTML = 1_000_000, 4_000_000
BEGINNING = 140
MOST_PARTICIPANTS, MOST_BOUNCED = 50, 20
NO_EARLIER = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filed:
    """The message a mail became, or was already."""

    message: Message
    is_duplicate: bool = False


@transaction.atomic
def file_mail(
    read: Read, channel: Channel, *, raw: RawLetter | None, ours: Collection[str], by: Actor, at: datetime
) -> Filed:
    """File a mail as a message of its thread, once for each channel, and tell whoever is waiting for it.

    `ours` are the addresses we receive at: they take part in nothing.
    """
    known = Message.objects.filter(channel=channel, content_key=read.key).first()
    if known is not None:
        return Filed(known, is_duplicate=True)
    person = _person_of(read, by=by, at=at)
    placement = place_of(read, channel, at=at)
    sent_at = _believable(read.letter.sent_at, at)
    thread = _thread(read, placement, person, sent_at)
    # Of two who file the same mail at once the second fails here, by the database's word, and finds the message on its next try.
    message = Message.objects.create(
        thread=thread, channel=channel, kind=read.kind.name, person=person, content_key=read.key, raw=raw,
        sent_at=sent_at, received_at=at, threading=placement.how, could_join=placement.could_join,
        **_words(read),
    )  # fmt: skip
    _keep_files(message, read.letter)
    _write_participants(thread, read, person, ours)
    if read.kind.name in (HARD_BOUNCE, COMPLAINT):
        for email in read.kind.about[:MOST_BOUNCED]:
            mark_bounced(email, by=by, at=at)
    if read.kind.name in RETURNED:
        settle_returned(read, by=by, at=at)
    _tell(message, by)
    return Filed(message)


def _words(read: Read) -> dict[str, str | int]:
    letter, folded = read.letter, read.folded
    html = plain(letter.html, LONGEST_HTML)
    return {
        "sender_name": plain(letter.sender.name if letter.sender else "", 300),
        "sender_email": plain(read.sender, 320),
        "subject": plain(letter.subject, 1000),
        "message_id": plain(normal_id(letter.message_id), 500),
        "text": plain(folded.new, LONGEST_TEXT),
        "signature": plain(folded.signature, LONGEST_TEXT),
        "quoted": plain(folded.quoted, LONGEST_TEXT),
        "html": html,
        "held_back": clean(html).held_back if html else 0,
    }


def plain(text: str, most: int) -> str:
    """Return text as the database can hold it."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:most]


def _believable(sent_at: datetime | None, at: datetime) -> datetime:
    """Return when a mail was sent; when it came, where the sender's clock cannot be right."""
    return sent_at if sent_at is not None and NO_EARLIER < sent_at <= at else at


def _person_of(read: Read, *, by: Actor, at: datetime) -> Person | None:
    """Return who has the sender's address; somebody new when a person wrote whom nobody here knows."""
    email = read.sender
    if not email:
        return None
    known = find_by_identity(IdentityKind.EMAIL, email)
    if known is not None or read.kind.name != HUMAN or email in colleagues() or _is_somebodys(email):
        return known
    try:
        return create_person({"name": _name(read), "email": email}, by=by, at=at)
    except IdentityTaken:
        # Somebody added them in this very moment.
        return find_by_identity(IdentityKind.EMAIL, email)
    except Invalid:
        return None


def _is_somebodys(email: str) -> bool:
    """Tell whether several people share an address, so that nobody new is meant by it."""
    try:
        value = tidy_identity(IdentityKind.EMAIL, email, "")
    except Unclear:
        return True
    return Identity.objects.filter(
        kind=IdentityKind.EMAIL, value=value, ended_at__isnull=True, person__deleted_at__isnull=True
    ).exists()


def _name(read: Read) -> str:
    name = plain(read.letter.sender.name if read.letter.sender else "", 140)
    return "" if "@" in name else name


def _thread(read: Read, placement: Placement, person: Person | None, sent_at: datetime) -> Thread:
    thread = placement.thread
    if thread is None:
        subject = plain(subject_of(read.letter.subject).words, 300)
        return Thread.objects.create(
            subject=subject, person=person, started_at=sent_at, last_message_at=sent_at
        )
    rows = Thread.objects.filter(pk=thread.pk)
    rows.update(last_message_at=Greatest("last_message_at", sent_at))
    if person is not None:
        rows.filter(person__isnull=True).update(person=person)
    return thread


def _keep_files(message: Message, letter: Letter) -> None:
    MessageFile.objects.bulk_create(_file(message, one) for one in letter.attachments)


def _file(message: Message, one: Attachment) -> MessageFile:
    kept = keep(FILES, one.content)
    return MessageFile(
        message=message, name=plain(one.name, 300), content_type=plain(one.content_type, 100), size=one.size,
        cid=plain(one.cid, 300), is_inline=one.is_inline, content=kept.content, path=kept.path,
    )  # fmt: skip


def _write_participants(thread: Thread, read: Read, person: Person | None, ours: Collection[str]) -> None:
    """Let those take part who write and to whom they write; of a robot nobody but itself."""
    if not read.sender:
        return
    found: dict[str, Person | None] = {plain(read.sender, 320): person}
    if read.kind.name == HUMAN:
        for one in (*read.letter.to, *read.letter.cc):
            if one.email and one.email not in ours and len(found) < MOST_PARTICIPANTS:
                found.setdefault(plain(one.email, 320), None)
    elif thread.messages.count() > 1:
        return
    Participant.objects.bulk_create(
        (
            Participant(thread=thread, email=email, person=who)
            for email, who in sorted(found.items(), key=_email)
        ),
        ignore_conflicts=True,
    )


def _email(item: tuple[str, Person | None]) -> str:
    return item[0]


def _tell(message: Message, by: Actor) -> None:
    announce_as = AutomaticMessageReceived if message.is_automatic else MessageReceived
    event = announce_as(
        person_id=message.person_id,
        thread_id=message.thread_id,
        message_id=message.pk,
        message_kind=message.kind,
        subject_line=message.subject[:120],
        beginning=" ".join(message.text[: BEGINNING * 3].split())[:BEGINNING],
    )
    announce(
        event,
        by=by,
        occurred_at=message.sent_at,
        source_key=f"message:{message.channel_id}:{message.content_key}",
        channel=message.channel.kind,
    )

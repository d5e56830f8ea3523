"""A mail that was read becomes a message: in its thread, with its person, its files, and on the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models.functions import Greatest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import Event, announce_many
from regulars.kit.keeping import keep
from regulars.kit.refused import Invalid
from regulars.messaging.actions.joining import join_threads
from regulars.messaging.actions.returns import settle_returned
from regulars.messaging.engine.cleaning import clean
from regulars.messaging.engine.kinds import COMPLAINT, HARD_BOUNCE, HUMAN
from regulars.messaging.engine.letters import Attachment, Letter
from regulars.messaging.engine.reading import Read, normal_id
from regulars.messaging.engine.threads import subject_of
from regulars.messaging.events import AutomaticMessageReceived, MessageReceived
from regulars.messaging.models import (
    Channel,
    Message,
    MessageFile,
    MissedParent,
    Participant,
    Proof,
    RawLetter,
    Thread,
    Threading,
)
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.desk import Desk, Spot
from regulars.messaging.queries.places import Placement, children_of, place_of
from regulars.messaging.queries.placing import RETURNED
from regulars.people.actions import IdentityTaken, create_person, mark_bounced
from regulars.people.models import IdentityKind, Person
from regulars.people.queries.reach import find_by_identity

# What is shown; the raw mail has it all.
LONGEST_TEXT, LONGEST_HTML = 1_000_000, 4_000_000
BEGINNING = 140
MOST_PARTICIPANTS, MOST_BOUNCED, MOST_MISSED = 50, 20, 20
NO_EARLIER = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Incoming:
    """A mail that was read and is to be filed."""

    read: Read
    channel: Channel
    raw: RawLetter | None
    at: datetime
    proof: str = Proof.NONE


@dataclass(frozen=True)
class Filed:
    """The message a mail became, or was already."""

    message: Message
    is_duplicate: bool = False


@dataclass
class _Draft:
    """A message that is yet to be written, with its thread, its files and the ids it answers."""

    message: Message
    spot: Spot
    letter: Letter
    missing: list[str]


@transaction.atomic
def file_mails(mails: Sequence[Incoming], *, ours: set[str] | None = None, by: Actor) -> list[Filed]:
    """File mails as messages of their threads, once for each channel, and tell whoever is waiting for them.

    All of them or none: whoever calls files them one by one when one of them cannot be filed.
    """
    desk = Desk([(one.read, one.channel) for one in mails], ours)
    drafts: list[_Draft] = []
    filed = [_file(one, desk, drafts, by) for one in mails]
    # Of two who file the same mail at once the second fails here, by the database's word, and finds the message on its next try.
    _write(drafts, desk, by)
    return filed


def _file(mail: Incoming, desk: Desk, drafts: list[_Draft], by: Actor) -> Filed:
    read, at = mail.read, mail.at
    known = desk.known(read, mail.channel)
    if known is not None:
        return Filed(known, is_duplicate=True)
    person = _person_of(read, desk, by=by, at=at, is_forged=mail.proof == Proof.FAIL)
    placement = place_of(read, mail.channel, desk, at=at, is_forged=not _is_believed(mail))
    sent_at = _believable(read.letter.sent_at, at)
    spot = _spot(read, placement, person, sent_at)
    message = Message(
        thread=spot.thread, channel=mail.channel, kind=read.kind.name, person=person, content_key=read.key, raw=mail.raw,
        sent_at=sent_at, received_at=at, threading=placement.how, proof=mail.proof,
        could_join=placement.could_join.thread if placement.could_join else None, **_words(read),
    )  # fmt: skip
    _join_children(read, mail, spot, desk)
    _note_participants(spot, read, person, desk)
    missing = desk.missing(read)[:MOST_MISSED] if placement.how in (Threading.NEW, Threading.CHILD) else []
    desk.note_message(message, spot, missing)
    drafts.append(_Draft(message, spot, read.letter, missing))
    if read.kind.name in (HARD_BOUNCE, COMPLAINT):
        for email in read.kind.about[:MOST_BOUNCED]:
            mark_bounced(email, by=by, at=at)
    if read.kind.name in RETURNED:
        settle_returned(read, by=by, at=at)
    return Filed(message)


def _write(drafts: Sequence[_Draft], desk: Desk, by: Actor) -> None:
    spots = list(dict.fromkeys(draft.spot for draft in drafts))
    Thread.objects.bulk_create([spot.thread for spot in spots if spot.is_new])
    Message.objects.bulk_create([draft.message for draft in drafts])
    MessageFile.objects.bulk_create(
        [_attached(draft.message, one) for draft in drafts for one in draft.letter.attachments]
    )
    MissedParent.objects.bulk_create(
        [MissedParent(message=draft.message, missing=one) for draft in drafts for one in draft.missing]
    )
    _write_participants(spots)
    for spot in spots:
        if not spot.is_new:
            _bring_up_to_date(spot)
    for child, parent in desk.joined:
        join_threads(child.thread, parent.thread, by=by, at=now())
    _tell([draft.message for draft in drafts], by)


def _words(read: Read) -> dict[str, str | int]:
    letter, folded = read.letter, read.folded
    html = plain(letter.html, LONGEST_HTML)
    return {
        "sender_name": plain(read.author.name if read.author else "", 300),
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


def _person_of(read: Read, desk: Desk, *, by: Actor, at: datetime, is_forged: bool) -> Person | None:
    """Return who has the sender's address; somebody new when a person wrote whom nobody here knows.

    Of a web form that is who it says to answer, where the form itself writes from our own address or from nobody's.
    """
    email = read.sender
    if not email:
        return None
    known = desk.person(email)
    if (
        known is not None
        or is_forged
        or read.kind.name != HUMAN
        or email in desk.colleagues
        or desk.is_somebodys(email)
    ):
        return known
    try:
        person = create_person({"name": _name(read), "email": email}, by=by, at=at)
    except IdentityTaken:
        # Somebody added them in this very moment.
        return find_by_identity(IdentityKind.EMAIL, email)
    except Invalid:
        return None
    desk.note_person(email, person)
    return person


def _name(read: Read) -> str:
    name = plain(read.author.name if read.author else "", 140)
    return "" if "@" in name else name


def _spot(read: Read, placement: Placement, person: Person | None, sent_at: datetime) -> Spot:
    spot = placement.spot
    if spot is None:
        subject = plain(subject_of(read.letter.subject).words, 300)
        thread = Thread(subject=subject, person=person, started_at=sent_at, last_message_at=sent_at)
        return Spot(thread, set(), is_new=True)
    if spot.is_new:
        thread = spot.thread
        thread.last_message_at = max(thread.last_message_at, sent_at)
        thread.person = thread.person or person
        return spot
    spot.latest = max(spot.latest or sent_at, sent_at)
    spot.person = spot.person or person
    return spot


def _bring_up_to_date(spot: Spot) -> None:
    rows = Thread.objects.filter(pk=spot.thread.pk)
    if spot.latest is not None:
        rows.update(last_message_at=Greatest("last_message_at", spot.latest))
    if spot.person is not None and spot.thread.person_id is None:
        rows.filter(person__isnull=True).update(person=spot.person)


def _is_believed(mail: Incoming) -> bool:
    """Tell whether its author takes part by their address alone: not when it is forged, nor when a form says who they are."""
    return mail.proof != Proof.FAIL and mail.read.form_author is None


def _join_children(read: Read, mail: Incoming, spot: Spot, desk: Desk) -> None:
    """Join the threads of answers that came before this mail to its own, where both sides take part."""
    if not _is_believed(mail):
        return
    for child in children_of(read, mail.channel, desk):
        if child is not spot:
            child.joins = spot
            desk.joined.append((child, spot))


def _attached(message: Message, one: Attachment) -> MessageFile:
    kept = keep(FILES, one.content)
    return MessageFile(
        message=message, name=plain(one.name, 300), content_type=plain(one.content_type, 100), size=one.size,
        cid=plain(one.cid, 300), is_inline=one.is_inline, content=kept.content, path=kept.path,
    )  # fmt: skip


def _note_participants(spot: Spot, read: Read, person: Person | None, desk: Desk) -> None:
    """Let those take part who write and to whom they write; of a robot nobody but itself."""
    if not read.sender:
        return
    found: dict[str, Person | None] = {plain(read.sender, 320): person}
    if read.kind.name == HUMAN:
        for one in (*read.letter.to, *read.letter.cc):
            if one.email and one.email not in desk.ours and len(found) < MOST_PARTICIPANTS:
                found.setdefault(plain(one.email, 320), None)
    elif spot.emails or not spot.is_new:
        return
    for email, who in found.items():
        if email not in spot.emails or who is not None:
            spot.newcomers.setdefault(email, who)
    spot.emails |= set(found)


def _write_participants(spots: Sequence[Spot]) -> None:
    rows = (
        Participant(thread=spot.thread, email=email, person=who)
        for spot in spots
        for email, who in sorted(spot.newcomers.items(), key=_email)
    )
    Participant.objects.bulk_create(rows, ignore_conflicts=True)


def _email(item: tuple[str, Person | None]) -> str:
    return item[0]


def tell_of(message: Message, by: Actor) -> None:
    """Announce a message that came in, by whatever channel."""
    _tell([message], by)


def _tell(messages: Sequence[Message], by: Actor) -> None:
    for kind in {one.channel.kind for one in messages}:
        told = [one for one in messages if one.channel.kind == kind]
        announce_many(
            [_event(one) for one in told],
            by=by,
            occurred_at=[one.sent_at for one in told],
            source_keys=[f"message:{one.channel_id}:{one.content_key}" for one in told],
            channel=kind,
        )


def _event(message: Message) -> Event:
    announce_as = AutomaticMessageReceived if message.is_automatic else MessageReceived
    return announce_as(
        person_id=message.person_id,
        thread_id=message.thread_id,
        message_id=message.pk,
        message_kind=message.kind,
        subject_line=message.subject[:120],
        beginning=" ".join(message.text[: BEGINNING * 3].split())[:BEGINNING],
    )

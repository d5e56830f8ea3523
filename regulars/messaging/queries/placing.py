"""Where a mail belongs: its thread, and why that one; nothing here writes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.kit.secrets import derived
from regulars.messaging.engine.kinds import COMPLAINT, HARD_BOUNCE, SOFT_BOUNCE
from regulars.messaging.engine.reading import Read, normal_id
from regulars.messaging.engine.threads import Clue, clues, may_join, subject_of
from regulars.messaging.models import Channel, Message, Participant, Thread, Threading
from regulars.people.engine.free_mail import free_domains
from regulars.people.models import Identity, IdentityKind
from regulars.team.models import Member

RETURNED = (HARD_BOUNCE, SOFT_BOUNCE, COMPLAINT)
MOST_CLUES, MOST_MERGES = 100, 50
RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Placement:
    """The thread of a mail, None for a new one; `could_join` is one that it may belong to and that a person has to judge."""

    thread: Thread | None
    how: Threading
    could_join: Thread | None = None


def thread_secret() -> bytes:
    """Return the key with which this installation seals the tokens of its threads."""
    return derived("threads")


def place_of(read: Read, channel: Channel | None, *, at: datetime) -> Placement:
    """Return where a mail belongs: the first thread it has a sign of and whose participants its sender is one of."""
    apart: Thread | None = None
    for clue, thread in _threads_told(read, channel):
        if _is_let_in(read, clue, thread):
            return Placement(thread, Threading(clue.how.value))
        apart = apart or thread
    if apart is not None:
        return Placement(None, Threading.KEPT_APART, apart)
    return Placement(None, Threading.NEW, _of_the_same_subject(read, at))


def survivor_of(thread: Thread) -> Thread:
    """Return the thread that a merged one became part of, itself when it stands alone."""
    for _step in range(MOST_MERGES):
        if thread.merged_into is None:
            break
        thread = thread.merged_into
    return thread


def colleagues() -> set[str]:
    """Return the addresses of our own members."""
    return {email.lower() for email in Member.objects.active().values_list("email", flat=True)}


def own_addresses() -> set[str]:
    """Return the addresses we receive at and send from."""
    return {address for address in Channel.objects.values_list("address", flat=True) if address}


def _threads_told(read: Read, channel: Channel | None) -> list[tuple[Clue, Thread]]:
    told = [
        clue for _place, clue in zip(range(MOST_CLUES), clues(read.letter, thread_secret()), strict=False)
    ]
    by_message = _threads_of_messages([normal_id(one.message_id) for one in told if one.message_id], channel)
    by_number = Thread.objects.in_bulk([one.thread for one in told if _is_a_number(one.thread)])
    found = [
        (
            clue,
            by_message.get(normal_id(clue.message_id))
            if clue.message_id
            else by_number.get(clue.thread or 0),
        )
        for clue in told
    ]
    return [(clue, survivor_of(thread)) for clue, thread in found if thread is not None]


def _is_a_number(thread: int | None) -> bool:
    return thread is not None and thread < 2**63


def _threads_of_messages(ids: Collection[str], channel: Channel | None) -> dict[str, Thread]:
    """Return the threads of messages by their ids; where a mail came by several channels, that of this one."""
    if not ids:
        return {}
    rows = (
        Message.objects.filter(message_id__in=set(ids) - {""})
        .select_related("thread")
        .defer("html", "text", "quoted")
    )
    ours_last = sorted(rows, key=lambda one: (channel is not None and one.channel_id == channel.pk, -one.pk))
    return {one.message_id: one.thread for one in ours_last}


def _is_let_in(read: Read, clue: Clue, thread: Thread) -> bool:
    # A daemon that returns our letter takes part in nothing, but it holds our seal.
    if clue.is_proof and read.kind.name in RETURNED:
        return True
    return may_join(read.sender, participants_of(thread), colleagues(), free_domains())


def participants_of(thread: Thread) -> set[str]:
    """Return the addresses of those who take part, with all live addresses of the people among them."""
    written = Participant.objects.filter(thread=thread)
    known = {*written.values_list("person_id", flat=True), thread.person_id} - {None}
    others = Identity.objects.filter(
        person__in=known, kind=IdentityKind.EMAIL, ended_at__isnull=True, person__deleted_at__isnull=True
    )
    return {*written.values_list("email", flat=True), *others.values_list("value", flat=True)} - {""}


def _of_the_same_subject(read: Read, at: datetime) -> Thread | None:
    """Return a recent thread of the sender with this subject, when the mail says that it is an answer."""
    subject = subject_of(read.letter.subject)
    if not (subject.is_reply and subject.words and read.sender):
        return None
    rows = Thread.objects.filter(
        participants__email=read.sender, subject=subject.words[:300], last_message_at__gt=at - RECENT
    )
    found = rows.order_by("-last_message_at").first()
    return survivor_of(found) if found else None

"""Where a mail belongs: its thread, and why that one; nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.messaging.engine.reading import Read
from regulars.messaging.engine.threads import Clue, may_join, subject_of
from regulars.messaging.models import Channel, Thread, Threading
from regulars.messaging.queries.desk import Desk, Spot
from regulars.messaging.queries.placing import RETURNED
from regulars.people.engine.free_mail import free_domains

RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Placement:
    """The thread of a mail, None for a new one; `could_join` is one that it may belong to and that a person has to judge."""

    spot: Spot | None
    how: Threading
    could_join: Spot | None = None


def place_of(
    read: Read, channel: Channel | None, desk: Desk, *, at: datetime, is_forged: bool = False
) -> Placement:
    """Return where a mail belongs: the first thread it has a sign of and whose participants its sender is one of.

    One whose sender is forged takes part in nothing.
    """
    apart: Spot | None = None
    for clue, spot in desk.told(read, channel):
        if not is_forged and _is_let_in(read, clue, spot, desk):
            return Placement(spot, Threading(clue.how.value))
        apart = apart or spot
    if apart is not None:
        return Placement(None, Threading.KEPT_APART, apart)
    answered = [] if is_forged or channel is None else children_of(read, channel, desk)
    if answered:
        return Placement(answered[0], Threading.CHILD)
    return Placement(None, Threading.NEW, _of_the_same_subject(read, desk, at))


def children_of(read: Read, channel: Channel, desk: Desk) -> list[Spot]:
    """Return the threads of answers that came before this mail, where each side takes part on the other."""
    spots = [
        one.spot.whole
        for one in desk.waiting_for(read, channel)
        if _belongs(read, one.sender, one.spot.whole, desk)
    ]
    return list(dict.fromkeys(spots))


def _belongs(read: Read, answerer: str, spot: Spot, desk: Desk) -> bool:
    # Who answered was written to, or is one of us; who wrote first is named by the answer.
    named = {one.email for one in (*read.letter.to, *read.letter.cc)} | {read.sender}
    is_named = may_join(answerer, named, desk.colleagues, free_domains())
    return is_named and may_join(read.sender, spot.emails, desk.colleagues, free_domains())


def _is_let_in(read: Read, clue: Clue, spot: Spot, desk: Desk) -> bool:
    # A daemon that returns our letter takes part in nothing, but it holds our seal.
    if clue.is_proof and read.kind.name in RETURNED:
        return True
    return may_join(read.sender, spot.emails, desk.colleagues, free_domains())


def _of_the_same_subject(read: Read, desk: Desk, at: datetime) -> Spot | None:
    """Return a recent thread of the sender with this subject, when the mail says that it is an answer."""
    subject = subject_of(read.letter.subject)
    if not (subject.is_reply and subject.words and read.sender):
        return None
    rows = Thread.objects.select_related("person").filter(
        participants__email=read.sender, subject=subject.words[:300], last_message_at__gt=at - RECENT
    )
    found = rows.order_by("-last_message_at").first()
    return desk.spot(found) if found else None

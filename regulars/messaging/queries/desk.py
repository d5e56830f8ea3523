"""What a batch of mails has to be compared with, asked once for all of them; what is filed meanwhile is known here at once.

Nothing here writes: threads, messages and participants that are new stand here until the action that files writes them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regulars.messaging.engine.reading import Read, normal_id
from regulars.messaging.engine.threads import Clue, clues
from regulars.messaging.models import Channel, Message, MissedParent, Participant, Thread
from regulars.messaging.queries.placing import (
    MOST_CLUES,
    MOST_MERGES,
    colleagues,
    own_addresses,
    thread_secret,
)
from regulars.people.engine.identities import tidy_identity
from regulars.people.engine.sayings import Unclear
from regulars.people.models import Identity, IdentityKind, Person


@dataclass(eq=False)
class Spot:
    """A thread in the making: who takes part, and what is yet to be written of it."""

    thread: Thread
    emails: set[str]
    is_new: bool = False
    newcomers: dict[str, Person | None] = field(default_factory=dict)
    latest: datetime | None = None
    person: Person | None = None
    joins: Spot | None = None

    @property
    def whole(self) -> Spot:
        """The thread it became part of, itself when it stands alone."""
        found = self
        for _step in range(MOST_MERGES):
            if found.joins is None:
                break
            found = found.joins
        return found


@dataclass(frozen=True)
class Waiting:
    """A message that names a parent which was not here when it came."""

    spot: Spot
    sender: str
    channel_id: int


class Desk:
    """All that is known about a batch of mails."""

    def __init__(self, batch: Sequence[tuple[Read, Channel | None]], ours: set[str] | None = None) -> None:
        self.ours = own_addresses() if ours is None else ours
        self.colleagues = colleagues()
        self._clues = {id(read): _clues(read) for read, _channel in batch}
        self._known = _known(batch)
        self._people, self._shared = _people({read.sender for read, _channel in batch})
        self._spots: dict[int, Spot] = {}
        self._by_id: dict[str, list[tuple[int, int, Spot]]] = defaultdict(list)
        self._awaited: dict[str, list[Waiting]] = defaultdict(list)
        # Threads that become part of others, (which, of which).
        self.joined: list[tuple[Spot, Spot]] = []
        self._look_up(batch)

    def known(self, read: Read, channel: Channel) -> Message | None:
        """Return the message that a mail was already, in this channel."""
        return self._known.get((channel.pk, read.key))

    def person(self, email: str) -> Person | None:
        """Return the one live person who has an address."""
        return self._people.get(_tidy(email))

    def is_somebodys(self, email: str) -> bool:
        """Tell whether several people share an address, so that nobody new is meant by it; or that it is none."""
        return not _tidy(email) or _tidy(email) in self._shared

    def told(self, read: Read, channel: Channel | None) -> list[tuple[Clue, Spot]]:
        """Return the threads that a mail has a sign of, the most trustworthy first."""
        pairs = ((clue, self._spot_of(clue, channel)) for clue in self._clues[id(read)])
        return [(clue, spot.whole) for clue, spot in pairs if spot is not None]

    def _spot_of(self, clue: Clue, channel: Channel | None) -> Spot | None:
        if not clue.message_id:
            return self._spots.get(clue.thread or 0)
        found = self._by_id.get(normal_id(clue.message_id), [])
        ours = channel.pk if channel else 0
        # Where a mail came by several channels, that of this one; of several the first.
        best = min(found, key=lambda one: (one[0] != ours, one[1]), default=None)
        return best[2] if best else None

    def waiting_for(self, read: Read, channel: Channel) -> list[Waiting]:
        """Return the messages that came before this one and answer it."""
        found = self._awaited.get(normal_id(read.letter.message_id), []) if read.letter.message_id else []
        return [one for one in found if one.channel_id == channel.pk]

    def missing(self, read: Read) -> list[str]:
        """Return the ids that a mail answers and that nobody here knows."""
        named = (normal_id(clue.message_id) for clue in self._clues[id(read)] if clue.message_id)
        return [one for one in dict.fromkeys(named) if one and one not in self._by_id]

    def spot(self, thread: Thread) -> Spot:
        """Return a thread's place; one that was looked up by other means is added."""
        found = self._spots.get(thread.pk)
        if found is None:
            self._add_spots([thread])
            found = self._spots[thread.pk]
        return found.whole

    def note_person(self, email: str, person: Person) -> None:
        """Know somebody who was just added."""
        self._people[_tidy(email)] = person

    def note_message(self, message: Message, spot: Spot, missing: Iterable[str]) -> None:
        """Know a message that is about to be written."""
        self._known[message.channel_id, message.content_key] = message
        if message.message_id:
            self._by_id[message.message_id].append((message.channel_id, 2**62 + len(self._known), spot))
        for one in missing:
            self._awaited[one].append(Waiting(spot, message.sender_email, message.channel_id))

    def _look_up(self, batch: Sequence[tuple[Read, Channel | None]]) -> None:
        told = [clue for found in self._clues.values() for clue in found]
        ids = {normal_id(clue.message_id) for clue in told if clue.message_id} - {""}
        messages = _places_of(ids)
        own_ids = {normal_id(read.letter.message_id) for read, _channel in batch} - {""}
        waiting = _waiting_for(own_ids)
        numbers = {clue.thread for clue in told if clue.thread is not None and clue.thread < 2**63}
        numbers |= {thread for _id, _channel, _pk, thread in messages} | {
            one["message__thread"] for one in waiting
        }
        self._add_spots(Thread.objects.select_related("person").filter(pk__in=numbers) if numbers else [])
        for said, channel, pk, thread in messages:
            self._by_id[said].append((channel, pk, self._spots[thread]))
        for one in waiting:
            spot = self._spots[one["message__thread"]]
            found = Waiting(spot, one["message__sender_email"], one["message__channel"])
            self._awaited[one["missing"]].append(found)

    def _add_spots(self, threads: Iterable[Thread]) -> None:
        found = _with_survivors({one.pk: one for one in threads if one.pk not in self._spots})
        emails = participants_of(list(found.values()))
        for number, thread in found.items():
            self._spots.setdefault(number, Spot(thread, emails[number]))
        for number, thread in found.items():
            # Two that were merged into each other end where they began.
            if thread.merged_into_id is not None and thread.merged_into_id in self._spots:
                self._spots[number].joins = self._spots[thread.merged_into_id]


def participants_of(threads: Sequence[Thread]) -> dict[int, set[str]]:
    """Return for each thread the addresses of those who take part, with all live addresses of the people among them."""
    found: dict[int, set[str]] = {one.pk: set() for one in threads}
    if not threads:
        return found
    people: dict[int, set[int]] = defaultdict(set)
    rows = Participant.objects.filter(thread__in=list(found)).values_list("thread", "email", "person")
    for thread, email, person in rows:
        found[thread].add(email)
        people[person].add(thread)
    for one in threads:
        people[one.person_id or 0].add(one.pk)
    others = Identity.objects.filter(
        person__in=[number for number in people if number],
        kind=IdentityKind.EMAIL,
        ended_at__isnull=True,
        person__deleted_at__isnull=True,
    )
    for number, value in others.values_list("person", "value"):
        for thread in people[number]:
            found[thread].add(value)
    return {thread: emails - {""} for thread, emails in found.items()}


def _with_survivors(threads: dict[int, Thread]) -> dict[int, Thread]:
    """Add the threads that merged ones became part of."""
    found = dict(threads)
    for _step in range(MOST_MERGES):
        lacking = {one.merged_into_id for one in found.values() if one.merged_into_id} - set(found)
        if not lacking:
            break
        found |= {one.pk: one for one in Thread.objects.select_related("person").filter(pk__in=lacking)}
    return found


def _clues(read: Read) -> list[Clue]:
    return [
        clue for _place, clue in zip(range(MOST_CLUES), clues(read.letter, thread_secret()), strict=False)
    ]


def _known(batch: Sequence[tuple[Read, Channel | None]]) -> dict[tuple[int, str], Message]:
    keys = [read.key for read, channel in batch if channel is not None]
    rows = Message.objects.filter(
        content_key__in=keys, channel__in={channel for _read, channel in batch if channel}
    )
    return {(one.channel_id, one.content_key): one for one in rows.defer("html", "text", "quoted")}


def _places_of(ids: set[str]) -> list[Any]:
    if not ids:
        return []
    rows = Message.objects.filter(message_id__in=ids)
    return list(rows.values_list("message_id", "channel", "pk", "thread"))


def _waiting_for(ids: set[str]) -> list[Any]:
    if not ids:
        return []
    rows = MissedParent.objects.filter(missing__in=ids).order_by("pk")
    return list(rows.values("missing", "message__thread", "message__sender_email", "message__channel"))


def _people(emails: set[str]) -> tuple[dict[str, Person], set[str]]:
    """Return who alone has an address, and which addresses several have."""
    wanted = {_tidy(email) for email in emails} - {""}
    # The two halves of the identities' index are asked apart, so that each can be used.
    rows = Identity.objects.filter(
        kind=IdentityKind.EMAIL, value__in=wanted, ended_at__isnull=True, person__deleted_at__isnull=True
    ).select_related("person")
    holders: dict[str, dict[int, Person]] = defaultdict(dict)
    for is_shared in (False, True) if wanted else ():
        for one in rows.filter(is_shared=is_shared):
            holders[one.value][one.person_id] = one.person
    alone = {email: next(iter(found.values())) for email, found in holders.items() if len(found) == 1}
    return alone, set(holders) - set(alone)


def _tidy(email: str) -> str:
    try:
        return tidy_identity(IdentityKind.EMAIL, email, "") if email else ""
    except Unclear:
        return ""

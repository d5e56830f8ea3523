"""The lists on the left: which conversations each holds, in which order, and how many they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models import Clock, Conversation, Reader, State
from regulars.inbox.queries.due import due_of
from regulars.kit.lists import ListSpec
from regulars.people.models import Tag

MOST_COUNTED = 99
Rows = Any


@dataclass(frozen=True)
class Box:
    """One list: its name in the address, what it is called, its rows for a member, and its order."""

    name: str
    label: str | Promise
    icon: str
    narrow: Callable[[Rows, Any], Rows]
    sort: str
    is_counted: bool = True


def _open(rows: Rows) -> Rows:
    return rows.filter(state=State.OPEN)


def _breaching(rows: Rows, _me: Any) -> Rows:
    """Keep those in which a promise breaks soon or broke already."""
    soon: Any = Clock.objects.all()
    return rows.filter(pk__in=soon.breaching().values("conversation"))


# Who has waited longest comes first, wherever somebody waits.
BOXES = [
    Box("mine", _("Mine"), "user", lambda rows, me: _open(rows).filter(assignee=me.member_id), "waiting_since"),
    Box("unassigned", _("Unassigned"), "inbox", lambda rows, _me: _open(rows).filter(assignee=None), "waiting_since"),
    Box("team", _("My teams"), "users", lambda rows, me: _open(rows).filter(team__in=me.team_ids), "waiting_since"),
    Box("open", _("All open"), "messages", lambda rows, _me: _open(rows), "waiting_since"),
    Box("breaching", _("Breaching"), "alarm", _breaching, "due_at"),
    Box("waiting", _("Waiting for customer"), "hourglass", lambda rows, _me: rows.filter(state=State.WAITING),
        "last_message_at"),
    Box("snoozed", _("Snoozed"), "clock-pause", lambda rows, _me: rows.filter(state=State.SNOOZED), "snoozed_until"),
    Box("closed", _("Closed"), "circle-check", lambda rows, _me: rows.filter(state=State.CLOSED), "-closed_at", False),
    Box("all", _("Everything"), "stack", lambda rows, _me: rows.exclude(state=State.SPAM), "-last_message_at", False),
    Box("spam", _("Spam"), "ban", lambda rows, _me: rows.filter(state=State.SPAM), "-last_message_at", False),
]  # fmt: skip
BY_NAME = {one.name: one for one in BOXES}


def box_rows(box: Box, seer: Any) -> QuerySet[Conversation]:
    """Return the conversations of a list within somebody's reach."""
    rows: Any = Conversation.objects.all()
    narrowed: QuerySet[Conversation] = box.narrow(rows.whole().visible_to(seer), seer)
    return narrowed


def box_spec(box: Box) -> ListSpec:
    """Return a list as the list engine reads it."""
    return ListSpec(
        subject="conversation",
        rows=lambda seer: box_rows(box, seer),
        default_columns=(),
        default_sort=box.sort,
        fetch=lambda ids: shown(Conversation.objects.all()).in_bulk(ids),
    )


def counts(seer: Any) -> dict[str, int]:
    """Count the lists that are worked off, each up to 99."""
    return {
        box.name: box_rows(box, seer).order_by()[: MOST_COUNTED + 1].count()
        for box in BOXES
        if box.is_counted
    }


def shown(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Read with conversations what every list shows of them."""
    return rows.select_related("person", "assignee", "team", "channel")


def rows_of(found: Sequence[Conversation], member: Any, at: datetime) -> list[dict[str, Any]]:
    """Return conversations as rows: whether they are read, who is there, their tags."""
    ids = [one.pk for one in found]
    read = dict(
        Reader.objects.filter(conversation__in=ids, member=member).values_list("conversation", "read_at")
    )
    there = presence_of(ids, member, at)
    due = due_of(ids, at)
    tags = {tag.pk: tag for tag in Tag.objects.filter(pk__in={n for one in found for n in one.tag_ids})}
    return [
        {
            "conversation": one,
            "is_unread": one.state == State.OPEN and is_unread(one, read.get(one.pk)),
            "due": due.get(one.pk),
            "present": there.get(one.pk, []),
            "tags": [tags[number] for number in one.tag_ids if number in tags],
        }
        for one in found
    ]


def is_unread(conversation: Conversation, read_at: datetime | None) -> bool:
    """Tell whether a message came since somebody looked."""
    return read_at is None or read_at < conversation.last_message_at


def presence_of(ids: Sequence[int], member: Any, at: datetime) -> dict[int, list[dict[str, Any]]]:
    """Return who else looks at conversations now, and who of them types."""
    rows: Any = Reader.objects.filter(conversation__in=ids)
    found: dict[int, list[dict[str, Any]]] = {}
    for one in rows.present(at).exclude(member=member).select_related("member").order_by("member__name"):
        is_typing = one.typing_until is not None and one.typing_until > at
        who = {"id": one.member_id, "name": str(one.member), "is_typing": is_typing}
        found.setdefault(one.conversation_id, []).append(who)
    return found

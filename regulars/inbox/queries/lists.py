"""The lists on the left: which conversations each holds, in which order, and how many they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models import Clock, Conversation, State
from regulars.kit.lists import ListSpec
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.team.rules import rights_of

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
        rule_key=lambda seer: (box.name, rights_of(seer)),
        table="inbox_conversation",
    )


def counts(seer: Any) -> dict[str, int]:
    """Count the lists that are worked off, each up to 99."""
    return {
        box.name: box_rows(box, seer).order_by()[: MOST_COUNTED + 1].count()
        for box in BOXES
        if box.is_counted
    }


SAVED = f"""{PLANNED_ONCE}SELECT id, name FROM people_view
WHERE subject = 'conversation' AND (is_shared OR author_id = %s) ORDER BY name LIMIT 30"""


def saved_lists(member_id: int) -> list[tuple[int, str]]:
    """Return number and name of the saved lists that a member may choose."""
    with connection.cursor() as cursor:
        cursor.execute(SAVED, [member_id])
        return list(cursor.fetchall())

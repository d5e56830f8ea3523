"""Says that a promise is about to break, or broke, at the second it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.inbox.actions.assigning import assign_conversation
from regulars.inbox.actions.moving import locked, tell
from regulars.inbox.events import TargetMissed, TargetWarned
from regulars.inbox.models.targets import Clock, ClockKind
from regulars.inbox.rules import ANSWER
from regulars.kit.actor import Actor
from regulars.kit.events import announce_many
from regulars.team.actions.notices import notify
from regulars.team.models import Member, Role
from regulars.team.rules import may

AT_ONCE = 200
WARNED, MISSED = "warned", "missed"


@transaction.atomic
def warn_of_targets(*, by: Actor, at: datetime) -> int:
    """Warn of the promises that break soon; return how many there were."""
    rows = Clock.objects.filter(warn_at__lte=at, warned_at=None, missed_at=None)
    found = _taken(rows.running_or_standing().order_by("warn_at"))
    for clock in found:
        clock.warned_at = clock.warn_at
    Clock.objects.bulk_update(found, ["warned_at"])
    events = [TargetWarned(**_about(clock)) for clock in found]
    announce_many(events, by=by, occurred_at=[clock.warned_at for clock in found])
    for clock in found:
        _tell(clock, WARNED)
    return len(found)


@transaction.atomic
def miss_targets(*, by: Actor, at: datetime) -> int:
    """Call the promises broken whose time is up, and hand the conversations on; return how many there were."""
    rows = Clock.objects.filter(due_at__lte=at, missed_at=None)
    found = _taken(rows.running_or_standing().order_by("due_at"))
    for clock in found:
        clock.missed_at, clock.warned_at = clock.due_at, clock.warned_at or clock.due_at
    Clock.objects.bulk_update(found, ["missed_at", "warned_at"])
    events = [TargetMissed(**_about(clock)) for clock in found]
    announce_many(events, by=by, occurred_at=[clock.missed_at for clock in found])
    for clock in found:
        _tell(clock, MISSED)
    return len(found)


@transaction.atomic
def escalate(conversation_id: int, *, by: Actor, at: datetime) -> bool:
    """Hand a conversation to whom its broken promise names, while the promise is still open; tell whether it was."""
    talk = locked(conversation_id)
    rows: Any = Clock.objects.filter(
        conversation=talk, missed_at__isnull=False, target__escalate_to__is_active=True
    )
    clock = rows.running_or_standing().select_related("target__escalate_to").order_by("-missed_at").first()
    wanted = clock.target.escalate_to if clock is not None else None
    # Whoever was named may have another role by now, and cannot answer any more.
    if wanted is None or wanted.pk == talk.assignee_id or not may(wanted, ANSWER):
        return False
    assign_conversation(talk, wanted, by=by, at=at)
    return True


def next_moment(*, at: datetime) -> datetime | None:
    """Return when the next promise warns or breaks."""
    soonest: Any = Clock.objects.all()
    rows = soonest.running_or_standing().filter(missed_at=None)
    due = rows.filter(due_at__gt=at).order_by("due_at").values_list("due_at", flat=True).first()
    warn = (
        rows.filter(warn_at__gt=at, warned_at=None)
        .order_by("warn_at")
        .values_list("warn_at", flat=True)
        .first()
    )
    return min((one for one in (due, warn) if one is not None), default=None)


def _taken(rows: Any) -> list[Clock]:
    # The change of a conversation locks its own row first and then its clocks, so who comes second here looks away.
    taken = rows.select_for_update(of=("self",), skip_locked=True)
    return list(taken.select_related("conversation", "target")[:AT_ONCE])


def _about(clock: Clock) -> dict[str, Any]:
    talk = clock.conversation
    return {
        "conversation_id": talk.pk, "person_id": talk.person_id, "subject_line": talk.subject[:120],
        "clock_id": clock.pk, "promise": clock.kind, "target_id": clock.target_id, "due_at": clock.due_at,
    }  # fmt: skip


def _tell(clock: Clock, what: str) -> None:
    """Put a notice under the bells of whom it concerns, each in their own language."""
    tell(clock.conversation)
    subject = clock.conversation.subject or str(clock.conversation)
    for member in _concerned(clock):
        with translation.override(member.language or None):
            promise = str(ClockKind(clock.kind).label)
            words = (
                _("%(promise)s is due soon: %(subject)s")
                if what == WARNED
                else _("%(promise)s is late: %(subject)s")
            )
            text = words % {"promise": promise, "subject": subject}
        icon = "hourglass" if what == WARNED else "alarm"
        key = f"clock:{clock.pk}:{what}:{clock.due_at:%Y%m%d%H%M}"
        notify([member.pk], text, url=f"/inbox/{clock.conversation_id}/", icon=icon, key=key)


def _concerned(clock: Clock) -> Sequence[Member]:
    """Return who is told: whoever it is with and those the target names; with nobody named, the team, else the managers."""
    talk, target = clock.conversation, clock.target
    ids = set(target.notified.values_list("pk", flat=True)) if target is not None else set()
    ids |= {talk.assignee_id} if talk.assignee_id else set()
    active = Member.objects.active()
    if ids:
        return list(active.filter(pk__in=ids))
    if talk.team_id:
        return list(active.filter(teams=talk.team_id))
    return list(active.filter(role=Role.MANAGER))

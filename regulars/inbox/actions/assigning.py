"""Who answers: given by hand, by turn, by load, or to who helped last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.moving import about_event, locked, moved
from regulars.inbox.events import AvailabilityChanged, ConversationAssigned
from regulars.inbox.models import Absence, Conversation, State
from regulars.inbox.rules import ANSWER
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.team.actions.notices import notify
from regulars.team.models import Member, Team
from regulars.team.rules import may

Way = Literal["turn", "load"]


class NobodyFree(Refused):
    """Everybody is away or has as much as they take."""

    code = "nobody_free"
    default = gettext_lazy("Nobody is free: everyone is away or has as many conversations as they take.")


@transaction.atomic
def assign_conversation(
    conversation: Conversation, member: Member | None, *, by: Actor, at: datetime
) -> Conversation:
    """Give a conversation to a member, or to nobody."""
    if member is not None and not (member.is_active and may(member, ANSWER)):
        raise Invalid({"assignee": _("%(name)s can't answer here.") % {"name": member}})
    found = locked(conversation)
    if found.assignee_id == (member.pk if member else None):
        return found
    before, found.assignee = found.assignee_id, member
    moved(
        found,
        "assigned",
        by=by,
        at=at,
        fields=("assignee",),
        to=str(member or ""),
        me=member is not None and member.pk == by.member_id,
    )
    _tell(found, by, {"assignee": [before, found.assignee_id]})
    if member is not None and member.pk != by.member_id:
        text = _("%(who)s gave you: %(what)s") % {"who": by.label, "what": found}
        notify([member.pk], text, url=f"/inbox/{found.pk}/", icon="user-share")
    return found


@transaction.atomic
def hand_to_team(conversation: Conversation, team: Team | None, *, by: Actor, at: datetime) -> Conversation:
    """Give a conversation to a team; who answered so far and is not in it lets go."""
    found = locked(conversation)
    if found.team_id == (team.pk if team else None):
        return found
    before = {"team": found.team_id, "assignee": found.assignee_id}
    found.team = team
    if team is not None and found.assignee_id and not team.members.filter(pk=found.assignee_id).exists():
        found.assignee = None
    moved(found, "team", by=by, at=at, fields=("team", "assignee"), to=str(team or ""))
    _tell(found, by, changed(before, {"team": found.team_id, "assignee": found.assignee_id}))
    return found


def give_to_somebody(conversation: Conversation, way: Way, *, by: Actor, at: datetime) -> Conversation:
    """Give a conversation to who helped this customer last, else by turn or to who has least."""
    member = next_helper(conversation, way)
    if member is None:
        raise NobodyFree
    with transaction.atomic():
        Absence.objects.update_or_create(member=member, defaults={"last_given_at": at})
        return assign_conversation(conversation, member, by=by, at=at)


def next_helper(conversation: Conversation, way: Way) -> Member | None:
    """Return who should get a conversation: the previous helper when free, else whose turn it is, or who has least."""
    free = free_members(conversation)
    previous = _previous_helper(conversation, free)
    if previous is not None or not free:
        return previous
    if way == "load":
        return min(free, key=lambda one: (_load(one), _last_given(one), one.pk))
    return min(free, key=lambda one: (_last_given(one), one.pk))


def free_members(conversation: Conversation) -> list[Member]:
    """Return who could answer a conversation now: of its team if it has one, not away, not full."""
    open_ones = Count("conversations", filter=Q(conversations__state=State.OPEN))
    rows = Member.objects.active().select_related("absence").annotate(load=open_ones)
    if conversation.team_id:
        rows = rows.filter(teams=conversation.team_id)
    return [one for one in rows.order_by("pk") if may(one, ANSWER) and _is_free(one)]


@transaction.atomic
def set_availability(
    member: Member, *, is_away: bool, capacity: int | None, by: Actor, at: datetime
) -> Absence:
    """Say that a member is away or back, and how many open conversations they take at once."""
    if capacity is not None and not 0 < capacity <= 10_000:
        raise Invalid({"capacity": _("Give a number from 1 to 10,000, or nothing for no limit.")})
    found = Absence.objects.filter(member=member).first() or Absence(member=member)
    before = {"is_away": found.is_away, "capacity": found.capacity}
    found.is_away, found.capacity = is_away, capacity
    found.save()
    changes = changed(before, {"is_away": is_away, "capacity": capacity})
    if changes:
        announce(AvailabilityChanged(member_id=member.pk), by=by, changes=changes)
    return found


def _is_free(member: Member) -> bool:
    absence: Absence | None = getattr(member, "absence", None)
    if absence is None:
        return True
    return not absence.is_away and (absence.capacity is None or _load(member) < absence.capacity)


def _load(member: Member) -> int:
    return int(getattr(member, "load", 0))


def _last_given(member: Member) -> float:
    absence: Absence | None = getattr(member, "absence", None)
    return absence.last_given_at.timestamp() if absence and absence.last_given_at else 0.0


def _previous_helper(conversation: Conversation, free: Sequence[Member]) -> Member | None:
    if conversation.person_id is None:
        return None
    rows = Conversation.objects.filter(person=conversation.person_id, assignee__in=[one.pk for one in free])
    last = rows.exclude(pk=conversation.pk).order_by(F("last_message_at").desc()).first()
    return next((one for one in free if last is not None and one.pk == last.assignee_id), None)


def _tell(found: Conversation, by: Actor, changes: dict[str, list[object]]) -> None:
    event = ConversationAssigned(**about_event(found), assignee_id=found.assignee_id, team_id=found.team_id)
    announce(event, by=by, changes=changes)

"""Who answers: given by hand, by turn, by load, or to who helped last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from django.db import connection, transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.moving import about_event, locked, moved
from regulars.inbox.events import AvailabilityChanged, ConversationAssigned, ConversationChanged
from regulars.inbox.models import Absence, Conversation, Skill, State, Ungiven
from regulars.inbox.queries.skills import skills_needed
from regulars.inbox.rules import ANSWER
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.team.actions.notices import notify
from regulars.team.models import Member, Team
from regulars.team.rules import may

Way = Literal["turn", "load"]
# Our own number, so that it meets no other lock.
GIVING_LOCK = 7_403_117


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
    Ungiven.objects.filter(conversation=found).delete()
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


@transaction.atomic
def give_to_somebody(conversation: Conversation, way: Way, *, by: Actor, at: datetime) -> Conversation:
    """Give a conversation to who helped this customer last, else by turn or to who has least; whoever was quicker stays.

    One after another: two who give at the same time see each other's load, so nobody gets more than they take.
    """
    found = locked(conversation)
    if found.assignee_id != conversation.assignee_id:
        return found
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GIVING_LOCK])
    member = next_helper(found, way)
    if member is None:
        raise _nobody(found)
    Absence.objects.update_or_create(member=member, defaults={"last_given_at": at})
    return assign_conversation(found, member, by=by, at=at)


def next_helper(conversation: Conversation, way: Way) -> Member | None:
    """Return who should get a conversation: the previous helper when free, else whose turn it is, or who has least."""
    free = free_members(conversation)
    previous = _previous_helper(conversation, free)
    if previous is not None or not free:
        return previous
    if way == "load":
        return min(free, key=lambda one: (_load(one), _last_given(one), one.pk))
    return min(free, key=lambda one: (_last_given(one), one.pk))


def _nobody(conversation: Conversation) -> NobodyFree:
    """Say why nobody can take it: nobody has the skills, or all who have them are away or full."""
    skills = skills_needed(conversation)
    if not skills:
        return NobodyFree()
    names = {"skills": ", ".join(one.name for one in skills)}
    if not able_members(conversation):
        return NobodyFree(_("Nobody who answers here has these skills: %(skills)s.") % names)
    return NobodyFree(
        _("Nobody with these skills is free, they are away or have as many as they take: %(skills)s.") % names
    )


def previous_helper(conversation: Conversation) -> Member | None:
    """Return who helped this customer last, when they are free."""
    return _previous_helper(conversation, free_members(conversation))


def free_members(conversation: Conversation) -> list[Member]:
    """Return who could take a conversation now: able to, not away, not full."""
    return [one for one in able_members(conversation) if _is_free(one)]


def able_members(conversation: Conversation) -> list[Member]:
    """Return who can answer a conversation: of its team if it has one, with all the skills it needs."""
    rows = Member.objects.active().select_related("absence")
    if conversation.team_id:
        rows = rows.filter(teams=conversation.team_id)
    having: dict[int, set[int]] = {}
    needed = {one.pk for one in skills_needed(conversation)}
    for member, skill in Skill.members.through.objects.filter(skill__in=needed).values_list(
        "member", "skill"
    ):
        having.setdefault(member, set()).add(skill)
    found = [one for one in rows.order_by("pk") if needed <= having.get(one.pk, set()) and may(one, ANSWER)]
    _count_load(found, conversation)
    return found


def _count_load(members: Sequence[Member], conversation: Conversation) -> None:
    """Note how many open conversations each has; the one that is given does not fill who has it already."""
    rows = Conversation.objects.filter(
        state=State.OPEN, merged_into=None, assignee__in=[one.pk for one in members]
    )
    counted = rows.exclude(pk=conversation.pk).order_by().values_list("assignee").annotate(Count("pk"))
    loads = dict(counted)
    for one in members:
        vars(one)["load"] = loads.get(one.pk, 0)


@transaction.atomic
def need_skills(
    conversation: Conversation, skill_ids: Iterable[int], *, by: Actor, at: datetime
) -> Conversation:
    """Say that whoever is given a conversation by turn or by load must have these skills, besides those it needs already."""
    found = locked(conversation)
    names = dict(Skill.objects.filter(pk__in=list(skill_ids)).values_list("pk", "name"))
    before, after = list(found.skill_ids), sorted({*found.skill_ids, *names})
    if before == after:
        return found
    found.skill_ids = after
    moved(found, "skills", by=by, at=at, fields=("skill_ids",), name=", ".join(names.values()))
    announce(ConversationChanged(**about_event(found)), by=by, changes={"skills": [before, after]})
    return found


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

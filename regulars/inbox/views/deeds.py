"""What is done to one conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.inbox.actions import (
    assign_conversation,
    close_conversation,
    follow,
    give_to_somebody,
    hand_to_team,
    mark_spam,
    mark_unread,
    merge_conversations,
    put_back,
    reopen_conversation,
    set_availability,
    set_priority,
    snooze_conversation,
    tag_conversation,
    untag_conversation,
)
from regulars.inbox.forms import AssignForm, AvailabilityForm, MergeForm, SnoozeForm, TagsForm
from regulars.inbox.models import Absence, Conversation
from regulars.inbox.queries.story import others_of
from regulars.inbox.rules import ANSWER, ASSIGN, CHANGE, SEE
from regulars.inbox.views.common import after, box, find, takes_back, undo_url
from regulars.kit.clock import now
from regulars.kit.markup import exact
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.people.models import Tag
from regulars.team.gate import needs
from regulars.team.models import Member, Team
from regulars.team.rules import may

NEXT = "inbox-next"


@require_POST
@needs(CHANGE)
def closure(request: Request, conversation_id: int) -> HttpResponse:
    """Close a conversation, and go on to the next."""
    found = find(request, conversation_id, CHANGE)
    undo = restoring(found)
    close_conversation(found, by=request.actor, at=now())
    return after(_("Closed."), undo=undo, event=NEXT, detail={"id": found.pk})


@require_POST
@needs(CHANGE)
def reopening(request: Request, conversation_id: int) -> HttpResponse:
    """Open a conversation again."""
    found = find(request, conversation_id, CHANGE)
    undo = restoring(found)
    reopen_conversation(found, by=request.actor, at=now())
    return after(_("Open again."), undo=undo)


@require_POST
@needs(CHANGE)
def spam(request: Request, conversation_id: int) -> HttpResponse:
    """Call a conversation spam, and go on to the next."""
    found = find(request, conversation_id, CHANGE)
    undo = restoring(found)
    mark_spam(found, by=request.actor, at=now())
    return after(_("Called spam."), undo=undo, event=NEXT, detail={"id": found.pk})


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def snooze(request: Request, conversation_id: int) -> HttpResponse:
    """Put a conversation aside until a time that is chosen."""
    found, at = find(request, conversation_id, CHANGE), now()
    form = SnoozeForm(request.POST or None, at=at, initial={"choice": "tomorrow"})

    def work(_values: dict[str, Any]) -> HttpResponse:
        until = form.moment()
        if until is None:
            raise Invalid({"until": _("Say when.")})
        undo = restoring(found)
        snooze_conversation(found, until=until, by=request.actor, at=at)
        toast = _("Put aside until %(when)s.") % {"when": exact(until)}
        return after(toast, undo=undo, event=NEXT, detail={"id": found.pk})

    return box(request, form, title=_("Put aside"), submit=_("Put aside"), work=work)


@require_http_methods(["GET", "POST"])
@needs(ASSIGN)
def assignment(request: Request, conversation_id: int) -> HttpResponse:
    """Give a conversation to a member, to whose turn it is, to a team, or to nobody."""
    found = find(request, conversation_id, ASSIGN)
    members = [one for one in Member.objects.active().order_by("name") if may(one, ANSWER)]
    first = {"assignee": str(found.assignee_id or ""), "team": str(found.team_id or "")}
    form = AssignForm(request.POST or None, me=request.member, members=members, initial=first)

    def work(values: dict[str, Any]) -> HttpResponse:
        undo = undo_url("assignment", conversation=found.pk, assignee=found.assignee_id, team=found.team_id)
        if values["team"] != first["team"]:
            team = Team.objects.filter(pk=values["team"]).first() if values["team"] else None
            hand_to_team(found, team, by=request.actor, at=now())
        if values["assignee"] in ("turn", "load"):
            given = give_to_somebody(find(request, found.pk), values["assignee"], by=request.actor, at=now())
        elif values["assignee"] != first["assignee"]:
            who = next((one for one in members if str(one.pk) == values["assignee"]), None)
            given = assign_conversation(found, who, by=request.actor, at=now())
        else:
            given = found
        name = str(given.assignee or "") or _("nobody")
        return after(_("Given to %(name)s.") % {"name": name}, undo=undo)

    return box(request, form, title=_("Who answers?"), submit=_("Give"), work=work)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def tags(request: Request, conversation_id: int) -> HttpResponse:
    """Say which tags a conversation has."""
    found = find(request, conversation_id, CHANGE)
    had = {tag.name for tag in Tag.objects.filter(pk__in=found.tag_ids)}
    form = TagsForm(request.POST or None, initial={"tags": ", ".join(sorted(had, key=str.casefold))})

    def work(values: dict[str, Any]) -> HttpResponse:
        wanted = {name.strip() for name in values["tags"].split(",") if name.strip()}
        keep = {name.casefold() for name in wanted}
        tag_conversation(found, sorted(wanted), by=request.actor, at=now())
        untag_conversation(
            found, [one for one in had if one.casefold() not in keep], by=request.actor, at=now()
        )
        return after(_("Tags saved."), undo=undo_url("tags", conversation=found.pk, tags=found.tag_ids))

    return box(request, form, title=_("Tags"), submit=_("Save"), work=work)


@require_POST
@needs(CHANGE)
def priority(request: Request, conversation_id: int) -> HttpResponse:
    """Say how pressing a conversation is."""
    found, said = find(request, conversation_id, CHANGE), request.POST.get("priority", "")
    undo = undo_url("priority", conversation=found.pk, priority=found.priority)
    changed = set_priority(found, int(said) if said.isdecimal() else -1, by=request.actor, at=now())
    return after(_("Priority: %(name)s") % {"name": changed.get_priority_display()}, undo=undo)


@require_POST
@needs(SEE)
def following(request: Request, conversation_id: int) -> HttpResponse:
    """Hear of every reply in a conversation, or no longer."""
    found = find(request, conversation_id)
    was = found.followers.filter(member=request.member).exists()
    follow(found, request.member, by=request.actor, is_followed=not was)
    return after(_("You no longer follow it.") if was else _("You follow it."))


@require_POST
@needs(SEE)
def unread(request: Request, conversation_id: int) -> HttpResponse:
    """Let a conversation count as not read by me."""
    mark_unread(find(request, conversation_id), request.member)
    return after(_("Marked as not read."))


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def merging(request: Request, conversation_id: int) -> HttpResponse:
    """Make a conversation part of another with the same person."""
    found = find(request, conversation_id, CHANGE)
    others = others_of(found, request.member, most=20)
    choices = [
        (str(one.pk), f"{one} · {one.get_state_display()} · {exact(one.last_message_at)}") for one in others
    ]
    form = MergeForm(request.POST or None, choices=choices)

    def work(values: dict[str, Any]) -> HttpResponse:
        into = find(request, int(values["into"]), CHANGE)
        merge_conversations(found, into=into, by=request.actor, at=now())
        return after(
            _("Merged into “%(subject)s”.") % {"subject": into}, event="inbox-open", detail={"id": into.pk}
        )

    return box(request, form, title=_("Merge with another conversation"), submit=_("Merge"), work=work)


@require_http_methods(["GET", "POST"])
@needs(ANSWER)
def availability(request: Request) -> HttpResponse:
    """Say whether I take conversations now, and how many."""
    known = Absence.objects.filter(member=request.member).first()
    first = {"is_away": known.is_away, "capacity": known.capacity} if known else None
    form = AvailabilityForm(request.POST or None, initial=first)

    def work(values: dict[str, Any]) -> HttpResponse:
        set_availability(request.member, **values, by=request.actor, at=now())
        return after(
            _("You are away; nothing is given to you.") if values["is_away"] else _("You take conversations.")
        )

    return box(request, form, title=_("My availability"), submit=_("Save"), work=work)


# --- Taking back --------------------------------------------------------------------------------------------------


def restoring(found: Conversation) -> str:
    """Return the address that gives a conversation back the state it has now."""
    return undo_url(
        "state",
        conversation=found.pk,
        state=found.state,
        until=as_text(found.snoozed_until),
        since=as_text(found.waiting_since),
    )


@takes_back("state")
def _undo_state(request: Request, what: dict[str, Any]) -> None:
    found = find(request, what["conversation"], CHANGE)
    since, until = from_text(what["since"]), from_text(what["until"])
    put_back(found, what["state"], waiting_since=since, until=until, by=request.actor, at=now())


def as_text(at: datetime | None) -> str:
    """Return a moment, or none, as an undo's address holds it."""
    return at.isoformat() if at else ""


def from_text(text: str) -> datetime | None:
    """Return the moment an undo's address holds."""
    return datetime.fromisoformat(text) if text else None


@takes_back("assignment")
def _undo_assignment(request: Request, what: dict[str, Any]) -> None:
    found = find(request, what["conversation"], ASSIGN)
    hand_to_team(found, Team.objects.filter(pk=what["team"]).first(), by=request.actor, at=now())
    assign_conversation(found, Member.objects.filter(pk=what["assignee"]).first(), by=request.actor, at=now())


@takes_back("tags")
def _undo_tags(request: Request, what: dict[str, Any]) -> None:
    found = find(request, what["conversation"], CHANGE)
    there = set(Tag.objects.filter(pk__in=what["tags"]).values_list("pk", flat=True))
    untag_conversation(found, [one for one in found.tag_ids if one not in there], by=request.actor, at=now())
    tag_conversation(found, sorted(there), by=request.actor, at=now())


@takes_back("priority")
def _undo_priority(request: Request, what: dict[str, Any]) -> None:
    found = find(request, what["conversation"], CHANGE)
    set_priority(found, what["priority"], by=request.actor, at=now())

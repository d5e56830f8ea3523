"""Running a macro: its steps on one conversation in one transaction, and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.assigning import (
    assign_conversation,
    give_to_somebody,
    hand_to_team,
    previous_helper,
)
from regulars.inbox.actions.drafting import add_to_draft, put_draft_back
from regulars.inbox.actions.moving import about_event, locked, moved
from regulars.inbox.actions.starting import start_task
from regulars.inbox.actions.templates import GapsLeft, open_gaps, use_template
from regulars.inbox.actions.work import (
    close_conversation,
    put_back,
    set_priority,
    snooze_conversation,
    tag_conversation,
    untag_conversation,
)
from regulars.inbox.actions.writing import delete_conversation_note, follow, write_conversation_note
from regulars.inbox.engine.gaps import LEFT, fill
from regulars.inbox.engine.steps import STEPS, numbered
from regulars.inbox.events import MacroRun
from regulars.inbox.models import Conversation, ConversationNote, Draft, Macro, MacroUse, State, Template
from regulars.inbox.queries.moments import snooze_moments
from regulars.inbox.queries.templates import values_for
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import NotThere, Refused
from regulars.people.actions.todos import delete_task
from regulars.people.models import Tag, Task
from regulars.team.models import Member, Team

Row = TypeVar("Row", Member, Team)
STATE, HANDED = ("state", "waiting_since", "snoozed_until"), ("team_id", "assignee_id")


class NobodyToWrite(Refused):
    """A draft needs somebody whose it is."""

    code = "nobody_to_write"
    default = gettext_lazy("Nobody has this conversation, so there is nobody to write the answer for.")


class StepGone(Refused):
    """What a step names is not there any more."""

    code = "step_gone"
    default = gettext_lazy("A template, team or colleague this macro names is not here any more.")


class NobodyRunsIt(Refused):
    """A step that means whoever runs it was run by nobody."""

    code = "nobody_runs_it"
    default = gettext_lazy("A step of this macro means whoever runs it, and nobody did.")


class TakenBackAlready(Refused):
    """What a macro did is taken back once."""

    code = "taken_back_already"
    default = gettext_lazy("This was taken back already.")


@dataclass
class _Run:
    """One run on one conversation: who, when, and what was made on the way."""

    talk: Conversation
    steps: Mapping[str, Any]
    by: Actor
    at: datetime
    leaves_gaps: bool
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def member(self) -> Member | None:
        """Whoever runs it, or whose the conversation is when it runs by itself."""
        number = self.by.member_id or self.talk.assignee_id
        return Member.objects.active().filter(pk=number).first() if number else None


@transaction.atomic
def run_macro(
    macro: Macro,
    conversation: Conversation,
    *,
    by: Actor,
    at: datetime,
    batch: str = "",
    leaves_gaps: bool = False,
) -> MacroUse:
    """Do a macro's steps on a conversation, all or none; what can't be filled in holds it back unless gaps may be left."""
    found = locked(conversation)
    if found.merged_into_id is not None:
        raise NotThere
    run = _Run(found, macro.steps, by, at, leaves_gaps)
    before = _snapshot(found)
    moved(found, "macro", by=by, at=at, name=macro.name)
    for step in STEPS:
        if step in macro.steps and step in _DEEDS:
            _DEEDS[step](run)
            found.refresh_from_db()
    after = _snapshot(found)
    changes: dict[str, Any] = {
        name: [before[name], after[name]] for name in before if before[name] != after[name]
    }
    use = MacroUse.objects.create(
        macro=macro,
        conversation=found,
        batch=batch,
        member_id=by.member_id,
        at=at,
        changes=changes | run.made,
    )
    announce(MacroRun(**about_event(found), macro_id=macro.pk), by=by, changes={"macro": [None, macro.name]})
    return use


@transaction.atomic
def undo_macro(use: MacroUse, *, by: Actor, at: datetime) -> None:
    """Take back what a macro did on a conversation; what somebody changed since stays as it is."""
    found = locked(use.conversation_id)
    stored = MacroUse.objects.select_for_update(of=("self",)).select_related("macro").get(pk=use.pk)
    if stored.undone_at is not None:
        raise TakenBackAlready
    stored.undone_at = at
    stored.save(update_fields=["undone_at"])
    _undo_fields(found, stored.changes, by=by, at=at)
    _undo_made(found, stored, by=by, at=at)
    event = MacroRun(**about_event(found), macro_id=stored.macro_id, is_undone=True)
    announce(event, by=by, changes={"macro": [stored.macro.name, None]})


def _snapshot(talk: Conversation) -> dict[str, Any]:
    moments = {name: _as_text(getattr(talk, name)) for name in STATE}
    plain = {name: getattr(talk, name) for name in (*HANDED, "priority")}
    return {**moments, **plain, "tag_ids": sorted(talk.tag_ids)}


def _as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


# --- The steps ----------------------------------------------------------------------------------------------------


def _template(run: _Run) -> None:
    template = Template.objects.filter(pk=run.steps["template"], archived_at=None).first()
    if template is None:
        raise StepGone
    _language, filled = use_template(template, run.talk, member=run.member, at=run.at)
    _write(run, filled.text, filled.missing)


def _text(run: _Run) -> None:
    filled = fill(run.steps["text"], values_for(run.talk, run.member))
    _write(run, filled.text, filled.missing)


def _write(run: _Run, text: str, missing: tuple[str, ...]) -> None:
    if missing and not run.leaves_gaps:
        raise GapsLeft(open_gaps(missing), gaps=list(missing))
    if run.member is None:
        raise NobodyToWrite
    draft, had = add_to_draft(run.talk, run.member, text, at=run.at)
    run.made |= {
        "draft": draft.pk,
        "draft_before": run.made.get("draft_before", had),
        "draft_after": draft.text,
    }
    run.made["missing"] = [*run.made.get("missing", []), *missing]


def _assign(run: _Run) -> None:
    whom: str = run.steps["assign"]
    named = numbered(whom)
    if whom in ("turn", "load"):
        give_to_somebody(run.talk, "load" if whom == "load" else "turn", by=run.by, at=run.at)
    elif named is not None and named[0] == "team":
        hand_to_team(run.talk, _one(Team, named[1]), by=run.by, at=run.at)
    else:
        assign_conversation(run.talk, _somebody(run, whom, named), by=run.by, at=run.at)


def _somebody(run: _Run, whom: str, named: tuple[str, int] | None) -> Member | None:
    if whom == "nobody":
        return None
    if whom == "me":
        if run.by.member_id is None:
            raise NobodyRunsIt
        return _one(Member, run.by.member_id)
    if whom == "previous":
        # Who helped last may be away, or nobody did: then it stays with whom it is.
        return previous_helper(run.talk) or run.talk.assignee
    return _one(Member, named[1] if named else 0)


def _one(model: type[Row], number: int) -> Row:
    found: Row | None = model._default_manager.filter(pk=number).first()
    if found is None:
        raise StepGone
    return found


def _note(run: _Run) -> None:
    words = LEFT.sub("–", fill(run.steps["note"], values_for(run.talk, run.member)).text)
    run.made["note"] = write_conversation_note(run.talk, words, by=run.by, at=run.at).pk


def _task(run: _Run) -> None:
    task = start_task(
        run.talk, run.steps["task"], hours=run.steps.get("task_hours"), whom=run.steps.get("task_for", ""),
        by=run.by, at=run.at,
    )  # fmt: skip
    run.made["task"] = task.pk


def _follow(run: _Run) -> None:
    if run.by.member_id is None:
        raise NobodyRunsIt
    member = _one(Member, run.by.member_id)
    run.made["followed"] = not run.talk.followers.filter(member=member).exists()
    follow(run.talk, member, by=run.by)


def _ending(run: _Run) -> None:
    ending = run.steps["ending"]
    if ending != "close":
        snooze_conversation(run.talk, until=snooze_moments(run.at)[ending][1], by=run.by, at=run.at)
    elif run.talk.state not in (State.CLOSED, State.SPAM):
        close_conversation(run.talk, by=run.by, at=run.at)


_DEEDS: dict[str, Callable[[_Run], object]] = {
    "template": _template,
    "text": _text,
    "assign": _assign,
    "tags": lambda run: tag_conversation(run.talk, run.steps["tags"], by=run.by, at=run.at),
    "untags": lambda run: untag_conversation(run.talk, run.steps["untags"], by=run.by, at=run.at),
    "priority": lambda run: set_priority(run.talk, run.steps["priority"], by=run.by, at=run.at),
    "note": _note,
    "task": _task,
    "follow": _follow,
    "ending": _ending,
}


# --- Taking back --------------------------------------------------------------------------------------------------


def _undo_fields(found: Conversation, changes: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    now_is = _snapshot(found)
    mine = {name: pair[0] for name, pair in changes.items() if name in now_is and now_is[name] == pair[1]}
    if mine.keys() & set(STATE):
        was = {name: mine.get(name, now_is[name]) for name in STATE}
        since, until = _moment(was["waiting_since"]), _moment(was["snoozed_until"])
        put_back(found, was["state"], waiting_since=since, until=until, by=by, at=at)
    if "team_id" in mine:
        hand_to_team(found, Team.objects.filter(pk=mine["team_id"]).first(), by=by, at=at)
    if "assignee_id" in mine:
        member = Member.objects.active().filter(pk=mine["assignee_id"]).first()
        assign_conversation(found, member, by=by, at=at)
    if "priority" in mine:
        set_priority(found, mine["priority"], by=by, at=at)
    if "tag_ids" in changes:
        _undo_tags(found, *changes["tag_ids"], by=by, at=at)


def _undo_tags(found: Conversation, before: list[int], after: list[int], *, by: Actor, at: datetime) -> None:
    there = set(Tag.objects.filter(pk__in={*before, *after}).values_list("pk", flat=True))
    untag_conversation(found, sorted(there & (set(after) - set(before))), by=by, at=at)
    tag_conversation(found, sorted(there & (set(before) - set(after))), by=by, at=at)


def _undo_made(found: Conversation, use: MacroUse, *, by: Actor, at: datetime) -> None:
    made = use.changes
    note = ConversationNote.objects.filter(pk=made.get("note"), deleted_at=None).first()
    if note is not None:
        delete_conversation_note(note, by=by, at=at)
    task = Task.objects.filter(pk=made.get("task"), deleted_at=None).first()
    if task is not None:
        delete_task(task, by=by, at=at)
    if made.get("followed") and use.member is not None:
        follow(found, use.member, by=by, is_followed=False)
    draft = Draft.objects.filter(pk=made.get("draft"), conversation=found).first()
    if draft is not None and draft.text == made["draft_after"]:
        put_draft_back(draft, made["draft_before"], at=at)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

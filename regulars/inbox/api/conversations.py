from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.inbox import actions
from regulars.inbox.actions.writing import html_of
from regulars.inbox.engine.addresses import NoAddress, read_line
from regulars.inbox.models import Conversation, ConversationNote
from regulars.inbox.queries.story import visible_letters
from regulars.inbox.rules import ANSWER, ASSIGN, CHANGE, SEE, reaches_conversation
from regulars.kit.api import ERRORS, ListQuery, Sent, answer, page_of
from regulars.kit.clock import now
from regulars.kit.filters import Source, row_rule_of
from regulars.kit.refused import Invalid, NotThere, require
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient
from regulars.people.models import Tag
from regulars.team.gate import actor_of, asker_of, seer_of
from regulars.team.models import Member, Team

router = Router(tags=["conversations"])
ROWS = Source(subject="conversation", table="inbox_conversation", alias="inbox_conversation")
PLAIN = (
    "state", "priority", "subject", "sender", "beginning", "started_at", "last_message_at", "waiting_since", "snoozed_until",
    "first_answered_at", "closed_at", "reopened_count", "sequence",
)  # fmt: skip


class ConversationOut(Schema):
    """A conversation; `sequence` is raised by every change of it."""

    id: int = Field(..., examples=[12])
    person: int | None
    assignee: int | None
    team: int | None
    channel: str
    tags: list[str]
    follows: int | None
    merged_into: int | None
    state: str = Field(..., examples=["open"])
    priority: int = Field(..., description="0 low, 1 normal, 2 high, 3 urgent.", examples=[1])
    subject: str
    sender: str
    beginning: str
    started_at: datetime
    last_message_at: datetime
    waiting_since: datetime | None
    snoozed_until: datetime | None
    first_answered_at: datetime | None
    closed_at: datetime | None
    reopened_count: int
    sequence: int


class Conversations(Schema):
    """One page of conversations, newest first unless sorted otherwise."""

    items: list[ConversationOut]
    next: str | None = None


class ConversationChange(Sent):
    """What changes about a conversation; what is not sent stays."""

    state: Literal["open", "closed", "spam", "snoozed"] | None = Field(None, examples=["closed"])
    snoozed_until: datetime | None = Field(None, description="Needed with the state `snoozed`.")
    assignee: int | None = Field(None, description="A member's number; null for nobody.")
    team: int | None = None
    priority: int | None = Field(None, ge=0, le=3)
    tags: list[str] | None = Field(None, description="The tags it shall have, by name.", examples=[["late"]])


class MessageOut(Schema):
    """A letter of a conversation, in or out; what it quotes and its signature stand apart."""

    id: int = Field(..., examples=[34])
    direction: str
    kind: str
    sender_name: str
    sender_email: str
    author: str
    subject: str
    text: str
    signature: str
    quoted: str
    sent_at: datetime
    files: list[str]
    recipients: list[dict[str, str]] = Field(
        ..., description="Of a letter of ours: address and how far it has come."
    )


class Messages(Schema):
    """The newest letters of a conversation, oldest first; `earlier` asks for those before."""

    items: list[MessageOut]
    earlier: int | None = None


class ReplyIn(Sent):
    """An answer in Markdown. Without recipients it goes to who wrote last."""

    text: str = Field(..., max_length=200_000, examples=["It is on its way."])
    to: str = Field("", examples=["Ada <ada@example.com>"])
    cc: str = ""
    sequence: int | None = Field(
        None, description="The conversation's number as you saw it: refused when others moved it since."
    )


class NoteIn(Sent):
    """A note for colleagues in Markdown; @ names them."""

    text: str = Field(..., max_length=20_000, examples=["She likes oats."])


class NoteOut(Schema):
    """A note."""

    id: int = Field(..., examples=[3])
    author: str
    text: str
    created_at: datetime


class Before(Schema):
    """Which letters."""

    before: int | None = Field(
        None, ge=1, le=2**62, description="Only letters before this one.", examples=[34]
    )


@router.get("/conversations", response={200: Conversations, **ERRORS}, summary="List conversations")
def list_conversations(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return conversations within reach that pass a filter, page by page."""
    seer = seer_of(request, SEE)
    rows: Any = Conversation.objects.all()
    rule = row_rule_of(rows.whole().visible_to(seer))
    return answer(
        page_of(
            query, source=ROWS, asker=asker_of(seer), row_rule=rule, fetch=shapes_of, sort="-last_message_at"
        )
    )


@router.get(
    "/conversations/{int:conversation_id}",
    response={200: ConversationOut, **ERRORS},
    summary="Get a conversation",
)
def get_conversation(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Return one conversation."""
    return answer(shapes_of([the_conversation(request, conversation_id).pk])[0])


@router.patch(
    "/conversations/{int:conversation_id}",
    response={200: ConversationOut, **ERRORS},
    summary="Change a conversation",
)
def patch_conversation(
    request: HttpRequest, conversation_id: int, values: ConversationChange
) -> HttpResponse:
    """Close, reopen, put aside, hand on, tag a conversation, or say how pressing it is."""
    found, sent = the_conversation(request, conversation_id, CHANGE), values.model_dump(exclude_unset=True)
    by, at = actor_of(request), now()
    if {"assignee", "team"} & sent.keys():
        require(reaches_conversation(seer_of(request, ASSIGN), ASSIGN, found))
    if "team" in sent:
        actions.hand_to_team(found, _one(Team, sent["team"], "team"), by=by, at=at)
    if "assignee" in sent:
        actions.assign_conversation(found, _one(Member, sent["assignee"], "assignee"), by=by, at=at)
    if sent.get("priority") is not None:
        actions.set_priority(found, sent["priority"], by=by, at=at)
    if sent.get("tags") is not None:
        _retag(request, found, sent["tags"])
    if sent.get("state") is not None:
        _move(request, found, sent["state"], sent.get("snoozed_until"))
    return answer(shapes_of([conversation_id])[0])


@router.get(
    "/conversations/{int:conversation_id}/messages",
    response={200: Messages, **ERRORS},
    summary="List its letters",
)
def list_messages(request: HttpRequest, conversation_id: int, query: Query[Before]) -> HttpResponse:
    """Return the newest letters of a conversation, or those before one."""
    found = the_conversation(request, conversation_id)
    letters, earlier = visible_letters(found, seer_of(request, SEE), before=query.before)
    return answer({"items": [_letter(one) for one in letters], "earlier": earlier})


@router.post(
    "/conversations/{int:conversation_id}/messages", response={201: MessageOut, **ERRORS}, summary="Answer"
)
def new_message(request: HttpRequest, conversation_id: int, values: ReplyIn) -> HttpResponse:
    """Answer in a conversation; it leaves after ten seconds, in which it can be taken back on its page."""
    found = the_conversation(request, conversation_id, ANSWER)
    letter = OutgoingLetter(
        text=values.text, html=html_of(values.text), to=_line(values.to, "to"), cc=_line(values.cc, "cc")
    )
    done = actions.answer_conversation(found, letter, by=actor_of(request), at=now(), seen=values.sequence)
    letters, _earlier = visible_letters(found, seer_of(request, SEE))
    return answer(next(_letter(one) for one in letters if one["message"].pk == done.message.pk), status=201)


@router.post(
    "/conversations/{int:conversation_id}/notes",
    response={201: NoteOut, **ERRORS},
    summary="Write a note in it",
)
def new_conversation_note(request: HttpRequest, conversation_id: int, values: NoteIn) -> HttpResponse:
    """Write a note for colleagues in a conversation."""
    found = the_conversation(request, conversation_id, CHANGE)
    note = actions.write_conversation_note(found, values.text, by=actor_of(request), at=now())
    return answer(_note(note), status=201)


def the_conversation(request: HttpRequest, number: int, verb: str = SEE) -> Conversation:
    """Return a conversation this key may see, or may do the verb to."""
    rows: Any = Conversation.objects.select_related("thread", "person")
    found: Conversation | None = rows.visible_to(seer_of(request, SEE)).filter(pk=number).first()
    if found is None:
        raise NotThere
    require(verb == SEE or reaches_conversation(seer_of(request, verb), verb, found))
    return found


def shapes_of(ids: list[int]) -> list[dict[str, Any]]:
    """Return conversations as the API shows them, in the order of their numbers."""
    found = Conversation.objects.select_related("channel").in_bulk(ids)
    names = dict(
        Tag.objects.filter(pk__in={n for one in found.values() for n in one.tag_ids}).values_list(
            "pk", "name"
        )
    )
    return [_shape(found[number], names) for number in ids if number in found]


def _shape(one: Conversation, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": one.pk, "person": one.person_id, "assignee": one.assignee_id, "team": one.team_id, "channel": one.channel.name,
        "tags": [names[number] for number in one.tag_ids if number in names], "follows": one.follows_id,
        "merged_into": one.merged_into_id, **{name: getattr(one, name) for name in PLAIN},
    }  # fmt: skip


def _letter(entry: dict[str, Any]) -> dict[str, Any]:
    one = entry["message"]
    names = (
        "direction",
        "kind",
        "sender_name",
        "sender_email",
        "subject",
        "text",
        "signature",
        "quoted",
        "sent_at",
    )
    recipients = [
        {"email": state["sending"].email, "role": state["sending"].role, "state": state["sending"].state}
        for state in entry["states"]
    ]
    return {
        "id": one.pk, **{name: getattr(one, name) for name in names}, "author": one.author_label,
        "files": [file.name for file in (*entry["files"], *entry["logos"])], "recipients": recipients,
    }  # fmt: skip


def _note(note: ConversationNote) -> dict[str, Any]:
    return {"id": note.pk, "author": note.author_label, "text": note.body, "created_at": note.created_at}


def _one(model: Any, number: int | None, field: str) -> Any:
    if number is None:
        return None
    found = model.objects.filter(pk=number).first()
    if found is None:
        raise Invalid({field: "There is none with this number."})
    return found


def _retag(request: HttpRequest, found: Conversation, names: list[str]) -> None:
    had = Tag.objects.filter(pk__in=found.tag_ids)
    keep = {name.strip().casefold() for name in names}
    gone = [tag for tag in had if tag.name.casefold() not in keep]
    actions.tag_conversation(found, names, by=actor_of(request), at=now())
    actions.untag_conversation(found, gone, by=actor_of(request), at=now())


def _move(request: HttpRequest, found: Conversation, state: str, until: datetime | None) -> None:
    by, at = actor_of(request), now()
    if state == "snoozed":
        if until is None:
            raise Invalid({"snoozed_until": "Say until when."})
        actions.snooze_conversation(found, until=until, by=by, at=at)
        return
    deeds: dict[str, Any] = {
        "open": actions.reopen_conversation, "closed": actions.close_conversation, "spam": actions.mark_spam,
    }  # fmt: skip
    deeds[state](found, by=by, at=at)


def _line(line: str, name: str) -> tuple[Recipient, ...]:
    try:
        return tuple(Recipient(email, who) for email, who in read_line(line))
    except NoAddress as problem:
        raise Invalid({name: f"“{problem}” is no e-mail address."}) from None

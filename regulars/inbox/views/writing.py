"""What a member writes: an answer, a note, a draft with its files, a first letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.inbox.actions import (
    answer_conversation,
    attach,
    be_present,
    close_conversation,
    delete_conversation_note,
    detach,
    drop_draft,
    keep_draft,
    restore_conversation_note,
    snooze_conversation,
    start_conversation,
    take_answer_back,
    write_conversation_note,
)
from regulars.inbox.actions.drafting import TakenOver
from regulars.inbox.actions.sharing import share_draft, take_over_draft
from regulars.inbox.actions.writing import RESTORED, html_of
from regulars.inbox.engine.addresses import NoAddress, read_line
from regulars.inbox.forms import StartForm
from regulars.inbox.models import Conversation, ConversationNote, Draft
from regulars.inbox.models.work import FILES
from regulars.inbox.queries.moments import snooze_moments
from regulars.inbox.queries.writing import goes_by_letter
from regulars.inbox.rules import ANSWER, CHANGE, SEE, reaches_conversation
from regulars.inbox.views.common import after, box, find, takes_back, undo_url
from regulars.inbox.views.holding import held, seen_until
from regulars.kit.clock import now
from regulars.kit.htmx import fragment, redirect, with_event
from regulars.kit.keeping import read_kept
from regulars.kit.refused import Invalid, NotThere, Refused, require
from regulars.kit.requests import Request
from regulars.messaging.actions.chat.answering import show_typing
from regulars.messaging.engine.outgoing import OutgoingFile, OutgoingLetter, Recipient
from regulars.messaging.models import Channel, ChannelKind, Message
from regulars.people.models import Person
from regulars.team.gate import needs

MOST_PREVIEWED = 200_000
MOMENTS = tuple(name for name in RESTORED if name.endswith(("_at", "_since", "_until")))


@require_POST
@needs(ANSWER)
def reply(request: Request, conversation_id: int) -> HttpResponse:
    """Send an answer, unless somebody was here meanwhile; perhaps close the conversation or put it aside with it."""
    found = find(request, conversation_id, ANSWER)
    try:
        letter = _letter(request, found)
        answered = answer_conversation(found, letter, by=request.actor, at=now(), seen=seen_until(request))
    except Refused as problem:
        return held(request, found, problem)
    drop_draft(found, request.member)
    undo = undo_url(
        "answer", conversation=found.pk, message=answered.message.pk, before=kept_before(answered.before)
    )
    toast = _and_then(request, found)
    return after(
        toast, undo=undo, event="inbox-sent", detail={"id": found.pk, "next": bool(request.POST.get("then"))}
    )


@require_POST
@needs(SEE)
def preview(request: Request, conversation_id: int) -> HttpResponse:
    """Show what is being written as it will be read; nothing is kept."""
    find(request, conversation_id)
    text = request.POST.get("text", "")[:MOST_PREVIEWED].strip()
    return HttpResponse(html_of(text) or escape(_("Nothing is written yet.")))


def _letter(request: Request, found: Conversation) -> OutgoingLetter:
    text = request.POST.get("text", "").replace("\r\n", "\n").strip()
    draft = Draft.objects.filter(conversation=found, author=request.member).first()
    files = [
        OutgoingFile(one.name, one.content_type, read_kept(FILES, one.kept))
        for one in (draft.files.all() if draft else ())
    ]
    if not goes_by_letter(found):
        return OutgoingLetter(text=text, files=tuple(files))
    to, cc = (_recipients(request.POST.get(name, ""), name) for name in ("to", "cc"))
    return OutgoingLetter(text=text, html=html_of(text) if text else "", to=to, cc=cc, files=tuple(files))


def _recipients(line: str, name: str) -> tuple[Recipient, ...]:
    try:
        return tuple(Recipient(email, who) for email, who in read_line(line))
    except NoAddress as problem:
        raise Invalid(
            {name: _("“%(value)s” is no e-mail address.") % {"value": str(problem)[:100]}}
        ) from None


def _and_then(request: Request, found: Conversation) -> str:
    then, at = request.POST.get("then", ""), now()
    if then == "close":
        close_conversation(found, by=request.actor, at=at)
        return _("Sent and closed.")
    if then == "snooze":
        until = snooze_moments(at)["tomorrow"][1]
        snooze_conversation(found, until=until, by=request.actor, at=at)
        return _("Sent, and put aside until tomorrow.")
    return _("Sent.")


def kept_before(before: dict[str, Any]) -> dict[str, Any]:
    """Return how a conversation was before an answer, as the address of its undo carries it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in before.items()
    }


@takes_back("answer")
def _undo_answer(request: Request, what: dict[str, Any]) -> None:
    found = find(request, what["conversation"], ANSWER)
    message = Message.objects.filter(pk=what["message"], author=request.member).first()
    if message is None:
        raise NotThere
    before = {
        name: datetime.fromisoformat(value) if name in MOMENTS and value else value
        for name, value in what["before"].items()
    }
    take_answer_back(found, message, before, by=request.actor, at=now())


@require_POST
@needs(CHANGE)
def note(request: Request, conversation_id: int) -> HttpResponse:
    """Write a note for colleagues."""
    found = find(request, conversation_id, CHANGE)
    try:
        write_conversation_note(found, request.POST.get("text", ""), by=request.actor, at=now())
    except Refused as problem:
        return fragment(request, "inbox/_held.html", status=422, problem=str(problem), conversation=found)
    drop_draft(found, request.member)
    return after(_("Note added."), event="inbox-sent", detail={"id": found.pk, "next": False})


@require_POST
@needs(CHANGE)
def note_removal(request: Request, conversation_id: int, remark_id: int) -> HttpResponse:
    """Take a note away."""
    found = find(request, conversation_id, CHANGE)
    delete_conversation_note(_note(found, remark_id), by=request.actor, at=now())
    return after(_("Note deleted."), undo=undo_url("note", conversation=found.pk, note=remark_id))


@takes_back("note")
def _undo_note(request: Request, what: dict[str, Any]) -> None:
    found = find(request, what["conversation"], CHANGE)
    restore_conversation_note(_note(found, what["note"]), by=request.actor, at=now())


def _note(found: Conversation, number: int) -> ConversationNote:
    row = ConversationNote.objects.filter(pk=number, conversation=found).first()
    if row is None:
        raise NotThere
    return row


@require_POST
@needs(CHANGE)
def draft(request: Request, conversation_id: int) -> HttpResponse:
    """Keep what was typed so far."""
    found = find(request, conversation_id, CHANGE)
    said = request.POST
    sequence = said.get("sequence", "")
    values: dict[str, Any] = {
        "text": said.get("text", ""), "to": said.get("to", ""), "cc": said.get("cc", ""),
        "is_note": said.get("is_note") == "yes", "sequence": int(sequence) if sequence.isdecimal() else 0,
    }  # fmt: skip
    number = said.get("draft", "")
    if _is_number(number):
        values["draft"] = int(number)
    try:
        kept = keep_draft(found, request.member, values, at=now())
    except TakenOver as problem:
        return fragment(request, "inbox/_taken.html", status=409, problem=str(problem))
    answer = HttpResponse(status=204)
    answer.headers["X-Draft"] = str(kept.pk or "")
    return answer


@require_POST
@needs(CHANGE)
def draft_sharing(request: Request, conversation_id: int) -> HttpResponse:
    """Let colleagues read my draft and take it over, or no longer."""
    found = find(request, conversation_id, CHANGE)
    was = Draft.objects.filter(conversation=found, author=request.member, is_shared=True).exists()
    share_draft(found, request.member, is_shared=not was, by=request.actor, at=now())
    said = _("Only you see the draft.") if was else _("Colleagues see the draft and may take it over.")
    return with_event(after(said), "inbox-shared", {"shared": not was})


@require_POST
@needs(CHANGE)
def draft_taking(request: Request, draft_id: int) -> HttpResponse:
    """Make a colleague's draft mine."""
    row = Draft.objects.filter(pk=draft_id).first()
    if row is None:
        raise NotThere
    found = find(request, row.conversation_id, CHANGE)
    require(row.is_note or reaches_conversation(request.member, ANSWER, found))
    take_over_draft(row, request.member, by=request.actor, at=now())
    return after(_("It is your draft now."), event="inbox-open", detail={"id": found.pk})


@require_POST
@needs(ANSWER)
def files(request: Request, conversation_id: int) -> HttpResponse:
    """Put files with the draft, as they were chosen, pasted or dropped."""
    found = find(request, conversation_id, ANSWER)
    for one in request.FILES.getlist("file"):
        content = one.read()
        attach(
            found,
            request.member,
            name=one.name or "",
            content_type=one.content_type or "",
            content=content,
            at=now(),
        )
    return _files(request, found)


@require_POST
@needs(ANSWER)
def file_removal(request: Request, conversation_id: int, draft_file_id: int) -> HttpResponse:
    """Take a file away from the draft."""
    found = find(request, conversation_id, ANSWER)
    detach(found, request.member, draft_file_id)
    return _files(request, found)


def _files(request: Request, found: Conversation) -> HttpResponse:
    kept = Draft.objects.filter(conversation=found, author=request.member).first()
    shown: Sequence[Any] = list(kept.files.defer("content")) if kept else []
    return fragment(request, "inbox/_draft_files.html", files=shown, conversation=found)


@require_POST
@needs(SEE)
def presence(request: Request, conversation_id: int) -> HttpResponse:
    """Say that I look at a conversation, type in it, or have gone."""
    found = find(request, conversation_id)
    state = request.POST.get("state", "")
    is_typing = state == "typing"
    be_present(found, request.member, is_typing=is_typing, is_leaving=state == "gone", at=now())
    if (
        is_typing
        and found.channel.kind == ChannelKind.CHAT
        and reaches_conversation(request.member, ANSWER, found)
    ):
        show_typing(found.pk, str(request.member))
    return JsonResponse({"sequence": found.sequence})


@require_http_methods(["GET", "POST"])
@needs(ANSWER)
def new(request: Request) -> HttpResponse:
    """Begin a conversation with a person."""
    number = request.GET.get("person", "")
    rows: Any = Person.objects.all()
    whom = rows.visible_to(request.member).filter(pk=number).first() if _is_number(number) else None
    if number and whom is None:
        raise NotThere
    form = StartForm(request.POST or None)

    def work(values: dict[str, Any]) -> HttpResponse:
        channel = Channel.objects.get(pk=values["channel"])
        made = start_conversation(whom, channel, values["subject"], by=request.actor, at=now())
        return redirect(request, f"{reverse('inbox:conversation', args=[made.pk])}?in=mine#write")

    title = _("Write to %(name)s") % {"name": whom} if whom else _("Write to somebody")
    return box(request, form, title=title, submit=_("Begin"), work=work)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 19

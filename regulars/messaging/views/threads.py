"""A thread and its messages: new text first, history folded, strangers' HTML in a frame where nothing runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from regulars.kit.keeping import read_kept
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.messaging.models import Direction, Message, MessageFile, Sending, SendingState
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.chat import visitor_shown
from regulars.messaging.queries.outbox import TONES, sendings_of
from regulars.messaging.queries.placing import survivor_of
from regulars.messaging.queries.reasons import words_for
from regulars.messaging.queries.story import file_seen, files_of, message_seen, messages_of, thread_seen
from regulars.messaging.views.frames import POLICY, frame_of
from regulars.team.gate import needs
from regulars.team.rules import reaches

SEE = "messages.see"


@require_GET
@needs(SEE)
def thread(request: Request, thread_id: int) -> HttpResponse:
    """Show a thread, oldest message first."""
    found = thread_seen(thread_id, request.member)
    if found is None:
        raise NotThere
    if found.merged_into_id:
        return HttpResponseRedirect(reverse("messaging:thread", args=[survivor_of(found).pk]))
    before = request.GET.get("before", "")
    shown, has_earlier = messages_of(
        found, before=int(before) if before.isdecimal() and len(before) < 19 else None
    )
    files, sendings = files_of(shown), sendings_of(shown)
    return render(
        request,
        "messaging/thread.html",
        {
            "thread": found,
            "messages_shown": [
                _entry(one, files.get(one.pk, []), sendings.get(one.pk, []), request.member) for one in shown
            ],
            "earlier": shown[0].pk if has_earlier else None,
            "person": found.person,
            "chat_visitor": visitor_shown(found),
        },
    )


def _entry(
    message: Message, files: list[MessageFile], sendings: list[Sending], member: Any
) -> dict[str, Any]:
    """Return a message with what its place on the page needs to know."""
    other = message.could_join
    is_seen = other is not None and thread_seen(other.pk, member) is not None
    is_ours = message.direction == Direction.OUT
    person = None if is_ours else message.person
    if person is not None and not reaches(member, "people.see", person):
        person = None
    return {
        "message": message,
        "is_ours": is_ours,
        "sendings": [
            {"sending": one, "tone": TONES.get(SendingState(one.state), "brick"), "why": words_for(one)}
            for one in sendings
        ],
        "name": (is_ours and message.author_label)
        or message.sender_name
        or (person.name if person else "")
        or message.sender,
        "files": files,
        "has_html": getattr(message, "has_html", False),
        "shows_html": getattr(message, "has_html", False) and not message.text.strip(),
        "could_join": other if is_seen else None,
        "person": person,
    }


@require_GET
@needs(SEE)
def message(request: Request, message_id: int) -> HttpResponse:
    """Lead to a message where it stands in its thread."""
    found = _message(request, message_id)
    place = reverse("messaging:thread", args=[survivor_of(found.thread).pk])
    return HttpResponseRedirect(f"{place}#message-{found.pk}")


@require_GET
@needs(SEE)
def frame(request: Request, message_id: int) -> HttpResponse:
    """Show a message's HTML, cleaned again, as a page that may do nothing at all."""
    response = HttpResponse(frame_of(_message(request, message_id)))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@needs(SEE)
def file(request: Request, enclosure_id: int) -> HttpResponse:
    """Hand out a file as bytes to be kept; what it says it is never reaches the browser as a type."""
    found = file_seen(enclosure_id, request.member)
    if found is None:
        raise NotThere
    return download(read_kept(FILES, found.kept), found.name)


def download(content: bytes, name: str) -> HttpResponse:
    """Answer with bytes that no browser opens by itself."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _message(request: Request, message_id: int) -> Message:
    found = message_seen(message_id, request.member)
    if found is None:
        raise NotThere
    return found

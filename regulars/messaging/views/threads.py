"""A thread and its messages: new text first, history folded, strangers' HTML in a frame where nothing runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.keeping import read_kept
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions import join_threads, part_thread, split_thread
from regulars.messaging.engine.logos import apart
from regulars.messaging.engine.pictures import NoPicture, fetch_picture
from regulars.messaging.models import (
    Direction,
    Message,
    MessageFile,
    Sending,
    SendingState,
    Thread,
    Threading,
)
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.chat import visitor_shown
from regulars.messaging.queries.outbox import TONES, sendings_of
from regulars.messaging.queries.placing import survivor_of
from regulars.messaging.queries.reasons import words_for
from regulars.messaging.queries.story import file_seen, files_of, message_seen, messages_of, thread_seen
from regulars.messaging.views.frames import frame_of, policy, wanted
from regulars.team.gate import needs, open_to_all
from regulars.team.rules import may, reaches

SEE, CHANGE = "messages.see", "messages.change"


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
                _entry(one, files.get(one.pk, []), sendings.get(one.pk, []), request.member, found)
                | {"is_first": place == 0 and not has_earlier}
                for place, one in enumerate(shown)
            ],
            "may_change": may(request.member, CHANGE),
            "earlier": shown[0].pk if has_earlier else None,
            "person": found.person,
            "chat_visitor": visitor_shown(found),
        },
    )


def _entry(
    message: Message, files: list[MessageFile], sendings: list[Sending], member: Any, thread: Thread
) -> dict[str, Any]:
    """Return a message with what its place on the page needs to know."""
    # What was joined is no longer apart.
    is_joined = message.thread_id != thread.pk
    other = None if is_joined else message.could_join
    is_seen = other is not None and thread_seen(other.pk, member) is not None
    is_ours = message.direction == Direction.OUT
    person = None if is_ours else message.person
    if person is not None and not reaches(member, "people.see", person):
        person = None
    named, logos = (files, []) if is_ours else apart(files)
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
        "files": named,
        "logos": logos,
        "has_html": getattr(message, "has_html", False),
        "shows_html": getattr(message, "has_html", False) and not message.text.strip(),
        "could_join": other if is_seen else None,
        "is_apart": message.threading == Threading.KEPT_APART and not is_joined,
        "person": person,
    }


@require_POST
@needs(CHANGE)
def join(request: Request, thread_id: int, other_id: int) -> HttpResponse:
    """Make a thread part of another; both must be ones this member may change."""
    gone, other = _changeable(request, thread_id), _changeable(request, other_id)
    survivor = join_threads(gone, other, by=request.actor, at=now())
    back = reverse("messaging:parting", args=[gone.pk])
    say(request, _("They are one conversation now."), undo=back)
    return redirect(request, reverse("messaging:thread", args=[survivor.pk]))


@require_POST
@needs(CHANGE)
def parting(request: Request, thread_id: int) -> HttpResponse:
    """Let a thread stand alone again."""
    found = part_thread(_changeable(request, thread_id), by=request.actor, at=now())
    say(request, _("It stands alone again."))
    return redirect(request, reverse("messaging:thread", args=[found.pk]))


@require_POST
@needs(CHANGE)
def split(request: Request, message_id: int) -> HttpResponse:
    """Begin a thread with a message; joining the two takes it back."""
    found = _message(request, message_id)
    old = _changeable(request, found.thread_id)
    made = split_thread(found, by=request.actor, at=now())
    say(
        request,
        _("A conversation of its own begins here."),
        undo=reverse("messaging:join", args=[made.pk, old.pk]),
    )
    return redirect(request, reverse("messaging:thread", args=[made.pk]))


def _changeable(request: Request, thread_id: int) -> Thread:
    rows: Any = Thread.objects.select_related("person", "merged_into")
    found: Thread | None = rows.visible_to(request.member, CHANGE).filter(pk=thread_id).first()
    if found is None:
        raise NotThere
    return found


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
    with_pictures = request.GET.get("pictures") == "1"
    proxy = request.build_absolute_uri("/messages/pictures/") if with_pictures else ""
    response = HttpResponse(frame_of(_message(request, message_id), with_pictures=with_pictures))
    response.headers["Content-Security-Policy"] = policy(proxy)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@open_to_all
def picture(request: HttpRequest, secret: str) -> HttpResponse:
    """Fetch a picture of another server for a frame that was asked to show them; who reads stays unknown there."""
    url = wanted(secret)
    if url is None:
        raise NotThere
    try:
        found = fetch_picture(url)
    except NoPicture:
        raise NotThere from None
    response = HttpResponse(found.content, content_type=found.content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=86400"
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

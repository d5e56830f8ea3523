"""What a chat's window asks: how it looks, who it is, what was said, and what it has to tell."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse

from regulars.kit.clock import now
from regulars.kit.keeping import read_kept
from regulars.kit.live import sign_ticket
from regulars.kit.middleware import live_origin
from regulars.kit.refused import NotThere
from regulars.messaging.actions.chat.answering import mark_fetched, mark_read, show_visitor_typing
from regulars.messaging.actions.chat.handing_over import mail_transcript, mailbox_of
from regulars.messaging.actions.chat.rating import rate, stop_asking
from regulars.messaging.actions.chat.speaking import SentFile, say
from regulars.messaging.actions.chat.visiting import Looking, introduce, note_visit, open_visit
from regulars.messaging.engine.colours import ink_on
from regulars.messaging.models import ChatVisitor
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.chat import file_for, lines_for, sign_up_words, unread_count
from regulars.messaging.queries.chat_words import words_in
from regulars.messaging.views.chat.door import Call, chat_door, own_origin, visitor_of
from regulars.messaging.views.threads import download
from regulars.team.models import Business

TICKET_SECONDS = 3600


@chat_door("GET", rate=(600, 60), name="setup")
def setup(call: Call) -> HttpResponse | dict[str, Any]:
    """Tell a window how it looks and what it says; the same for everybody, so it may be kept for a minute."""
    site, moment = call.site, now().astimezone(ZoneInfo(call.site.time_zone))
    opening = site.hours.next_opening(moment)
    return {
        "language": call.language,
        "words": words_in(call.language, site.texts),
        "business": Business.current().name,
        "colour": site.colour,
        "ink": ink_on(site.colour),
        "side": site.side,
        "asks": {
            "name": site.asks_name,
            "email": site.asks_email,
            "sign_up": sign_up_words(site, call.language),
        },
        "open": site.hours.is_open(moment),
        "opens_at": opening.isoformat() if opening else None,
        "mails": mailbox_of(site) is not None,
        "needs_identity": site.requires_identity,
    }


@chat_door("POST", rate=(60, 600), name="session")
def session(call: Call) -> dict[str, Any]:
    """Let a browser in, as the visitor it was or as a new one, and tell it all it missed."""
    looking = Looking(call.language, call.text("page", 1000), call.text("title", 300))
    visitor, token = open_visit(
        call.site, token=call.token, identity=call.text("identity", 5000), looking=looking,
        by=call.actor, at=now(),
    )  # fmt: skip
    return {
        "token": token or call.token,
        "visitor": _about(visitor),
        "stream": _stream(call, visitor),
        **_news(visitor),
    }


@chat_door("POST", rate=(60, 600), name="introduction")
def introduction(call: Call) -> dict[str, Any]:
    """Take down the name and address a visitor gives."""
    visitor = visitor_of(call, rate=(20, 600), name="introduction")
    visitor = introduce(
        visitor, name=call.text("name", 200), email=call.text("email", 400),
        signs_up=bool(call.body.get("sign_up")), by=call.actor, at=now(),
    )  # fmt: skip
    return {"visitor": _about(visitor)}


@chat_door("GET", rate=(1200, 60), name="lines")
def lines(call: Call) -> dict[str, Any]:
    """Tell what was said after a message, or before one."""
    visitor = visitor_of(call, rate=(120, 60), name="lines")
    if call.request.GET.get("there") == "1":
        note_visit(visitor, at=now())
    return _news(visitor, after=call.number("after"), before=call.number("before") or None)


@chat_door("POST", rate=(90, 60), name="message")
def message(call: Call) -> dict[str, Any]:
    """Take a message; sent again under the same id it is the same message."""
    visitor = visitor_of(call, rate=(20, 60), name="message")
    files = [SentFile(one.name or "file", one.read()) for one in call.request.FILES.getlist("file")]
    said = say(
        visitor, call.text("text"), client_id=call.text("id", 64), files=files, by=call.actor, at=now()
    )
    visitor.refresh_from_db()
    return {"id": said.pk, "at": said.sent_at, "visitor": _about(visitor)}


@chat_door("POST", rate=(240, 60), name="typing")
def typing(call: Call) -> dict[str, Any]:
    """Let the team see that the visitor writes."""
    show_visitor_typing(visitor_of(call, rate=(40, 60), name="typing"))
    return {}


@chat_door("POST", rate=(240, 60), name="reading")
def reading(call: Call) -> dict[str, Any]:
    """Note up to which message the visitor has looked."""
    visitor = visitor_of(call, rate=(60, 60), name="reading")
    note_visit(visitor, at=now())
    mark_read(visitor, call.number("until"))
    return {}


@chat_door("GET", rate=(60, 60), name="stream")
def stream(call: Call) -> dict[str, Any]:
    """Give a fresh ticket to the live stream."""
    return _stream(call, visitor_of(call, rate=(20, 60), name="stream"))


@chat_door("POST", rate=(30, 600), name="rating")
def rating(call: Call) -> dict[str, Any]:
    """Take down how the visitor found the help, or that they do not want to say."""
    visitor = visitor_of(call, rate=(10, 600), name="rating")
    if call.number("score"):
        rate(visitor, call.number("score"), call.text("comment", 2000), by=call.actor, at=now())
    if call.body.get("done"):
        stop_asking(visitor)
    return {}


@chat_door("POST", rate=(10, 3600), name="transcript")
def transcript(call: Call) -> dict[str, Any]:
    """Mail the conversation to the visitor."""
    visitor = visitor_of(call, rate=(3, 86_400), name="transcript")
    return {"email": mail_transcript(visitor, at=now())}


@chat_door("GET", rate=(300, 60), name="file")
def file(call: Call, enclosure_id: int) -> HttpResponse:
    """Hand out a file of the visitor's own conversation."""
    found = file_for(visitor_of(call, rate=(120, 60), name="file"), enclosure_id)
    if found is None:
        raise NotThere
    return download(read_kept(FILES, found.kept), found.name)


def _about(visitor: ChatVisitor) -> dict[str, Any]:
    return {
        "name": visitor.name,
        "email": visitor.email,
        "verified": visitor.is_verified,
        "asked": visitor.asked_at is not None,
        "read": visitor.read_until,
    }


def _news(visitor: ChatVisitor, after: int = 0, before: int | None = None) -> dict[str, Any]:
    moment = now()
    found, has_more = lines_for(visitor, after=after, before=before, at=moment)
    mark_fetched(visitor, [one.number for one in found if not one.is_mine], at=moment)
    return {
        "lines": [asdict(one) for one in found],
        "more": has_more,
        "unread": unread_count(visitor),
        "asked": visitor.asked_at is not None,
    }


def _stream(call: Call, visitor: ChatVisitor) -> dict[str, Any]:
    ticket = sign_ticket(settings.SECRET_KEY, topics=[visitor.topic], ttl=TICKET_SECONDS)
    return {"url": f"{live_origin(call.request) or own_origin(call.request)}/live", "ticket": ticket}

"""What the windows of a chat show, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from regulars.messaging.engine.sniffing import is_picture
from regulars.messaging.models import (
    Channel,
    ChatSite,
    ChatVisitor,
    Direction,
    Message,
    MessageFile,
    MessageKind,
    Sending,
    SendingState,
    Thread,
)

AT_ONCE = 50
# Numbers are given out before transactions end, so what came lately is told again; windows know what they have.
OVERLAP = timedelta(seconds=30)
SHOWN_STATES = (SendingState.SENT, SendingState.DELIVERED)
ADDRESS_DOMAIN = "chat.invalid"


@dataclass(frozen=True)
class Line:
    """One message as a visitor's window shows it."""

    number: int
    is_mine: bool
    text: str
    author: str
    at: datetime
    client_id: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)


def site_of_key(public_key: str) -> ChatSite | None:
    """Return the chat that a website names, if it is shown."""
    rows = ChatSite.objects.select_related("channel", "team", "mail_channel", "purpose")
    return rows.filter(public_key=public_key, is_active=True).first()


def chat_address(visitor: ChatVisitor) -> str:
    """Return the name under which a sending to a visitor is kept; the domain is one that no mail can reach."""
    return f"visitor-{visitor.pk}@{ADDRESS_DOMAIN}"


def visitor_of_thread(thread: Thread, channel: Channel) -> ChatVisitor | None:
    """Return who chats in a thread by this channel, whoever was there last."""
    rows = ChatVisitor.objects.filter(site__channel=channel).filter(
        Q(thread=thread) | Q(thread__merged_into=thread)
    )
    return rows.order_by("-last_seen_at", "-pk").first()


def visitors_of_thread(thread_id: int) -> QuerySet[ChatVisitor]:
    """Return all browsers that show a thread."""
    return ChatVisitor.objects.filter(Q(thread=thread_id) | Q(thread__merged_into=thread_id))


def visitor_shown(thread: Thread) -> ChatVisitor | None:
    """Return who chats in a thread, whatever chat it is, for the team to see whether anybody vouched for them."""
    return visitors_of_thread(thread.pk).order_by("-last_seen_at", "-pk").first()


def shown_to(visitor: ChatVisitor) -> QuerySet[Message]:
    """Return the messages that a visitor may see: what was said in this chat, and what has left us.

    By mail only of whom the business vouched for: a stranger may have given somebody else's address.
    """
    thread = visitor.thread
    if thread is None:
        return Message.objects.none()
    threads = [thread.pk, *([thread.merged_into_id] if thread.merged_into_id else [])]
    in_chat = Q(channel=visitor.site.channel_id, thread=thread.pk) & Q(direction=Direction.IN)
    left = Q(direction=Direction.OUT, sendings__state__in=SHOWN_STATES, kind=MessageKind.HUMAN)
    answers = left & Q(sendings__email__in=_addresses(visitor, thread), channel=visitor.site.channel_id)
    seen = in_chat | (answers & Q(thread__in=threads))
    if visitor.is_verified:
        theirs = Q(direction=Direction.IN, person=visitor.person_id, kind=MessageKind.HUMAN)
        mailed = left & Q(sendings__email=visitor.email)
        seen |= Q(thread=thread.pk, channel__kind="email") & (theirs | mailed) & ~Q(person=None)
    return Message.objects.filter(seen, erased_at__isnull=True).distinct()


def _addresses(visitor: ChatVisitor, thread: Thread) -> list[str]:
    """Return the names of all browsers of the same proven person; of a stranger only the own one."""
    if not visitor.is_verified:
        return [chat_address(visitor)]
    same = ChatVisitor.objects.filter(site=visitor.site_id, thread=thread.pk, subject=visitor.subject)
    return [chat_address(one) for one in same.only("pk")]


def lines_for(
    visitor: ChatVisitor, *, after: int = 0, before: int | None = None, at: datetime
) -> tuple[list[Line], bool]:
    """Return what a window does not have yet, oldest first, and whether there is more; without a number the newest."""
    rows = shown_to(visitor)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if after:
        lately = Q(received_at__gt=at - OVERLAP) | Q(sendings__sent_at__gt=at - OVERLAP)
        rows = rows.filter(Q(pk__gt=after) | lately)
    newest_first = rows.order_by("pk" if after else "-pk").defer("html", "quoted")[: AT_ONCE + 1]
    found = list(newest_first)
    shown = sorted(found[:AT_ONCE], key=lambda one: one.pk)
    return _lines(visitor, shown), len(found) > AT_ONCE


def unread_count(visitor: ChatVisitor) -> int:
    """Count the answers a visitor has not looked at."""
    return shown_to(visitor).filter(direction=Direction.OUT, pk__gt=visitor.read_until).count()


def file_for(visitor: ChatVisitor, file_id: int) -> MessageFile | None:
    """Return a file of a message that this visitor may see."""
    return MessageFile.objects.filter(pk=file_id, message__in=shown_to(visitor)).first()


def unmailed_answers(visitor: ChatVisitor) -> list[Message]:
    """Return the answers that a visitor has not looked at, nor got by mail; a window in the background fetches, but nobody looks."""
    known = max(visitor.mailed_until, visitor.read_until)
    unseen = Sending.objects.filter(
        email=chat_address(visitor), state__in=SHOWN_STATES, message__pk__gt=known
    )
    numbers = list(unseen.values_list("message_id", flat=True))
    return list(Message.objects.filter(pk__in=numbers, erased_at__isnull=True).order_by("pk").defer("html"))


def _lines(visitor: ChatVisitor, messages: Sequence[Message]) -> list[Line]:
    files: dict[int, list[dict[str, Any]]] = {}
    kept = MessageFile.objects.filter(message__in=[one.pk for one in messages], is_inline=False)
    for file in kept.defer("content").order_by("pk"):
        files.setdefault(file.message_id, []).append(
            {"id": file.pk, "name": file.name, "size": file.size, "picture": is_picture(file.content_type)}
        )
    return [
        Line(
            one.pk,
            one.direction == Direction.IN,
            one.text,
            "" if one.direction == Direction.IN else first_name(one),
            one.sent_at,
            client_id_of(one),
            files.get(one.pk, []),
        )
        for one in messages
    ]


def line_key(visitor: ChatVisitor, client_id: str) -> str:
    """Return the key under which a visitor's message is kept once, however often it is sent."""
    return f"v{visitor.pk}:{client_id}"


def client_id_of(message: Message) -> str:
    """Return what the visitor's own window calls a message, empty for what came by another way."""
    return message.content_key.partition(":")[2] if message.content_key.startswith("v") else ""


def first_name(message: Message) -> str:
    """Return what a visitor calls who answered: the first name only."""
    return message.author_label.partition("@")[0].split(" ")[0][:40]


def sign_up_words(site: ChatSite, language: str) -> str:
    """Return what a visitor may tick beside their address, empty when nothing is offered."""
    purpose = site.purpose
    if purpose is None or not purpose.is_active:
        return ""
    return purpose.description_in(language) or purpose.name_in(language)

"""How the team's answers come before a visitor: released when they were held long enough, arrived when a window fetched them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from regulars.kit.clock import now
from regulars.kit.live import publish
from regulars.messaging.actions.outcomes import settle_sent
from regulars.messaging.models import ChannelKind, ChatVisitor, Message, Sending, SendingState
from regulars.messaging.queries.chat import chat_address, visitors_of_thread

AT_ONCE = 100


@transaction.atomic
def release_answers(*, at: datetime) -> int:
    """Let the chat's answers whose moment has come be seen, and tell the windows; return how many there were."""
    rows = Sending.objects.all().due().filter(message__channel__kind=ChannelKind.CHAT, due_at__lte=at)
    due = list(
        rows.select_for_update(of=("self",), skip_locked=True)
        .select_related("message__thread", "message__channel")
        .order_by("due_at", "pk")[:AT_ONCE]
    )
    for one in due:
        settle_sent(one, "", at=at)
        _tell(one.message)
    return len(due)


@transaction.atomic
def mark_fetched(visitor: ChatVisitor, numbers: Collection[int], *, at: datetime) -> None:
    """Mark the answers that a visitor's window has fetched as arrived."""
    if not numbers:
        return
    fetched = Sending.objects.filter(
        email=chat_address(visitor), state=SendingState.SENT, message__in=numbers
    )
    threads = set(fetched.values_list("message__thread", flat=True))
    if threads and fetched.update(state=SendingState.DELIVERED, ended_at=at):
        for thread in threads:
            publish(f"thread:{thread}", {"kind": "arrived"})


@transaction.atomic
def mark_read(visitor: ChatVisitor, until: int) -> None:
    """Note up to which message a visitor has looked, so that no window counts it as new."""
    moved = ChatVisitor.objects.filter(pk=visitor.pk, read_until__lt=until).update(read_until=until)
    if moved:
        publish(visitor.topic, {"kind": "read", "until": until})


def show_typing(thread_id: int, name: str) -> None:
    """Let a visitor see for a few seconds that somebody of the team writes."""
    for visitor in visitors_of_thread(thread_id):
        publish(visitor.topic, {"kind": "typing", "name": name})


def show_visitor_typing(visitor: ChatVisitor) -> None:
    """Let the team see for a few seconds that the visitor writes."""
    if visitor.thread_id:
        publish(
            f"thread:{visitor.thread_id}", {"kind": "typing", "visitor": visitor.pk, "name": str(visitor)}
        )


def _tell(message: Message) -> None:
    for visitor in visitors_of_thread(message.thread_id):
        publish(visitor.topic, {"kind": "line", "id": message.pk})
    publish(f"thread:{message.thread_id}", {"kind": "sent", "id": message.pk})


def release_due() -> bool:
    """Release what is due now, for the worker's loop."""
    return release_answers(at=now()) > 0

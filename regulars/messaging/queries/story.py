"""What pages show of threads and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from regulars.messaging.models import Message, MessageFile, Thread
from regulars.people.models import Person

AT_ONCE = 50


def threads_of(person: Person, most: int) -> list[Thread]:
    """Return a person's newest threads with the number of their messages, and whether a person wrote any of them."""
    rows = person.threads.filter(merged_into__isnull=True).order_by("-last_message_at", "-id")
    human = Message.objects.filter(thread=OuterRef("pk"), kind="human")
    logged = Message.objects.filter(thread=OuterRef("pk"), channel__kind__in=("phone", "visit"))
    counted = rows.annotate(
        message_count=Count("messages"), has_words=Exists(human), is_logged=Exists(logged)
    )
    return list(counted[:most])


def messages_of(thread: Thread, *, before: int | None = None) -> tuple[list[Message], bool]:
    """Return the newest messages of a thread, oldest first, and whether there are earlier ones."""
    rows = _shown(Message.objects.filter(thread__in=with_merged(thread)))
    edge = Message.objects.filter(pk=before).values("sent_at", "pk").first() if before else None
    if edge is not None:
        rows = rows.filter(Q(sent_at__lt=edge["sent_at"]) | Q(sent_at=edge["sent_at"], pk__lt=edge["pk"]))
    found = list(rows.order_by("-sent_at", "-pk")[: AT_ONCE + 1])
    return found[:AT_ONCE][::-1], len(found) > AT_ONCE


def with_merged(thread: Thread) -> set[int]:
    """Return the numbers of a thread and of all that became part of it, and of those."""
    found = new = {thread.pk}
    while new:
        new = set(Thread.objects.filter(merged_into__in=new).values_list("pk", flat=True)) - found
        found = found | new
    return found


def _shown(rows: QuerySet[Message]) -> QuerySet[Message]:
    has_html = ExpressionWrapper(~Q(html=""), output_field=BooleanField())
    return rows.select_related("person", "channel", "could_join").defer("html").annotate(has_html=has_html)


def files_of(messages: Sequence[Message]) -> dict[int, list[MessageFile]]:
    """Return what came with messages, without the bytes: also what their HTML shows, since who reads the text does not see it."""
    rows = MessageFile.objects.filter(message__in=[one.pk for one in messages]).defer("content")
    found: dict[int, list[MessageFile]] = {}
    for file in rows.order_by("pk"):
        found.setdefault(file.message_id, []).append(file)
    return found


def inline_pictures(message: Message) -> list[MessageFile]:
    """Return the pictures that a message's HTML shows, with their bytes."""
    return list(message.files.exclude(cid=""))


def thread_seen(thread_id: int, seer: Any) -> Thread | None:
    """Return a thread that this member or key may see."""
    rows: Any = Thread.objects.select_related("person", "merged_into")
    found: Thread | None = rows.visible_to(seer).filter(pk=thread_id).first()
    return found


def message_seen(message_id: int, seer: Any) -> Message | None:
    """Return a message of a thread that this member or key may see."""
    rows: Any = Message.objects.select_related("thread")
    found: Message | None = rows.visible_to(seer).filter(pk=message_id).first()
    return found


def file_seen(file_id: int, seer: Any) -> MessageFile | None:
    """Return a file of a message that this member or key may see."""
    rows: Any = Message.objects.all()
    return MessageFile.objects.filter(pk=file_id, message__in=rows.visible_to(seer)).first()

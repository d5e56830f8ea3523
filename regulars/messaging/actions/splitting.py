"""A message leaves its thread: to begin one of its own, or to go on in another."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Greatest

from regulars.messaging.models import Message, Participant, Thread
from regulars.people.models import Person


@transaction.atomic
def begin_thread_with(message: Message, *, into: Thread | None = None) -> Thread:
    """Move a message into a new thread with the same people in it, or into a given one; answers to it follow it there."""
    old = message.thread
    thread = into or Thread.objects.create(
        subject=old.subject, person=old.person, started_at=message.sent_at, last_message_at=message.sent_at
    )
    if into is not None:
        newest = Greatest("last_message_at", message.sent_at)
        Thread.objects.filter(pk=into.pk).update(last_message_at=newest)
    people = [
        Participant(thread=thread, email=one.email, person_id=one.person_id) for one in old.participants.all()
    ]
    Participant.objects.bulk_create(people, ignore_conflicts=True)
    message.thread = thread
    message.save(update_fields=["thread"])
    return thread


@transaction.atomic
def unite_threads(thread: Thread, *, into: Thread) -> Thread:
    """Make a thread part of another: its letters are shown there, and answers to them land there."""
    # What was part of it is part of the other now, so that one step leads from any letter to where it is shown.
    Thread.objects.filter(merged_into=thread).update(merged_into=into)
    Thread.objects.filter(pk=thread.pk).update(merged_into=into)
    Thread.objects.filter(pk=into.pk).update(
        last_message_at=Greatest("last_message_at", thread.last_message_at)
    )
    people = [
        Participant(thread=into, email=one.email, person_id=one.person_id)
        for one in thread.participants.all()
    ]
    Participant.objects.bulk_create(people, ignore_conflicts=True)
    return into


@transaction.atomic
def part_messages(messages: Sequence[Message], *, subject: str, person: Person | None) -> Thread:
    """Move messages into a new thread with the same people in it; answers to them follow them there."""
    olds = {message.thread_id: message.thread for message in messages}
    thread = begin_thread_with(messages[0])
    for message in messages[1:]:
        begin_thread_with(message, into=thread)
    thread.subject, thread.person = subject, person
    thread.save(update_fields=["subject", "person"])
    for old in olds.values():
        last = Message.objects.filter(thread=old).aggregate(at=Max("sent_at"))["at"]
        Thread.objects.filter(pk=old.pk).update(last_message_at=last or old.started_at)
    return thread

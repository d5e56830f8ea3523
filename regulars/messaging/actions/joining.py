"""Threads that belong together become one, and one that is two becomes two; both can be taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Refused
from regulars.messaging.events import ThreadJoined, ThreadParted, ThreadSplit
from regulars.messaging.models import Message, Participant, Thread
from regulars.messaging.queries.placing import survivor_of


class SameThread(Refused):
    """A thread cannot become part of itself."""

    code = "same_thread"
    default = _("This is one conversation already.")


class NotJoined(Refused):
    """Only what was joined can be parted."""

    code = "not_joined"
    default = _("This conversation stands alone already.")


class NothingBefore(Refused):
    """The first message of a thread is where it begins."""

    code = "nothing_before"
    default = _("The conversation begins with this message, so there is nothing to split it from.")


@transaction.atomic
def join_threads(thread: Thread, other: Thread, *, by: Actor, at: datetime) -> Thread:
    """Make a thread part of another: its messages are shown there, its people take part, later mail comes there."""
    survivor, gone = (
        survivor_of(Thread.objects.get(pk=other.pk)),
        survivor_of(Thread.objects.get(pk=thread.pk)),
    )
    locked = {
        one.pk: one
        for one in Thread.objects.select_for_update().filter(pk__in=(survivor.pk, gone.pk)).order_by("pk")
    }
    survivor, gone = locked[survivor.pk], locked[gone.pk]
    # Somebody may have joined one of them in between.
    if survivor.pk == gone.pk or survivor.merged_into_id or gone.merged_into_id:
        raise SameThread
    Thread.objects.filter(pk=gone.pk).update(merged_into=survivor)
    rows = Thread.objects.filter(pk=survivor.pk)
    rows.update(last_message_at=Greatest("last_message_at", gone.last_message_at))
    rows.filter(person__isnull=True).update(person=gone.person_id)
    _let_in(gone, survivor)
    _tell_of(ThreadJoined, gone, survivor, by, at)
    survivor.refresh_from_db()
    return survivor


def _let_in(gone: Thread, survivor: Thread) -> None:
    theirs = Participant.objects.filter(thread=gone).values_list("email", "person")
    Participant.objects.bulk_create(
        [
            Participant(thread=survivor, email=email, person_id=person, through=gone)
            for email, person in theirs
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def part_thread(thread: Thread, *, by: Actor, at: datetime) -> Thread:
    """Take a joining back: the thread stands alone again, and who came with it no longer takes part in the other."""
    thread = Thread.objects.select_for_update().get(pk=thread.pk)
    other = thread.merged_into
    if other is None:
        raise NotJoined
    thread.merged_into = None
    thread.save(update_fields=["merged_into"])
    Participant.objects.filter(through=thread).delete()
    last = Message.objects.filter(Q(thread=other) | Q(thread__merged_into=other)).aggregate(
        at=Max("sent_at")
    )["at"]
    Thread.objects.filter(pk=other.pk).update(last_message_at=last or other.started_at)
    _tell_of(ThreadParted, thread, other, by, at)
    return thread


@transaction.atomic
def split_thread(message: Message, *, by: Actor, at: datetime) -> Thread:
    """Let a new thread begin with a message: it and what came after it move there; joining the two takes it back."""
    old = Thread.objects.select_for_update().get(pk=message.thread_id)
    moved = Message.objects.filter(thread=old).filter(
        Q(sent_at__gt=message.sent_at) | Q(sent_at=message.sent_at, pk__gte=message.pk)
    )
    numbers = list(moved.values_list("pk", flat=True))
    stays = Message.objects.filter(thread=old).exclude(pk__in=numbers)
    if not stays.exists():
        raise NothingBefore
    ends = moved.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    new = Thread.objects.create(
        subject=message.subject[:300], person=message.person or old.person, started_at=ends["first"],
        last_message_at=ends["last"],
    )  # fmt: skip
    Message.objects.filter(pk__in=numbers).update(thread=new)
    _let_in_again(old, new)
    last = Message.objects.filter(thread=old).aggregate(at=Max("sent_at"))["at"]
    Thread.objects.filter(pk=old.pk).update(last_message_at=last)
    _tell_of(ThreadSplit, old, new, by, at)
    return new


def _let_in_again(old: Thread, new: Thread) -> None:
    theirs = Participant.objects.filter(thread=old).values_list("email", "person")
    Participant.objects.bulk_create(
        [Participant(thread=new, email=email, person_id=person) for email, person in theirs]
    )


def _tell_of(
    event: type[ThreadJoined | ThreadParted | ThreadSplit],
    thread: Thread,
    other: Thread,
    by: Actor,
    at: datetime,
) -> None:
    said = event(
        thread_id=thread.pk, other_id=other.pk, subject_line=thread.subject[:120], person_id=thread.person_id
    )
    announce(said, by=by, occurred_at=at, changes={"other": [None, other.pk]})

"""What becomes of a message that came: a conversation begins, goes on, or follows one that was closed long ago."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from regulars.inbox.actions.asking import hear_facts
from regulars.inbox.actions.following_rules import follow_rules
from regulars.inbox.actions.moving import WAKING, about_event, locked, moved, wake
from regulars.inbox.engine.beginnings import beginning_of
from regulars.inbox.events import ConversationOpened, ConversationReopened
from regulars.inbox.models import Conversation, State
from regulars.inbox.queries.waiting import threads_of, unanswered_since
from regulars.inbox.rules import begins_anew
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.messaging.actions.splitting import begin_thread_with
from regulars.messaging.models import ChannelKind, Message, Proof, Thread
from regulars.messaging.queries.placing import survivor_of
from regulars.team.actions.notices import notify

# Threads looked at by the clock: those that came while the room was being switched on.
LOOK_BACK, AT_ONCE = 5_000, 200
LOGGED = (ChannelKind.PHONE, ChannelKind.VISIT)


@transaction.atomic
def take_message(message_id: int, *, by: Actor, at: datetime) -> Conversation | None:
    """Let a message that came begin, go on with or reopen its conversation; safe to do twice."""
    message = Message.objects.select_related("thread", "channel").filter(pk=message_id).first()
    if message is None or message.direction != "in" or message.erased_at is not None:
        return None
    conversation, is_new = conversation_of(survivor_of(message.thread), message)
    if message.pk <= conversation.last_message_id:
        return conversation
    if not message.is_automatic and begins_anew(conversation, message.received_at):
        conversation, is_new = _follow_up(conversation, message, by=by, at=at), True
    return _receive(conversation, message, is_new=is_new, by=by)


def conversation_of(thread: Thread, message: Message) -> tuple[Conversation, bool]:
    """Return a thread's conversation under its lock, made when it is not there yet."""
    # Two who make it at once: the second waits for the first and then finds it.
    Conversation.objects.bulk_create([_blank(thread, message)], ignore_conflicts=True)
    found = locked(thread.pk)
    return found, found.sequence == 0


def _blank(thread: Thread, message: Message) -> Conversation:
    team = thread.person.team_id if thread.person else None
    return Conversation(
        thread=thread, channel=message.channel, person_id=thread.person_id, team_id=team, subject=thread.subject,
        started_at=thread.started_at, last_message_at=message.received_at, state=State.CLOSED,
        closed_at=message.received_at,
    )  # fmt: skip


def _follow_up(old: Conversation, message: Message, *, by: Actor, at: datetime) -> Conversation:
    """Begin a conversation that follows a closed one, or go on with the one that does already."""
    going_on = old.followed_by.exclude(state__in=(State.CLOSED, State.SPAM)).order_by("-pk").first()
    thread = begin_thread_with(message, into=going_on.thread if going_on else None)
    conversation, _is_new = conversation_of(thread, message)
    if going_on is None:
        conversation.follows, conversation.team_id, conversation.priority = old, old.team_id, old.priority
        conversation.assignee_id = old.assignee_id if old.assignee and old.assignee.is_active else None
        conversation.save(update_fields=["follows", "team", "priority", "assignee"])
    return conversation


def _receive(conversation: Conversation, message: Message, *, is_new: bool, by: Actor) -> Conversation:
    before = conversation.state
    person = message.thread.person
    if conversation.person_id is None and person is not None:
        conversation.person, conversation.team_id = person, conversation.team_id or person.team_id
    conversation.last_message_at = max(conversation.last_message_at, message.received_at)
    conversation.last_message_id = message.pk
    conversation.sender = message.sender[:320]
    conversation.beginning = beginning_of(message.text)
    if not message.is_automatic and before != State.SPAM:
        wake(conversation, message.received_at)
        conversation.reopened_count += before == State.CLOSED and not is_new
    fields = (
        "person",
        "team",
        "last_message_at",
        "last_message_id",
        "sender",
        "beginning",
        *WAKING,
        "reopened_count",
    )
    kind = "opened" if is_new else "received"
    moved(
        conversation,
        kind,
        by=by,
        at=message.received_at,
        fields=fields,
        # A mail that its sender's domain does not vouch for is shown with the warning or not at all.
        words="" if message.proof == Proof.FAIL else message.text,
        message=message.pk,
    )
    _announce(conversation, before, is_new=is_new, by=by)
    if not message.is_automatic:
        tell_followers(conversation, message.sender)
        _follow_rules(conversation, message, is_new=is_new, by=by)
    return conversation


def _follow_rules(conversation: Conversation, message: Message, *, is_new: bool, by: Actor) -> None:
    """Let the rules look at what begins, and once more when a customer answers what a rule asked them."""
    at = message.received_at
    if is_new:
        follow_rules(conversation, at=at)
        return
    asking = hear_facts(conversation, message, by=by, at=at)
    if asking is not None:
        follow_rules(conversation, at=at, done=asking.followed)


@transaction.atomic
def take_failure(message_id: int, email: str, reason: str, *, by: Actor, at: datetime) -> Conversation | None:
    """Bring back the conversation whose answer did not arrive, so that somebody sees it; once for each address."""
    message = Message.objects.select_related("thread").filter(pk=message_id, direction="out").first()
    if message is None:
        return None
    thread = survivor_of(message.thread)
    if not Conversation.objects.filter(pk=thread.pk).exists():
        return None
    found = locked(thread.pk)
    known = found.lines.filter(kind="failed", about__message=message_id, about__email=email)
    if found.state == State.SPAM or known.exists():
        return found
    before = found.state
    wake(found, unanswered_since(threads_of(found.pk), without=message_id) or at)
    told: dict[str, Any] = {"message": message_id, "email": email, "reason": reason[:300] or email}
    moved(found, "failed", by=by, at=at, fields=WAKING, **told)
    _announce(found, before, is_new=False, by=by)
    return found


def _announce(conversation: Conversation, before: str, *, is_new: bool, by: Actor) -> None:
    if is_new:
        event = ConversationOpened(**about_event(conversation), follows_id=conversation.follows_id)
        announce(event, by=by)
    elif before in (State.CLOSED, State.SNOOZED) and conversation.state == State.OPEN:
        changes = {"state": [before, conversation.state]}
        announce(ConversationReopened(**about_event(conversation)), by=by, changes=changes)


def tell_followers(conversation: Conversation, who: str) -> None:
    """Let those who follow a conversation know that somebody wrote."""
    ids = list(conversation.followers.values_list("member_id", flat=True))
    if ids:
        text = f"{who}: {conversation.subject or conversation.beginning}"
        key = f"conversation:{conversation.pk}:{conversation.last_message_id}"
        notify(ids, text, url=f"/inbox/{conversation.pk}/", icon="mail", key=key)


def adopt_threads(*, by: Actor, at: datetime) -> int:
    """Make the conversations of threads that came while nobody listened; return how many."""
    newest = Thread.objects.aggregate(newest=Max("pk"))["newest"] or 0
    rows = Thread.objects.filter(pk__gt=newest - LOOK_BACK, conversation=None, merged_into=None)
    # What was erased stays so, and a call that was written down is done with.
    came = Message.objects.filter(thread__in=rows, direction="in", erased_at=None).exclude(
        channel__kind__in=LOGGED
    )
    found = list(came.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for number in found:
        take_message(number, by=by, at=at)
    return len(found)

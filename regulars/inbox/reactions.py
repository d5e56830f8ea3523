from __future__ import annotations

from regulars.inbox.actions.arriving import take_failure, take_message
from regulars.inbox.actions.breaching import escalate
from regulars.inbox.actions.giving_again import GIVE_AGAIN
from regulars.inbox.actions.likening import find_later
from regulars.inbox.actions.retargeting import RETARGET
from regulars.inbox.actions.satisfaction import forget_what_they_said, plan_satisfaction
from regulars.inbox.actions.suggestions import remember_answer
from regulars.inbox.actions.templates import count_as_sent
from regulars.inbox.actions.tidying import forget_conversations, swap_tag
from regulars.inbox.events import (
    AvailabilityChanged,
    BusinessHoursChanged,
    ConversationAnswered,
    ConversationClosed,
    ResponseTargetChanged,
    TargetMissed,
)
from regulars.kit.events import Heard, hears
from regulars.kit.worker import NOW, defer
from regulars.messaging.actions.chat.rating import ask_how_it_was
from regulars.messaging.events import AutomaticMessageReceived, MessageFailed, MessageReceived
from regulars.people.events import PersonErased, TagDeleted, TagsMerged


@hears(MessageReceived, AutomaticMessageReceived)
def begin_or_go_on(event: MessageReceived | AutomaticMessageReceived, heard: Heard) -> None:
    """Let a message begin its conversation, go on with it, or reopen it."""
    take_message(event.message_id, by=heard.by, at=heard.recorded_at)


@hears(MessageReceived)
def look_for_answers(event: MessageReceived, heard: Heard) -> None:
    """Have it looked up what answered questions like this one."""
    find_later(event.thread_id)


@hears(MessageFailed)
def show_the_failure(event: MessageFailed, heard: Heard) -> None:
    """Bring back the conversation whose answer did not arrive."""
    take_failure(event.message_id, event.email, event.reason, by=heard.by, at=heard.recorded_at)


@hears(PersonErased)
def forget_their_conversations(event: PersonErased, heard: Heard) -> None:
    """Take the words out of the conversations with somebody who was erased."""
    if event.person_id is not None:
        forget_what_they_said([event.person_id])
        forget_conversations([event.person_id])


@hears(TagDeleted)
def take_the_tag_off(event: TagDeleted, heard: Heard) -> None:
    """Take a tag that was thrown away off conversations."""
    if event.id is not None:
        swap_tag(event.id, None)


@hears(TagsMerged)
def change_the_tag(event: TagsMerged, heard: Heard) -> None:
    """Give conversations the tag that another became part of."""
    if event.merged_id is not None:
        swap_tag(event.merged_id, event.id)


@hears(TargetMissed)
def hand_over(event: TargetMissed, heard: Heard) -> None:
    """Hand a conversation on whose promise broke."""
    escalate(event.conversation_id, by=heard.by, at=heard.recorded_at)


@hears(ConversationClosed)
def plan_to_ask_how_it_went(event: ConversationClosed, heard: Heard) -> None:
    """Ask who chats in the window, and plan to ask everybody else by mail."""
    if ask_how_it_was(event.conversation_id, at=heard.recorded_at):
        return
    plan_satisfaction(event.conversation_id, at=heard.recorded_at)


@hears(ConversationAnswered)
def learn_from_the_answer(event: ConversationAnswered, heard: Heard) -> None:
    """Count the templates that left with an answer, and keep it to be suggested for like questions."""
    count_as_sent(event.conversation_id, event.message_id, at=heard.recorded_at)
    remember_answer(event.conversation_id, event.message_id)


@hears(BusinessHoursChanged, ResponseTargetChanged)
def let_promises_follow(event: BusinessHoursChanged | ResponseTargetChanged, heard: Heard) -> None:
    """Reckon the promises that run anew, after hours, a holiday or a target was changed."""
    defer(RETARGET, queue=NOW)


@hears(AvailabilityChanged)
def give_what_waited(event: AvailabilityChanged, heard: Heard) -> None:
    """Give what waited for somebody to who came back, or takes more."""
    defer(GIVE_AGAIN, queue=NOW)

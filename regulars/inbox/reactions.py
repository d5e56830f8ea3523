from __future__ import annotations

from regulars.inbox.actions.arriving import take_message
from regulars.inbox.actions.breaching import escalate
from regulars.inbox.actions.tidying import forget_conversations, swap_tag
from regulars.inbox.events import TargetMissed
from regulars.kit.events import Heard, hears
from regulars.messaging.events import AutomaticMessageReceived, MessageReceived
from regulars.people.events import PersonErased, TagDeleted, TagsMerged


@hears(MessageReceived, AutomaticMessageReceived)
def begin_or_go_on(event: MessageReceived | AutomaticMessageReceived, heard: Heard) -> None:
    """Let a message begin its conversation, go on with it, or reopen it."""
    take_message(event.message_id, by=heard.by, at=heard.recorded_at)


@hears(PersonErased)
def forget_their_conversations(event: PersonErased, heard: Heard) -> None:
    """Take the words out of the conversations with somebody who was erased."""
    if event.person_id is not None:
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

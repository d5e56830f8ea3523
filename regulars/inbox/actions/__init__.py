"""Every write of the inbox: one verb, one transaction each."""

from regulars.inbox.actions.arriving import adopt_threads, take_message
from regulars.inbox.actions.assigning import (
    assign_conversation,
    give_to_somebody,
    hand_to_team,
    set_availability,
)
from regulars.inbox.actions.drafting import attach, detach, drop_draft, keep_draft
from regulars.inbox.actions.merging import merge_conversations, start_conversation
from regulars.inbox.actions.presence import be_present, mark_unread
from regulars.inbox.actions.ruling import delete_arrival_rule, save_arrival_rule
from regulars.inbox.actions.work import (
    close_conversation,
    mark_spam,
    put_back,
    reopen_conversation,
    set_priority,
    snooze_conversation,
    tag_conversation,
    untag_conversation,
    wake_snoozed,
)
from regulars.inbox.actions.writing import (
    MovedMeanwhile,
    answer_conversation,
    delete_conversation_note,
    follow,
    restore_conversation_note,
    take_answer_back,
    write_conversation_note,
)

__all__ = [
    "MovedMeanwhile",
    "adopt_threads",
    "answer_conversation",
    "assign_conversation",
    "attach",
    "be_present",
    "close_conversation",
    "delete_arrival_rule",
    "delete_conversation_note",
    "detach",
    "drop_draft",
    "follow",
    "give_to_somebody",
    "hand_to_team",
    "keep_draft",
    "mark_spam",
    "mark_unread",
    "merge_conversations",
    "put_back",
    "reopen_conversation",
    "restore_conversation_note",
    "save_arrival_rule",
    "set_availability",
    "set_priority",
    "snooze_conversation",
    "start_conversation",
    "tag_conversation",
    "take_answer_back",
    "take_message",
    "untag_conversation",
    "wake_snoozed",
    "write_conversation_note",
]

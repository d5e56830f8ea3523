from regulars.inbox.models.conversations import Conversation, Priority, State, reach
from regulars.inbox.models.ruling import ArrivalRule, Turn
from regulars.inbox.models.work import (
    Absence,
    ConversationNote,
    Draft,
    DraftFile,
    Follower,
    Line,
    Reader,
)

__all__ = [
    "Absence",
    "ArrivalRule",
    "Conversation",
    "ConversationNote",
    "Draft",
    "DraftFile",
    "Follower",
    "Line",
    "Priority",
    "Reader",
    "State",
    "Turn",
    "reach",
]

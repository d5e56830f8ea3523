from __future__ import annotations

from datetime import datetime, timedelta

from regulars.inbox.models import Conversation, State
from regulars.team.rules import Seer

SEE, ANSWER, CHANGE, ASSIGN = (
    "conversations.see", "conversations.answer", "conversations.change", "conversations.assign",
)  # fmt: skip
# A reply within this time goes on with what was closed; a later one is another matter that follows it.
REOPENS_WITHIN = timedelta(days=14)


def reaches_conversation(seer: Seer | None, verb: str, conversation: Conversation) -> bool:
    """Tell whether this member or key may do `verb` to a conversation; asks the database."""
    return Conversation.objects.all().visible_to(seer, verb).filter(pk=conversation.pk).exists()


def begins_anew(conversation: Conversation, at: datetime) -> bool:
    """Tell whether a reply at this time is too late to reopen a closed conversation."""
    return (
        conversation.state == State.CLOSED
        and conversation.closed_at is not None
        and at - conversation.closed_at > REOPENS_WITHIN
    )

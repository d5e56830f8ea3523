from __future__ import annotations

from datetime import datetime, timedelta

from regulars.inbox.models import Conversation, State
from regulars.team.rules import Scope, Seer, allowed, may

SEE, ANSWER, CHANGE, ASSIGN = (
    "conversations.see", "conversations.answer", "conversations.change", "conversations.assign",
)  # fmt: skip
# Every window hears how far a conversation is. What was written travels on the topics behind the other name, each heard only by
# those who may see the conversation: all of them, or by whose it is.
TOPIC, WORDS = "inbox", "inbox:"
WHOLE, KNOWN, NOBODYS = f"{WORDS}whole", f"{WORDS}known", f"{WORDS}nobodys"
# A reply within this time goes on with what was closed; a later one is another matter that follows it.
REOPENS_WITHIN = timedelta(days=14)


def reaches_conversation(seer: Seer | None, verb: str, conversation: Conversation) -> bool:
    """Tell whether this member or key may do `verb` to a conversation; asks the database."""
    return Conversation.objects.all().visible_to(seer, verb).filter(pk=conversation.pk).exists()


def also_reaches(seer: Seer | None, verb: str, seen: Conversation) -> bool:
    """Tell the same of a conversation that is known to be seen; asks the database only where `verb` reaches less far than seeing."""
    scope = allowed(seer, verb)
    if scope in (Scope.NONE, allowed(seer, SEE)):
        return scope > Scope.NONE
    return reaches_conversation(seer, verb, seen)


def sees_everything(seer: Seer | None) -> bool:
    """Tell whether no conversation is out of this member's or key's reach, whoever wrote; asks no database."""
    return allowed(seer, SEE) == Scope.ALL and may(seer, "unclaimed.see")


def topics_of(seer: Seer | None) -> list[str]:
    """Return the topics on which somebody hears what is written: together they tell of exactly the conversations within reach."""
    scope = allowed(seer, SEE)
    if seer is None or scope == Scope.NONE:
        return []
    if sees_everything(seer):
        return [WHOLE]
    own = [f"{WORDS}member:{seer.member_id}"] if seer.member_id is not None else []
    if scope == Scope.OWN:
        return own
    handed = [*own, *(f"{WORDS}team:{number}" for number in seer.team_ids)]
    return [*handed, KNOWN if scope == Scope.ALL else NOBODYS]


def topics_for(conversation: Conversation) -> list[str]:
    """Return the topics that tell what is written in a conversation, as `reach` says whose it is; none when the person is deleted."""
    person = conversation.person
    if person is not None and person.deleted_at is not None:
        return []
    members = {conversation.assignee_id, person.keeper_id if person else None} - {None}
    teams = {conversation.team_id, person.team_id if person else None} - {None}
    topics = [WHOLE, *(f"{WORDS}member:{one}" for one in members), *(f"{WORDS}team:{one}" for one in teams)]
    topics += [KNOWN] if person else []
    topics += [NOBODYS] if person and not members and not teams else []
    return topics


def begins_anew(conversation: Conversation, at: datetime) -> bool:
    """Tell whether a reply at this time is too late to reopen a closed conversation."""
    return (
        conversation.state == State.CLOSED
        and conversation.closed_at is not None
        and at - conversation.closed_at > REOPENS_WITHIN
    )

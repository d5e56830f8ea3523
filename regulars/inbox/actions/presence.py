"""Who has read how far, who looks at a conversation and who types."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from regulars.inbox.models import Conversation
from regulars.inbox.rules import TOPIC
from regulars.kit.live import publish
from regulars.team.models import Member

# A window says every 20 seconds that it is there; two of its words may get lost.
STAYS, TYPES = timedelta(seconds=50), timedelta(seconds=8)
WRITE = """
    INSERT INTO inbox_reader (conversation_id, member_id, present_until, typing_until, read_at)
    VALUES (%(conversation)s, %(member)s, %(present)s, %(typing)s, %(read)s)
    ON CONFLICT (conversation_id, member_id) DO UPDATE SET present_until = excluded.present_until,
        typing_until = excluded.typing_until, read_at = greatest(inbox_reader.read_at, excluded.read_at)"""


@transaction.atomic
def be_present(
    conversation: Conversation,
    member: Member,
    *,
    is_typing: bool = False,
    is_leaving: bool = False,
    at: datetime,
) -> None:
    """Say that a member looks at a conversation, types in it, or has gone; looking at it is reading it."""
    present, typing = (None, None) if is_leaving else (at + STAYS, at + TYPES if is_typing else None)
    _write(conversation, member, present, typing, conversation.last_message_at)
    state = "gone" if is_leaving else "typing" if is_typing else "here"
    told = {
        "kind": "presence",
        "id": conversation.pk,
        "member": member.pk,
        "name": str(member)[:60],
        "state": state,
    }
    publish(TOPIC, told)


@transaction.atomic
def mark_unread(conversation: Conversation, member: Member) -> None:
    """Let a conversation count as not read by a member."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inbox_reader SET read_at = NULL WHERE conversation_id = %s AND member_id = %s",
            [conversation.pk, member.pk],
        )


def _write(
    conversation: Conversation,
    member: Member,
    present: datetime | None,
    typing: datetime | None,
    read: datetime,
) -> None:
    values = {
        "conversation": conversation.pk, "member": member.pk, "present": present, "typing": typing, "read": read,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.inbox.models import (
    Asking,
    Conversation,
    ConversationNote,
    Draft,
    DraftFile,
    MacroUse,
    Reader,
)
from regulars.inbox.models.work import FILES
from regulars.kit.keeping import forget_kept


@transaction.atomic
def forget_conversations(person_ids: Sequence[int]) -> int:
    """Take all words out of the conversations with erased people; the figures stay."""
    theirs = Conversation.objects.filter(person__in=person_ids)
    numbers = list(theirs.values_list("pk", flat=True))
    drafts = Draft.objects.filter(conversation__in=numbers)
    paths = list(DraftFile.objects.filter(draft__in=drafts).exclude(path="").values_list("path", flat=True))
    drafts.delete()
    ConversationNote.objects.filter(conversation__in=numbers).delete()
    Asking.objects.filter(conversation__in=numbers).update(found={})
    MacroUse.objects.filter(conversation__in=numbers).update(changes={})
    theirs.update(subject="", sender="", beginning="")
    transaction.on_commit(lambda: forget_kept(FILES, paths))
    return len(numbers)


def swap_tag(gone: int, new: int | None) -> None:
    """Put one tag in the place of another on every conversation, or take it off."""
    sql = """
        UPDATE inbox_conversation SET tag_ids = ARRAY(
            SELECT DISTINCT x FROM unnest(array_replace(tag_ids, %(gone)s::bigint, %(new)s::bigint)) AS x
            WHERE x IS NOT NULL ORDER BY x)
        WHERE tag_ids @> ARRAY[%(gone)s::bigint]"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"gone": gone, "new": new})


def forget_presence(*, at: datetime) -> int:
    """Let go of the presence of those who went away, so that its index stays small."""
    return Reader.objects.filter(present_until__lt=at).update(present_until=None, typing_until=None)

"""Which drafts of colleagues somebody sees, and why."""

from __future__ import annotations

from typing import Any

from regulars.inbox.models import Absence, Conversation, Draft


def drafts_of_others(conversation: Conversation, member: Any) -> list[Draft]:
    """Return what colleagues have begun in a conversation; `is_open` tells whether its words may be read and taken over."""
    rows = Draft.objects.filter(conversation=conversation)
    rows = rows.exclude(author=member) if member is not None else rows
    found = list(rows.select_related("author", "author__absence").prefetch_related("files").order_by("pk"))
    for one in found:
        vars(one)["is_open"] = is_open_to_all(one)
    return found


def is_open_to_all(draft: Draft) -> bool:
    """Tell whether colleagues who see the conversation may read a draft: its author shares it, is away, or left."""
    absence: Absence | None = getattr(draft.author, "absence", None)
    return draft.is_shared or not draft.author.is_active or (absence is not None and absence.is_away)

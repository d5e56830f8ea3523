"""Drafts: kept on the server as they are typed, with their files, until they are sent or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.engine.addresses import write_line
from regulars.inbox.models import Conversation, Draft, DraftFile
from regulars.inbox.models.work import FILES
from regulars.kit.keeping import forget_kept, keep, read_kept
from regulars.kit.refused import Invalid, NotThere, Refused
from regulars.messaging.models import Message
from regulars.messaging.models.messages import FILES as MESSAGE_FILES
from regulars.team.models import Member

MOST_FILE_BYTES, LONGEST = 25_000_000, 200_000


class TakenOver(Refused):
    """A draft that a colleague made their own is not written in any more; what was typed stays where it was typed."""

    code = "taken_over"
    default = gettext_lazy("A colleague took this draft over. What you typed stays here.")


class NoteBegun(Refused):
    """An answer is not put into a note that was begun."""

    code = "note_begun"
    default = gettext_lazy("A note is begun here. Finish it first, then run the macro.")


@transaction.atomic
def keep_draft(
    conversation: Conversation, author: Member, values: Mapping[str, Any], *, at: datetime
) -> Draft:
    """Keep what a member has typed so far; a draft without words and files is let go.

    `draft` is the number of the one that is written in: refused when a colleague took it over meanwhile.
    """
    _refuse_taken(conversation, author, values.get("draft"))
    draft = _draft(conversation, author, at)
    draft.is_note = bool(values.get("is_note"))
    draft.text = str(values.get("text", ""))[:LONGEST]
    draft.to, draft.cc = str(values.get("to", ""))[:2_000], str(values.get("cc", ""))[:2_000]
    draft.sequence, draft.updated_at = int(values.get("sequence") or conversation.sequence), at
    draft.save()
    if not draft.text.strip() and not draft.files.exists():
        draft.delete()
    return draft


@transaction.atomic
def attach(
    conversation: Conversation, author: Member, *, name: str, content_type: str, content: bytes, at: datetime
) -> DraftFile:
    """Put a file with a member's draft, which begins with it when there is none."""
    draft = _draft(conversation, author, at)
    held = sum(draft.files.values_list("size", flat=True))
    if held + len(content) > MOST_FILE_BYTES:
        raise Invalid({"file": _("Files of up to 25 MB together can be sent.")})
    kept = keep(FILES, content)
    return DraftFile.objects.create(
        draft=draft, name=name[:300] or "file", content_type=content_type[:100], size=len(content),
        content=kept.content, path=kept.path,
    )  # fmt: skip


@transaction.atomic
def detach(conversation: Conversation, author: Member, file_id: int) -> None:
    """Take a file away from a member's draft."""
    found = DraftFile.objects.filter(
        pk=file_id, draft__conversation=conversation, draft__author=author
    ).first()
    if found is None:
        raise NotThere
    path = found.path
    found.delete()
    if path:
        transaction.on_commit(lambda: forget_kept(FILES, [path]))


@transaction.atomic
def drop_draft(conversation: Conversation, author: Member) -> None:
    """Throw a member's draft away."""
    rows = Draft.objects.filter(conversation=conversation, author=author)
    paths = list(DraftFile.objects.filter(draft__in=rows).exclude(path="").values_list("path", flat=True))
    rows.delete()
    transaction.on_commit(lambda: forget_kept(FILES, paths))


@transaction.atomic
def draft_again(conversation: Conversation, message: Message, author: Member, *, at: datetime) -> Draft:
    """Make a letter that was taken back a draft again, with its recipients and files."""
    lines = {
        role: write_line([(one.email, one.name) for one in message.sendings.filter(role=role)])
        for role in ("to", "cc")
    }
    values = {"text": message.text, **lines, "sequence": conversation.sequence}
    draft = _draft(conversation, author, at)
    for file in message.files.all():
        content = read_kept(MESSAGE_FILES, file.kept)
        attach(conversation, author, name=file.name, content_type=file.content_type, content=content, at=at)
    return keep_draft(conversation, author, {**values, "text": message.text or draft.text}, at=at)


@transaction.atomic
def add_to_draft(
    conversation: Conversation, author: Member, text: str, *, at: datetime
) -> tuple[Draft, str | None]:
    """Put text at the end of a member's answer, which begins with it when there is none; return what it was, None for nothing."""
    known = Draft.objects.select_for_update().filter(conversation=conversation, author=author).first()
    if known is not None and known.is_note and known.text.strip():
        # A note is for colleagues only: an answer must not begin with it.
        raise NoteBegun
    draft = known or _draft(conversation, author, at)
    had = known.text if known is not None else None
    draft.text = "\n\n".join(piece for piece in ((had or "").rstrip(), text) if piece)[:LONGEST]
    draft.is_note, draft.updated_at, draft.sequence = False, at, conversation.sequence
    draft.save()
    return draft, had


@transaction.atomic
def put_draft_back(draft: Draft, text: str | None, *, at: datetime) -> None:
    """Let a draft be as it was before something was put into it; None throws it away unless it has files."""
    draft.text, draft.updated_at = text or "", at
    draft.save(update_fields=["text", "updated_at"])
    if text is None and not draft.files.exists():
        draft.delete()


def _refuse_taken(conversation: Conversation, author: Member, number: int | None) -> None:
    if number is None:
        return
    # Under its lock: who takes it over at this moment is waited for.
    known = Draft.objects.select_for_update().filter(pk=number, conversation=conversation).first()
    if known is not None and known.author_id != author.pk:
        words = _("%(who)s took this draft over. What you typed stays here; nothing of it is lost.")
        raise TakenOver(words % {"who": known.author})


def _draft(conversation: Conversation, author: Member, at: datetime) -> Draft:
    blank = {"updated_at": at, "sequence": conversation.sequence}
    # Held until the end: who takes it over meanwhile is waited for, and then it is another's.
    rows = Draft.objects.select_for_update()
    return rows.get_or_create(conversation=conversation, author=author, defaults=blank)[0]

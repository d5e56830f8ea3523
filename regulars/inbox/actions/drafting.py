"""Drafts: kept on the server as they are typed, with their files, until they are sent or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.inbox.engine.addresses import write_line
from regulars.inbox.models import Conversation, Draft, DraftFile
from regulars.inbox.models.work import FILES
from regulars.kit.keeping import forget_kept, keep, read_kept
from regulars.kit.refused import Invalid, NotThere
from regulars.messaging.models import Message
from regulars.messaging.models.messages import FILES as MESSAGE_FILES
from regulars.team.models import Member

MOST_FILE_BYTES, LONGEST = 25_000_000, 200_000


@transaction.atomic
def keep_draft(
    conversation: Conversation, author: Member, values: Mapping[str, Any], *, at: datetime
) -> Draft:
    """Keep what a member has typed so far; a draft without words and files is let go."""
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


def _draft(conversation: Conversation, author: Member, at: datetime) -> Draft:
    blank = {"updated_at": at, "sequence": conversation.sequence}
    return Draft.objects.get_or_create(conversation=conversation, author=author, defaults=blank)[0]

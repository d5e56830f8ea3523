"""Drafts that colleagues see: shown to them by their author, and taken over with what is in them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.moving import about_event, locked, moved
from regulars.inbox.events import DraftShared, DraftTaken
from regulars.inbox.models import Conversation, Draft
from regulars.inbox.queries.drafts import is_open_to_all
from regulars.inbox.rules import TOPIC
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.live import publish
from regulars.kit.refused import NotThere, Refused
from regulars.team.actions.notices import notify
from regulars.team.models import Member


class NothingToShare(Refused):
    """A draft begins with its first words."""

    code = "nothing_to_share"
    default = gettext_lazy("Nothing is written here yet.")


class NotShared(Refused):
    """What its author keeps to themselves is not taken over."""

    code = "not_shared"
    default = gettext_lazy("This draft is not shared, and its author is here.")


@transaction.atomic
def share_draft(
    conversation: Conversation, author: Member, *, is_shared: bool = True, by: Actor, at: datetime
) -> Draft:
    """Let colleagues who see the conversation read a draft and take it over, or no longer."""
    found = locked(conversation)
    draft = Draft.objects.select_for_update().filter(conversation=found, author=author).first()
    if draft is None:
        raise NothingToShare
    if draft.is_shared == is_shared:
        return draft
    draft.is_shared = is_shared
    draft.save(update_fields=["is_shared"])
    moved(found, "draft_shared" if is_shared else "draft_hidden", by=by, at=at, draft=draft.pk)
    event = DraftShared(**about_event(found), draft_id=draft.pk, is_shared=is_shared)
    announce(event, by=by, changes={"is_shared": [not is_shared, is_shared]})
    return draft


@transaction.atomic
def take_over_draft(draft: Draft, member: Member, *, by: Actor, at: datetime) -> Draft:
    """Make a colleague's draft one's own, with its files; what one had written already stands before it.

    Their window learns of it at once, and whatever they typed since stays there.
    """
    found = locked(draft.conversation_id)
    rows = Draft.objects.select_for_update(of=("self",)).filter(conversation=found)
    drafts = {one.pk: one for one in rows.select_related("author", "author__absence").order_by("pk")}
    stored = drafts.get(draft.pk)
    if stored is None:
        raise NotThere
    if stored.author_id == member.pk:
        return stored
    if not is_open_to_all(stored):
        raise NotShared
    former = stored.author
    own = next((one for one in drafts.values() if one.author_id == member.pk), None)
    if own is not None:
        _join(own, stored)
    moved(found, "draft_taken", by=by, at=at, draft=stored.pk, former=former.pk, name=str(former))
    # Whoever takes it over has seen what stands here now.
    stored.author, stored.is_shared, stored.updated_at, stored.sequence = member, False, at, found.sequence
    stored.save()
    publish(TOPIC, {"kind": "draft", "id": found.pk, "draft": stored.pk, "former": former.pk})
    with translation.override(former.language or None):
        text = _("%(who)s took over your draft: %(what)s") % {"who": by.label, "what": found}
    notify(
        [former.pk],
        text,
        url=f"/inbox/{found.pk}/",
        icon="pencil",
        key=f"draft:{stored.pk}:{at:%Y%m%d%H%M%S}",
    )
    event = DraftTaken(**about_event(found), draft_id=stored.pk)
    announce(event, by=by, changes={"author": [former.pk, member.pk]})
    return stored


def _join(own: Draft, taken: Draft) -> None:
    """Put one's own words before those taken over, with the files of both; a note is never made part of an answer."""
    taken.text = "\n\n".join(piece for piece in (own.text.strip(), taken.text) if piece)
    taken.is_note = (own.is_note and bool(own.text.strip())) or taken.is_note
    taken.to, taken.cc = own.to or taken.to, own.cc or taken.cc
    own.files.update(draft=taken)
    own.delete()

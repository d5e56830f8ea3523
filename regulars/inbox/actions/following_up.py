from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.inbox.actions.moving import about_event, locked
from regulars.inbox.events import FollowUpPlanned
from regulars.inbox.models import Conversation, FollowUp
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid
from regulars.team.actions.notices import notify
from regulars.team.models import Member

AT_ONCE = 200


@transaction.atomic
def plan_follow_up(
    conversation: Conversation, member: Member, *, due_at: datetime, note: str = "", by: Actor, at: datetime
) -> FollowUp:
    """Remind a member of a conversation later, open or closed; a new time takes the place of their old one."""
    if due_at <= at:
        raise Invalid({"due_at": _("Choose a time that is still to come.")})
    found = locked(conversation)
    open_ones = FollowUp.objects.filter(
        conversation=found, member=member, reminded_at=None, cancelled_at=None
    )
    open_ones.update(cancelled_at=at)
    made = FollowUp.objects.create(
        conversation=found, member=member, due_at=due_at, note=note.strip()[:200], created_at=at
    )
    announce(FollowUpPlanned(**about_event(found)), by=by, changes={"due_at": [None, due_at.isoformat()]})
    return made


@transaction.atomic
def cancel_follow_up(one: FollowUp, *, by: Actor, at: datetime) -> None:
    """Take a reminder back."""
    if one.reminded_at is not None or one.cancelled_at is not None:
        return
    one.cancelled_at = at
    one.save(update_fields=["cancelled_at"])
    event = FollowUpPlanned(**about_event(one.conversation))
    announce(event, by=by, changes={"due_at": [one.due_at.isoformat(), None]})


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Put the reminders whose time has come under the bells of their members; return how many."""
    rows = FollowUp.objects.filter(due_at__lte=at, reminded_at=None, cancelled_at=None)
    found = list(
        rows.select_for_update(of=("self",), skip_locked=True).select_related("conversation", "member")[
            :AT_ONCE
        ]
    )
    for one in found:
        with translation.override(one.member.language or None):
            text = _("Look again: %(what)s") % {"what": one.note or one.conversation}
        url, key = f"/inbox/{one.conversation_id}/", f"follow-up:{one.pk}"
        notify([one.member_id], text, url=url, icon="bell", key=key)
        one.reminded_at = at
    FollowUp.objects.bulk_update(found, ["reminded_at"])
    return len(found)

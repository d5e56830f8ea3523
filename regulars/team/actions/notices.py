from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from regulars.kit.live import publish
from regulars.team.models import Member, Notice


@transaction.atomic
def notify(member_ids: Iterable[int], text: str, *, url: str = "", icon: str = "bell", key: str = "") -> None:
    """Let members know of something under their bell; with a `key` each of them is told only once."""
    ids = sorted(set(member_ids))
    news = [Notice(member_id=number, text=text[:300], url=url[:300], icon=icon, key=key) for number in ids]
    Notice.objects.bulk_create(news, ignore_conflicts=True)
    for number in ids:
        publish(f"member:{number}", {"kind": "notice", "text": text[:300]})


def read_notices(member: Member, *, at: datetime, notice_id: int | None = None) -> int:
    """Mark one or all of a member's notices as read and return how many were new."""
    unread = Notice.objects.filter(member=member, read_at=None)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    return unread.update(read_at=at)

"""Which promise holds for a conversation, and what is promised to whom."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from regulars.inbox.models import Conversation
from regulars.inbox.models.hours import BusinessHours
from regulars.inbox.models.targets import ResponseTarget
from regulars.kit.filters import Asker, BadFilter, compile_filter
from regulars.team.models import Business

log = logging.getLogger(__name__)


def default_hours() -> BusinessHours | None:
    """Return the hours that hold when nothing else is said; None is around the clock."""
    return BusinessHours.objects.filter(is_default=True).first()


def target_of(conversation: Conversation, *, at: datetime) -> ResponseTarget | None:
    """Return the first response target in order whose conditions hold for a conversation."""
    targets = list(ResponseTarget.objects.filter(is_active=True).select_related("hours"))
    asker = Asker(now=at, zone=ZoneInfo(Business.current().time_zone))
    for target in targets:
        if _holds(target, conversation.pk, asker):
            return target
    return None


def _holds(target: ResponseTarget, conversation_id: int, asker: Asker) -> bool:
    """Tell whether a target's conditions hold; one that can't be read any more holds for nobody."""
    if not target.condition and not target.people:
        return True
    try:
        talk = compile_filter(target.condition, "conversation", "c", asker=asker)
        who = compile_filter(target.people, "person", "p", asker=asker) if target.people else None
    except BadFilter as problem:
        log.warning("Response target %s can't be read and is left out: %s", target.pk, problem)
        return False
    sql = f"SELECT 1 FROM inbox_conversation c {talk.joins} WHERE c.id = %s AND {talk.where_sql}"
    values: list[Any] = [conversation_id, *talk.params]
    if who is not None:
        sql += f" AND EXISTS (SELECT 1 FROM people_person p {who.joins} WHERE p.id = c.person_id AND {who.where_sql})"
        values += who.params
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() is not None

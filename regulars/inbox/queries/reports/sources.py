"""Where each figure comes from, as SQL over conversations `c`: one place for the sum and for what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models import Conversation
from regulars.inbox.queries.reports.period import Period

# By what figures are told apart: a label, and the key of a row. `{at}` is the source's own moment.
BY: dict[str, tuple[str | Promise, str, str]] = {
    "channel": (_("Channel"), "c.channel_id", ""),
    "member": (_("Person"), "c.assignee_id", ""),
    "team": (_("Team"), "c.team_id", ""),
    "tag": (_("Tag"), "g.tag_id", "CROSS JOIN LATERAL unnest(c.tag_ids) g(tag_id)"),
    "hour": (_("Hour of the day"), "extract(hour FROM {at} AT TIME ZONE %(zone)s)::bigint", ""),
}
ALL = ("", "0::bigint", "")


@dataclass(frozen=True)
class Source:
    """Rows that are counted: a table joined to the conversation, its moment, and its condition within the period."""

    joins: str
    at: str
    where: str
    # Who did it, where that is known better than by whom the conversation is with.
    member: str = ""


_WITHIN = "{at} >= %(start)s AND {at} < %(end)s"
_ALIVE = "c.merged_into_id IS NULL AND c.state <> 'spam'"


def _clocks(kind: str, more: str = "") -> Source:
    where = f"{_WITHIN} AND {_ALIVE} AND k.kind = '{kind}' {more}"
    return Source(
        "JOIN inbox_clock k ON k.conversation_id = c.id",
        "k.done_at",
        where,
        "coalesce(k.done_by_id, c.assignee_id)",
    )


_LATER = """AND EXISTS (SELECT 1 FROM inbox_clock n
    WHERE n.conversation_id = k.conversation_id AND n.kind = 'resolution' AND n.id > k.id)"""
_BEGAN = "JOIN inbox_line l ON l.conversation_id = c.id AND l.kind IN ('opened', 'begun')"
_MESSAGE = "JOIN inbox_line l ON l.conversation_id = c.id AND l.kind IN ({kinds})"
# What no person wrote is the smaller part: its numbers are read, not each message.
_HUMAN = """AND l.about->>'message' IS NOT NULL AND NOT EXISTS (
    SELECT FROM messaging_message m WHERE m.id = (l.about->>'message')::bigint AND m.kind <> 'human')"""
_PROMISES = (
    "JOIN inbox_clock k ON k.conversation_id = c.id AND k.allowed IS NOT NULL AND k.cancelled_at IS NULL"
)
_SAID = "JOIN inbox_satisfaction s ON s.conversation_id = c.id"
_ENDED = "least(k.done_at, k.missed_at)"
SOURCES: dict[str, Source] = {
    # By when it reached us: the date of a letter is whatever its sender says.
    "began": Source(_BEGAN, "l.at", f"{_WITHIN} AND {_ALIVE}"),
    "messages_in": Source(
        _MESSAGE.format(kinds="'received', 'opened'"), "l.at", f"{_WITHIN} AND {_ALIVE} {_HUMAN}"
    ),
    "messages_out": Source(
        _MESSAGE.format(kinds="'answered'"), "l.at", f"{_WITHIN} AND {_ALIVE} {_HUMAN}",
        "coalesce(l.member_id, c.assignee_id)",
    ),
    "first": _clocks("first"),
    "next": _clocks("next"),
    "resolved": _clocks("resolution"),
    "reopened": _clocks("resolution", _LATER),
    "promised": Source(_PROMISES, _ENDED, f"{_WITHIN} AND {_ALIVE}", "coalesce(k.done_by_id, c.assignee_id)"),
    "kept": Source(
        _PROMISES, _ENDED, f"{_WITHIN} AND {_ALIVE} AND k.missed_at IS NULL", "coalesce(k.done_by_id, c.assignee_id)"
    ),
    "missed": Source(
        _PROMISES, _ENDED, f"{_WITHIN} AND {_ALIVE} AND k.missed_at IS NOT NULL",
        "coalesce(k.done_by_id, c.assignee_id)",
    ),
    "asked": Source(_SAID, "s.asked_at", f"{_WITHIN} AND {_ALIVE}", "coalesce(s.member_id, c.assignee_id)"),
    "said": Source(
        _SAID, "s.answered_at", f"{_WITHIN} AND {_ALIVE} AND s.score IS NOT NULL", "coalesce(s.member_id, c.assignee_id)"
    ),
    "happy": Source(
        _SAID, "s.answered_at", f"{_WITHIN} AND {_ALIVE} AND s.score >= 4", "coalesce(s.member_id, c.assignee_id)"
    ),
    "backlog": Source(
        "", "c.started_at", f"c.started_at < %(end)s AND {_ALIVE} AND (c.closed_at IS NULL OR c.closed_at >= %(end)s)"
    ),
}  # fmt: skip
MEASURES: dict[str, str | Promise] = {
    "began": _("Conversations that began"),
    "messages_in": _("Messages in"),
    "messages_out": _("Answers out"),
    "first": _("First answers"),
    "next": _("Later answers"),
    "resolved": _("Resolved"),
    "reopened": _("Reopened after they were resolved"),
    "promised": _("Promises that came due"),
    "kept": _("Promises kept"),
    "missed": _("Promises missed"),
    "asked": _("Asked how it went"),
    "said": _("Said how it went"),
    "happy": _("Said good or very good"),
    "backlog": _("Not closed at the end of the period"),
}


def rows_by(
    measure: str, columns: str, period: Period, by: str = "", *, has_whole: bool = False
) -> list[tuple[Any, ...]]:
    """Return (whether of all together, key, columns…) of a source for each group; with no `by` there is one group.

    With the whole, a row of all groups together is among them, made in the same reading.
    """
    sql, values = _select(measure, period, by)
    groups = "GROUPING SETS ((x.key), ())" if has_whole else "x.key"
    grouped = f"SELECT grouping(x.key) = 1, x.key, {columns} FROM ({sql}) x GROUP BY {groups} ORDER BY x.key NULLS LAST"
    with connection.cursor() as cursor:
        cursor.execute(grouped, values)
        return list(cursor.fetchall())


def conversations_behind(
    measure: str, period: Period, by: str = "", key: str = "", *, most: int = 200
) -> Sequence[Conversation]:
    """Return the conversations that a figure counts, the newest moment first."""
    sql, values = _select(measure, period, by)
    wanted = "TRUE" if not by or key == "" else "x.key IS NULL" if key == "none" else "x.key = %(key)s"
    values["key"] = int(key) if key.isdecimal() else 0
    found = f"SELECT x.id FROM ({sql}) x WHERE {wanted} GROUP BY x.id ORDER BY max(x.at) DESC LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(found, {**values, "most": most})
        ids = [row[0] for row in cursor.fetchall()]
    rows = Conversation.objects.select_related("person", "channel", "assignee").in_bulk(ids)
    return [rows[number] for number in ids if number in rows]


def _select(measure: str, period: Period, by: str) -> tuple[str, dict[str, Any]]:
    """Return the rows of a source: id, key, moment, and what can be measured of each."""
    source = SOURCES[measure]
    _label, key, joins = BY.get(by, ALL)
    if by == "member" and source.member:
        key = source.member
    used, whole = _measured(source)
    score = "s.score" if "inbox_satisfaction" in source.joins else "NULL::int"
    sql = f"""SELECT c.id, ({key})::bigint AS key, {source.at} AS at, {used} AS used, {whole} AS whole, {score} AS score
        FROM inbox_conversation c {source.joins} {joins} WHERE {source.where}"""
    values = {"start": period.start, "end": period.end, "zone": period.zone}
    return sql.replace("{at}", source.at), values


def _measured(source: Source) -> tuple[str, str]:
    if "inbox_clock" not in source.joins:
        return "NULL::bigint", "NULL::float"
    return "k.used", "extract(epoch FROM k.done_at - k.started_at)"

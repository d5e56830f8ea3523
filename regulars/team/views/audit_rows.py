"""The audit log in rows: for people on the page, for spreadsheets in the export."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from regulars.kit.markup import ago, exact, icon
from regulars.kit.tables import Column, Empty, Table
from regulars.team.models import AuditEntry
from regulars.team.queries import action_label

FIRST_ROW = ("at", "who", "kind", "from", "action", "subject", "subject_id", "label", "changes", "request")
PAGES = {
    "person": "people:person",
    "company": "people:company",
    "order": "commerce:order",
    "member": "team:member",
    "team": "team:team",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*[+Z]")
MOST_SHOWN = 3
LONGEST = 120
ICONS = {"key": "key", "import": "table-import", "clock": "clock", "customer": "user-question"}


def audit_table(entries: Sequence[AuditEntry], params: Mapping[str, str], next_cursor: str) -> Table:
    """Return the audit log as a list."""
    columns = [
        Column("at", _("When"), lambda one: ago(one.at), css="cell-tight"),
        Column("who", _("Who"), _who),
        Column("what", _("What"), _what, css="cell-main"),
        Column("changes", _("Before → after"), _changes, css="cell-wide"),
        Column("from", _("From"), lambda one: one.address, css="cell-tight"),
    ]
    return Table(
        columns,
        entries,
        name="audit",
        caption=_("Audit log"),
        params=params,
        url=reverse("team:audit"),
        next_cursor=next_cursor,
        empty=Empty(
            _("Nothing like this happened"), _("Try other words, another member or more days."), "history"
        ),
    )


def export_row(entry: AuditEntry) -> list[str]:
    """Return one entry for a spreadsheet, harmless where a cell would be read as a formula."""
    cells = (
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        entry.actor_label,
        entry.actor_kind,
        entry.address or "",
        entry.action,
        entry.subject_type,
        str(entry.subject_id or ""),
        entry.label,
        json.dumps(entry.changes, ensure_ascii=False),
        entry.request_id,
    )
    return [harmless(cell) for cell in cells]


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> harmless("=HYPERLINK(1)"), harmless("Ada")
    ("'=HYPERLINK(1)", 'Ada')
    """
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _who(entry: AuditEntry) -> SafeString:
    name = entry.actor_label or _("someone")
    mark = icon(ICONS[entry.actor_kind], "icon-s") if entry.actor_kind in ICONS else ""
    if entry.member_id is None:
        return format_html("{} {}", mark, name)
    return format_html('{} <a href="?{}">{}</a>', mark, urlencode({"member": entry.member_id}), name)


def _what(entry: AuditEntry) -> SafeString:
    label = action_label(entry.action)
    if not entry.label:
        return format_html('<span class="who-name">{}</span>', label)
    return format_html(
        '<span class="who-text"><span class="who-name">{}</span><span class="who-sub">{}</span></span>',
        label,
        _subject(entry),
    )


def _subject(entry: AuditEntry) -> SafeString | str:
    if not entry.subject_type or entry.subject_id is None:
        return entry.label
    history = urlencode({"subject": f"{entry.subject_type}:{entry.subject_id}"})
    more = format_html(
        '<a class="muted" href="?{}" title="{}">{}</a>',
        history,
        _("All of its history"),
        icon("history", "icon-s"),
    )
    try:
        url = reverse(PAGES[entry.subject_type], args=[entry.subject_id])
    except (KeyError, NoReverseMatch):
        return format_html("{} {}", entry.label, more)
    return format_html('<a href="{}">{}</a> {}', url, entry.label, more)


def _changes(entry: AuditEntry) -> SafeString | str:
    pairs = [(name.replace("_", " "), *_pair(pair)) for name, pair in entry.changes.items()]
    if not pairs:
        return ""
    shown = _lines(pairs[:MOST_SHOWN])
    if len(pairs) <= MOST_SHOWN:
        return shown
    more = _("%(count)s more") % {"count": len(pairs) - MOST_SHOWN}
    return format_html(
        "{}<details><summary>{}</summary>{}</details>", shown, more, _lines(pairs[MOST_SHOWN:])
    )


def _lines(pairs: Sequence[tuple[str, str, str]]) -> SafeString:
    return format_html(
        '<ul class="audit-changes">{}</ul>',
        format_html_join("", '<li><span class="muted">{}:</span> <del>{}</del> → <ins>{}</ins></li>', pairs),
    )


def _pair(pair: Any) -> tuple[str, str]:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
    return _said(before), _said(after)


def _said(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = ", ".join(map(str, value)) if isinstance(value, list) else _moment(str(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _moment(text: str) -> str:
    try:
        return exact(datetime.fromisoformat(text)) if MOMENT.match(text) else text
    except ValueError:
        return text

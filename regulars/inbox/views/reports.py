"""The reports of the inbox: figures of a period, side by side, each opening the conversations it counts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from regulars.inbox.queries.due import spoken
from regulars.inbox.queries.reports import (
    BY,
    MEASURES,
    Figures,
    Period,
    by_day,
    contacts_per_order,
    conversations_behind,
    figures_by,
    period_of,
    spread_of,
    whole_and_by,
)
from regulars.kit.clock import today
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.kit.safe_cells import safe_cell
from regulars.team.gate import needs
from regulars.team.models import Business

SEE = "reports.see"
MOST_SHOWN = 200


@require_GET
@needs(SEE)
def reports(request: Request) -> HttpResponse:
    """Show the figures of a period, all together and side by side."""
    period, by = _asked(request)
    whole, groups = whole_and_by(period, by)
    contacts = contacts_per_order(period, whole.counts["began"])
    context = {
        "period": period, "by": by, "tabs": _tabs(period, by), "tiles": _tiles(period, whole, contacts),
        "heads": heads(), "by_label": BY[by][0], "rows": [_row(period, by, one) for one in groups],
        "spread": _spread(groups) if by != "hour" else [], "chart": _chart(period),
        "csv_url": _address("inbox:reports_csv", period, by=by), "presets": _presets(),
    }  # fmt: skip
    return render(request, "inbox/reports.html", context)


@require_GET
@needs(SEE)
def reports_csv(request: Request) -> StreamingHttpResponse:
    """Give the figures side by side as a file, times in minutes."""
    period, by = _asked(request)
    groups = figures_by(period, by)
    response = StreamingHttpResponse(_lines(by, groups), content_type="text/csv; charset=utf-8")
    name = f"inbox-{by}-{period.first.isoformat()}-{period.last.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
@needs(SEE)
def behind(request: Request, measure: str) -> HttpResponse:
    """Show the conversations that a figure counts."""
    if measure not in MEASURES:
        raise NotThere
    period, by = _asked(request, optional=True)
    key = request.GET.get("key", "")
    rows = conversations_behind(measure, period, by, key, most=MOST_SHOWN + 1)
    context = {
        "title": MEASURES[measure], "label": request.GET.get("label", "")[:80], "period": period,
        "rows": rows[:MOST_SHOWN], "has_more": len(rows) > MOST_SHOWN,
        "back_url": _address("inbox:reports", period, by=by),
    }  # fmt: skip
    return render(request, "inbox/report_conversations.html", context)


def _asked(request: Request, *, optional: bool = False) -> tuple[Period, str]:
    zone = Business.current().time_zone
    given = [request.GET.get(name, "") for name in ("period", "from", "to")]
    by = request.GET.get("by", "")
    return period_of(*given, today=today(zone), zone=zone), by if by in BY else "" if optional else "channel"


def _address(name: str, period: Period, *args: str, **more: str) -> str:
    about = {"period": "own", "from": period.first.isoformat(), "to": period.last.isoformat()}
    if period.preset != "own":
        about = {"period": period.preset}
    return f"{reverse(name, args=args)}?{urlencode({**about, **{k: v for k, v in more.items() if v}})}"


def _tabs(period: Period, by: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": _address("inbox:reports", period, by=name), "active": name == by}
        for name, (label, _key, _joins) in BY.items()
    ]


def _presets() -> list[tuple[str, str]]:
    days = [(str(number), _("Last %(days)d days") % {"days": number}) for number in (7, 30, 90)]
    return [*days, ("month", _("This month")), ("last_month", _("Last month")), ("own", _("From … to …"))]


def _tiles(period: Period, whole: Figures, contacts: Any) -> list[dict[str, Any]]:
    def tile(label: str, value: str, measure: str, note: str = "") -> dict[str, Any]:
        return {
            "label": label,
            "value": value,
            "note": note,
            "url": _address("inbox:behind", period, measure),
        }

    counts, first, resolved = whole.counts, whole.time("first"), whole.time("resolved")
    each = f"{contacts.per_order:.2f}" if contacts.per_order is not None else "–"
    return [
        tile(_("Began"), str(counts["began"]), "began", _both(counts)),
        tile(_("First answer"), _time(first.median), "first", _nine(first.ninth)),
        tile(_("Resolution"), _time(resolved.median), "resolved", _nine(resolved.ninth)),
        tile(_("Targets kept"), _share(whole.kept), "missed", _("%(n)d missed") % {"n": counts["missed"]}),
        tile(
            _("Reopened"),
            _share(whole.reopened),
            "reopened",
            _("of %(n)d resolved") % {"n": counts["resolved"]},
        ),
        tile(_("Satisfaction"), _score(whole.score), "said", _said(counts)),
        tile(_("Backlog"), str(counts["backlog"]), "backlog", _("not closed at the end")),
        tile(
            _("Contacts per order"),
            each,
            "began",
            ngettext("%(n)d order", "%(n)d orders", contacts.orders) % {"n": contacts.orders},
        ),
    ]


def _both(counts: dict[str, int]) -> str:
    return _("%(in)d messages in, %(out)d out") % {"in": counts["messages_in"], "out": counts["messages_out"]}


def _said(counts: dict[str, int]) -> str:
    return _("%(said)d of %(asked)d asked") % {
        "said": counts["said"],
        "asked": max(counts["asked"], counts["said"]),
    }


def _nine(seconds: float | None) -> str:
    return _("nine of ten within %(time)s") % {"time": _time(seconds)} if seconds is not None else ""


def heads() -> list[str]:
    """Return the heads of the table's columns, after the group's own."""
    return [
        _("Began"), _("Resolved"), _("First answer"), _("9 of 10 within"), _("By the calendar"), _("Resolution"),
        _("Targets kept"), _("Reopened"), _("Satisfaction"),
    ]  # fmt: skip


def _row(period: Period, by: str, one: Figures) -> dict[str, Any]:
    def cell(shown: str, measure: str) -> dict[str, str]:
        url = _address("inbox:behind", period, measure, by=by, key=one.key, label=one.label)
        return {"shown": shown, "url": url if shown not in ("0", "–") else ""}

    first, resolved = one.time("first"), one.time("resolved")
    return {
        "label": one.label,
        "cells": [
            cell(str(one.counts["began"]), "began"), cell(str(one.counts["resolved"]), "resolved"),
            cell(_time(first.median), "first"), cell(_time(first.ninth), "first"),
            cell(_time(first.calendar_median), "first"), cell(_time(resolved.median), "resolved"),
            cell(_share(one.kept), "promised"), cell(_share(one.reopened), "reopened"), cell(_score(one.score), "said"),
        ],
    }  # fmt: skip


def _spread(groups: list[Figures]) -> list[str]:
    """Return for each column how many times the lowest the highest is: 1.0 is served evenly."""
    columns = [
        [], [], [one.time("first").median for one in groups], [one.time("first").ninth for one in groups],
        [one.time("first").calendar_median for one in groups], [one.time("resolved").median for one in groups],
        [one.kept for one in groups], [one.reopened for one in groups], [one.score for one in groups],
    ]  # fmt: skip
    spreads = [spread_of(column) for column in columns]
    shown = [f"{one.times:.1f} ×" if one is not None and one.times is not None else "" for one in spreads]
    return shown if any(shown) else []


def _chart(period: Period) -> dict[str, Any]:
    days = by_day(period)
    names = {"began": _("Began"), "resolved": _("Resolved"), "first": _("First answer, minutes (median)")}
    return {**days, "names": names, "title": _("Day by day")}


def _time(seconds: float | None) -> str:
    return spoken(seconds) if seconds is not None else "–"


def _share(share: float | None) -> str:
    return f"{share * 100:.0f} %" if share is not None else "–"


def _score(score: float | None) -> str:
    return f"{score:.1f}" if score is not None else "–"


class _Echo:
    """A file that gives back what is written to it, so that rows are made one by one."""

    def write(self, value: str) -> str:
        return value


def _lines(by: str, groups: list[Figures]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    counts, kinds = list(MEASURES.keys() - {"first", "next"}), ("first", "next", "resolved")
    counts.sort(key=list(MEASURES).index)
    times = [f"{kind}_{name}_minutes" for kind in kinds for name in _TIMES]
    yield writer.writerow([by, *counts, *times, "satisfaction"])
    for one in groups:
        minutes = [_minutes(getattr(one.time(kind), name)) for kind in kinds for name in _TIMES]
        score = f"{one.score:.3f}" if one.score is not None else ""
        yield writer.writerow([safe_cell(one.label), *(one.counts[name] for name in counts), *minutes, score])


_TIMES = ("median", "ninth", "calendar_median", "calendar_ninth")


def _minutes(seconds: float | None) -> str:
    return f"{seconds / 60:.1f}" if seconds is not None else ""

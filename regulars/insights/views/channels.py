"""What winning customers cost by channel and campaign, beside what they bring: in words, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from regulars.insights.actions.asking import keeping
from regulars.insights.queries import words
from regulars.insights.queries.answers import Figure, find_metric
from regulars.insights.queries.asking import Question
from regulars.insights.queries.channels import Channel, channels
from regulars.insights.queries.wishes import Count
from regulars.insights.rules import CHANGE, COSTS
from regulars.insights.views.common import address, year_asked
from regulars.insights.views.parts import part
from regulars.insights.views.reckoning import money_words
from regulars.kit.exporting import Cell, csv_file
from regulars.kit.money import exponent
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.models import Business
from regulars.team.rules import may

YEAR = 12


@require_GET
@needs(COSTS)
def by_channel(request: Request) -> HttpResponse:
    """Show each channel's row."""
    question = year_asked(request)
    may_change = {"may_change": may(request.member, CHANGE)}
    return part(request, "channels", lambda count: shown_channels(question, count) | may_change)


@require_GET
@needs(COSTS)
def channels_file(request: Request) -> HttpResponse:
    """Give the rows as a CSV file, money in whole units of the currency."""
    question = year_asked(request)
    rows = channels(keeping(request.member), question.ask())
    return csv_file(_heads(), map(_cells, rows), f"channels-{question.period.last.isoformat()}")


def shown_channels(question: Question, count: Count) -> dict[str, Any]:
    """Return what the part of the page shows."""
    rows = channels(count, question.ask())
    return {
        "channels": [_shown(one, question) for one in rows],
        "channels_csv": address("insights:channels_file", question=question),
    }


def _shown(one: Channel, question: Question) -> dict[str, Any]:
    shown = {
        "name": one.campaign or one.name or _("No channel said"),
        "is_campaign": bool(one.campaign),
        "spent": money_words(one.spent_minor),
        "basis": _basis(one),
        "is_entered": one.is_entered,
    }
    if not one.people:
        return {**shown, "nobody": bool(one.name)}

    def people_of(metric: str) -> str:
        return address("insights:behind", metric, question=question, by=one.by, only=one.group)

    return {
        **shown,
        "people": number_format(one.people, 0, force_grouping=True),
        "people_url": people_of("new_customers"),
        "each": "" if one.each_minor is None else money_words(one.each_minor),
        # Of single people only those whose cost is known stand behind it.
        "each_url": people_of("new_customers" if one.is_entered else "acquisition_cost"),
        **_worth(one.worth, people_of("first_months_value")),
        **_ratio(one.ratio),
        "payback": _payback(one.payback),
    }


def _basis(one: Channel) -> str:
    if one.is_entered or not one.people:
        return ""
    return ngettext("known of %(n)s customer", "known of %(n)s customers", one.costed) % {
        "n": number_format(one.costed, 0, force_grouping=True)
    }


def _worth(figure: Figure | None, url: str) -> dict[str, Any]:
    if figure is None or figure.value is None:
        return {}
    metric, months = find_metric("first_months_value"), int(figure.more.get("months") or YEAR)
    seen = ngettext("in the first month", "in the first %(n)s months", months) % {"n": months}
    return {
        "worth": words.said(metric, figure.value),
        "worth_between": words.between(metric, figure),
        "worth_url": url,
        "worth_seen": seen if months < YEAR else "",
        "is_small": figure.is_small,
    }


def _ratio(figure: Figure | None) -> dict[str, Any]:
    if figure is None or figure.value is None:
        return {}
    sure = figure.low is not None and figure.high is not None and not figure.is_small
    tone = ""
    if sure:
        tone = "green" if (figure.low or 0) >= 1 else "brick" if (figure.high or 0) < 1 else ""
    said = _("%(number)s : 1") % {"number": number_format(figure.value, 1, force_grouping=True)}
    ends = [
        number_format(end, 1, force_grouping=True) for end in (figure.low, figure.high) if end is not None
    ]
    between = _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]} if len(ends) == 2 else ""
    return {"ratio": said, "ratio_between": between, "ratio_tone": tone}


def _payback(figure: Figure | None) -> str:
    if figure is None:
        return ""
    if figure.value is None:
        return _("not yet")
    months = round(figure.value)
    return ngettext("in the first month", "in month %(n)s", months) % {"n": months}


def _heads() -> list[str]:
    currency = {"currency": Business.current().currency}
    return [
        _("Channel"), _("Campaign"), _("Spent (%(currency)s)") % currency, _("Entered"), _("New customers"),
        _("Cost to win one (%(currency)s)") % currency, _("What one brings in the first year (%(currency)s)") % currency,
        _("95 % from"), _("95 % to"), _("Value to cost"), _("Paid back by month"),
    ]  # fmt: skip


def _cells(one: Channel) -> Sequence[Cell]:
    units = 10 ** exponent(Business.current().currency)

    def money(minor: float | None) -> float | None:
        return None if minor is None else round(minor / units, 4)

    worth = one.worth
    return [
        one.name, one.campaign, money(one.spent_minor), int(one.is_entered), one.people, money(one.each_minor),
        *(money(end) for end in ((worth.value, worth.low, worth.high) if worth else (None, None, None))),
        one.ratio.value if one.ratio else None, one.payback.value if one.payback else None,
    ]  # fmt: skip

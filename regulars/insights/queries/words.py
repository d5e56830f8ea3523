"""Figures and groups in words: on pages, in files and in mails alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.insights.queries.answers import Figure
from regulars.insights.queries.comparing import Difference
from regulars.insights.queries.periods import Period
from regulars.kit.countries import countries
from regulars.kit.metrics import Metric
from regulars.kit.money import exponent, format_money
from regulars.people.models import Health, Stage
from regulars.team.models import Business, Team

NOTHING = "–"
OF_TIME = ("period", "cohort")


def said(metric: Metric, value: float | None) -> str:
    """Write a value in the metric's unit."""
    if value is None:
        return NOTHING
    if metric.unit == "money":
        return format_money(round(value), Business.current().currency, whole=abs(value) >= 100_000)
    if metric.unit == "rate":
        return _("%(number)s %%") % {"number": _number(value * 100, 1)}
    if metric.unit == "days":
        return ngettext("%(number)s day", "%(number)s days", round(value)) % {"number": _number(value, 0)}
    if metric.unit == "hours":
        return _("%(number)s h") % {"number": _number(value, 1)}
    if metric.unit == "count":
        return _number(value, 0 if value == round(value) else 1)
    return _number(value, 2)


def between(metric: Metric, one: Figure) -> str:
    """Write between what the true value lies; empty where that is not known."""
    if one.low is None or one.high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": said(metric, one.low), "high": said(metric, one.high)}


def counted(metric: Metric, one: Figure) -> str:
    """Write on how many a figure rests."""
    n, grain = one.n, metric.grain
    # Only the one that is wanted is looked up: a grid has a hundred figures.
    if grain == "business":
        return ""
    if grain == "person":
        noun = ngettext("%(n)s customer", "%(n)s customers", n)
    elif grain == "order":
        noun = ngettext("%(n)s order", "%(n)s orders", n)
    elif grain == "line":
        noun = ngettext("%(n)s order line", "%(n)s order lines", n)
    elif grain == "refund":
        noun = ngettext("%(n)s refund", "%(n)s refunds", n)
    elif grain == "product":
        noun = ngettext("%(n)s product", "%(n)s products", n)
    elif grain == "conversation":
        noun = ngettext("%(n)s conversation", "%(n)s conversations", n)
    else:
        noun = ngettext("%(n)s touchpoint", "%(n)s touchpoints", n)
    return noun % {"n": _number(n, 0)}


def change(metric: Metric, by: Difference, then: Figure) -> str:
    """Write how far a figure moved: points of a rate, else per cent of what it was."""
    sign = "+" if by.by > 0 else "−" if by.by < 0 else "±"
    if metric.unit == "rate":
        return _("%(sign)s%(number)s points") % {"sign": sign, "number": _number(abs(by.by) * 100, 1)}
    if not then.value:
        return f"{sign}{said(metric, abs(by.by))}"
    share = _number(abs(by.by / then.value) * 100, 0)
    return _("%(sign)s%(number)s %%") % {"sign": sign, "number": share}


def verdict(by: Difference) -> str:
    """Say whether a difference is one."""
    return {
        "noise": _("may be chance"),
        "better": _("real, and better"),
        "worse": _("real, and worse"),
        "changed": _("a real change"),
        "unknown": "",
    }[by.verdict]


def group_words(by: str, group: str, names: dict[str, str] | None = None) -> str:
    """Write a group's name; an empty one is what nobody knows."""
    if names and group in names:
        return names[group]
    if not group:
        return _("Not known")
    if by in OF_TIME:
        return step_words(group)
    if by == "stage":
        return str(dict(Stage.choices).get(group, group))
    if by == "health":
        return str(dict(Health.choices).get(group, group))
    if by == "rfm":
        return _rfm_words(group)
    if by == "country":
        return countries()[group].name if group in countries() else group
    return group


def group_names(by: str) -> dict[str, str]:
    """Return the names of groups that only the database knows, where there are few."""
    if by == "team":
        return {str(number): name for number, name in Team.objects.values_list("pk", "name")}
    return {}


def _rfm_words(group: str) -> str:
    from regulars.insights.queries.worth import RFM_GROUPS

    return str(dict(RFM_GROUPS).get(group, group))


def step_label(metric: Metric, one: Figure) -> str:
    """Write what a row is about that is not a group: the edges of a bin, or the words the metric gives."""
    low, high = one.more.get("edge_low"), one.more.get("edge_high")
    if low is not None and high is not None:
        currency = Business.current().currency
        return f"{format_money(round(low), currency, whole=True)} – {format_money(round(high), currency, whole=True)}"
    said_label = one.more.get("label")
    if said_label == "":
        return _("Not known")
    if said_label in Stage.values:
        return str(Stage(said_label).label)
    return str(said_label if said_label is not None else one.more.get("step", one.group))


def step_words(step: str) -> str:
    """Write a step of time: 2026-03 as March 2026, 2026-03-02 as 2 March 2026."""
    parts = [int(part) for part in step.split("-") if part.isdecimal()]
    if len(parts) == 1:
        return step
    day = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    return date_format(day, "j M Y" if len(parts) > 2 else "M Y")


def period_words(period: Period) -> str:
    """Write a period."""
    last = date_format(period.last, "j F Y")
    if period.since is None:
        return _("From the beginning to %(last)s") % {"last": last}
    return _("%(first)s to %(last)s") % {"first": date_format(period.since, "j F Y"), "last": last}


def beside_words(beside: str) -> str:
    """Write what is set beside the figures."""
    words = {"before": _("the period before"), "year": _("a year earlier")}
    return words.get(beside, _("the other list"))


def age_words(age: timedelta) -> str:
    """Write how old figures are."""
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 1:
        return _("Figures of just now")
    if minutes < 60:
        return ngettext("Figures of %(n)d minute ago", "Figures of %(n)d minutes ago", minutes) % {
            "n": minutes
        }
    if minutes < 60 * 48:
        hours = round(minutes / 60)
        return ngettext("Figures of %(n)d hour ago", "Figures of %(n)d hours ago", hours) % {"n": hours}
    days = round(minutes / 60 / 24)
    return ngettext("Figures of %(n)d day ago", "Figures of %(n)d days ago", days) % {"n": days}


def chart_value(metric: Metric, value: float | None) -> float | None:
    """Return a value as a chart's axis has it: money in whole units, rates in per cent."""
    if value is None:
        return None
    if metric.unit == "money":
        return round(value / float(10 ** exponent(Business.current().currency)), 2)
    return round(value * 100, 2) if metric.unit == "rate" else round(value, 3)


def _number(value: Any, decimals: int) -> str:
    return str(number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True))

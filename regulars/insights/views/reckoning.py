"""The reckoning of care in words and pictures: what was spent, what came back, winning beside keeping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log10
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from regulars.insights.engine.pictures import Picture, ends_of, picture
from regulars.insights.models import Aim
from regulars.insights.queries import words
from regulars.insights.queries.answers import find_metric
from regulars.insights.queries.asking import Question
from regulars.insights.queries.caring import Caring, Head, Return, Spent
from regulars.insights.views.common import address
from regulars.kit.lists import compact
from regulars.kit.money import exponent, format_money
from regulars.team.models import Business

WIDTH = 100
# What came back beside the cost, as tens: from a tenth of it to as far as it goes. 1 is where nothing is won or lost.
LEAST = 0.1
# From ten times the cost on, a return in per cent is hard to read.
LARGE = 10


def reckoned(found: Caring, question: Question) -> dict[str, Any]:
    """Return what the page shows of costs beside value back."""
    return {
        "derived": money_words(sum(one.minor for one in found.spent if one.is_derived)),
        "has_derived": any(one.is_derived for one in found.spent),
        "whole": {**_return(found.whole, question, None), "each": _each(found.whole)},
        "programmes": _programmes(found.programmes, question),
        "heads": _heads(found, question),
        "times": _times(found.win, found.keep),
        "spent": _spent(found.spent),
    }


def money_words(minor: float) -> str:
    """Write money in the business's currency, large amounts in whole units."""
    return format_money(round(minor), Business.current().currency, whole=abs(minor) >= 100_000)


def _each(whole: Return) -> str:
    if whole.back is None or whole.back.value is None or not whole.cost_minor:
        return ""
    unit = 10 ** exponent(Business.current().currency)
    said = {"back": money_words(whole.back.value / whole.cost_minor * unit), "unit": money_words(unit)}
    return _("%(back)s came back for each %(unit)s spent") % said


def _programmes(programmes: Sequence[Return], question: Question) -> list[dict[str, Any]]:
    known = [
        _tens(end) for one in programmes for end in (one.roi, one.roi_low, one.roi_high) if end is not None
    ]
    return [_return(one, question, ends_of([-0.5, 0.0, 0.5, *known])) for one in programmes]


def _tens(roi: float) -> float:
    return log10(max(roi + 1, LEAST))


def _return(one: Return, question: Question, ends: tuple[float, float] | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": one.name, "cost": money_words(one.cost_minor), "basis": one.basis}
    back = one.back
    if back is None or back.value is None:
        return shown
    metric = find_metric(one.metric)
    asked = replace(question, segment=str(one.people_id)) if one.people_id else question
    return {
        **shown,
        "back": words.said(metric, back.value),
        "between": words.between(metric, back),
        "counted": words.counted(metric, back),
        "is_small": back.is_small,
        "url": address("insights:behind", one.metric, question=asked) if back.n else "",
        "roi": _share(one.roi),
        "roi_between": _between(one),
        "verdict": _verdict(one),
        "tone": _tone(one),
        "picture": _picture(one, ends),
    }


def _picture(one: Return, ends: tuple[float, float] | None) -> Picture | None:
    if ends is None or one.roi is None:
        return None
    low, high = (None if end is None else _tens(end) for end in (one.roi_low, one.roi_high))
    return picture(_tens(one.roi), low, high, marks=[0.0], ends=ends)


def _share(roi: float | None) -> str:
    if roi is None:
        return ""
    if roi >= LARGE:
        return _("%(number)s times the cost") % {"number": number_format(round(roi), 0, force_grouping=True)}
    sign = "+" if roi > 0 else "−" if roi < 0 else "±"
    return _("%(number)s %%") % {
        "number": f"{sign}{number_format(abs(round(100 * roi)), 0, force_grouping=True)}"
    }


def _between(one: Return) -> str:
    low, high = _share(one.roi_low), _share(one.roi_high)
    if one.roi_low is not None and one.roi_low >= LARGE:
        low = str(number_format(round(one.roi_low), 0, force_grouping=True))
    return _("%(low)s to %(high)s") % {"low": low, "high": high} if low and high else ""


def _tone(one: Return) -> str:
    if one.roi_low is None or one.roi_high is None:
        return ""
    return "green" if one.roi_low > 0 else "brick" if one.roi_high < 0 else ""


def _verdict(one: Return) -> str:
    if one.roi_low is None or one.roi_high is None:
        return ""
    said = {"green": _("more came back than was spent"), "brick": _("less came back than was spent")}
    return said.get(_tone(one), _("too close to tell"))


def _heads(found: Caring, question: Question) -> list[dict[str, Any]]:
    most = max((one.each or 0.0 for one in (found.win, found.keep)), default=0.0) or 1.0
    return [
        {
            **_head(found.win, most),
            "label": _("To win one customer"),
            "counted": _("%(cost)s over %(n)s customers won") % _over(found.win),
            "missing": _("No cost of winning customers is entered for these days."),
            "url": _won(question) if found.win.people else "",
        },
        {
            **_head(found.keep, most),
            "label": _("To keep one customer"),
            "counted": _("%(cost)s over %(n)s customers kept") % _over(found.keep),
            "missing": _("No cost of keeping customers is entered for these days."),
            "url": address("insights:behind", "customer_retention", question=question)
            if found.keep.people
            else "",
        },
    ]


def _won(question: Question) -> str:
    """Return the list of those who bought first in the period."""
    days = [str(question.period.since), str(question.period.last)]
    tree = {"field": "first_order", "op": "between", "value": days}
    return f"{reverse('people:list')}?{urlencode({'filter': compact(tree)})}"


def _head(one: Head, most: float) -> dict[str, Any]:
    each = one.each if one.cost_minor else None
    return {
        "each": "" if each is None else money_words(each),
        "width": round(WIDTH * (each or 0.0) / most, 1),
    }


def _over(one: Head) -> dict[str, str]:
    return {"cost": money_words(one.cost_minor), "n": str(number_format(one.people, 0, force_grouping=True))}


def _times(win: Head, keep: Head) -> str:
    if not win.cost_minor or not keep.cost_minor or win.each is None or not keep.each:
        return ""
    ratio = win.each / keep.each
    if ratio >= 1:
        said = _("Winning a customer costs %(times)s times as much as keeping one.")
        return said % {"times": number_format(ratio, 1)}
    said = _("Keeping a customer costs %(times)s times as much as winning one.")
    return said % {"times": number_format(1 / ratio, 1)}


def _spent(spent: Sequence[Spent]) -> list[dict[str, Any]]:
    whole = sum(one.minor for one in spent) or 1.0
    return [
        {
            "label": one.label,
            "aim": one.aim,
            "is_win": one.aim == Aim.WIN,
            "amount": money_words(one.minor),
            "is_derived": one.is_derived,
            "share": _("%(number)s %%") % {"number": number_format(100 * one.minor / whole, 0)},
            "width": round(WIDTH * one.minor / whole, 1),
        }
        for one in spent
    ]

"""What every page of insights needs: the question its address asks, the pickers, how old the figures are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from regulars.insights.queries import words
from regulars.insights.queries.asking import Question, question_of, reaches_back
from regulars.insights.queries.freshness import freshness
from regulars.insights.queries.periods import DEFAULT, PRESETS, period_of
from regulars.insights.rules import COSTS, SEE
from regulars.kit.refused import Refused
from regulars.kit.requests import Request
from regulars.people.models import View
from regulars.team.rules import may


def address(name: str, *args: Any, question: Question | None = None, **more: str) -> str:
    """Return the address of a page with the question it is asked."""
    said = {**(question.address if question else {}), **{key: one for key, one in more.items() if one}}
    return reverse(name, args=args) + (f"?{urlencode(said)}" if said else "")


def asked(request: Request) -> Question:
    """Return the question of a request's address."""
    return question_of({name: str(value) for name, value in request.GET.items()})


def year_asked(request: Request) -> Question:
    """Return the question of a page of costs: without a beginning it is about the last year, as costs have days."""
    question = asked(request)
    if question.period.since is None:
        question = replace(question, period=period_of({"period": DEFAULT}, question.today))
    return replace(question, segment="", beside="")


def pickers(
    request: Request, question: Question, only: tuple[str, ...] = ("period", "segment", "beside")
) -> dict[str, Any]:
    """Return what the form above the figures offers: periods, saved lists, what to set beside."""
    lists = saved_lists(request.member)
    beside = [("", _("Nothing beside")), ("before", _("The period before")), ("year", _("A year earlier"))]
    beside += [(f"list:{key}", _("List: %(name)s") % {"name": name}) for key, name in lists]
    return {
        "question": question,
        "periods": [(name, period_label(name)) for name in PRESETS] if "period" in only else [],
        "segments": [("", _("All customers")), *lists] if "segment" in only else [],
        "besides": beside if "beside" in only else [],
        "period_words": words.period_words(question.period) if "period" in only else "",
        "fresh": freshness(),
        "unfair": "beside" in only and not _is_fair(question),
    }


def _is_fair(question: Question) -> bool:
    try:
        return reaches_back(question)
    except Refused:
        return True


def period_label(preset: str) -> str:
    """Return what a period is called in the picker."""
    return {
        "30": _("Last 30 days"),
        "90": _("Last 90 days"),
        "365": _("Last 12 months"),
        "year": _("This year"),
        "last_year": _("Last year"),
        "all": _("From the beginning"),
        "own": _("From … to …"),
    }[preset]


def saved_lists(member: Any) -> list[tuple[str, str]]:
    """Return the saved lists of people that a member may use, by number and name."""
    known = View.objects.filter(Q(is_shared=True) | Q(author=member), subject="person")
    return [(str(key), name) for key, name in known.values_list("pk", "name")[:200]]


def shared_lists() -> list[tuple[str, str]]:
    """Return the lists of people that everybody may use, by number and name."""
    known = View.objects.filter(is_shared=True, subject="person").order_by("name")
    return [(str(key), name) for key, name in known.values_list("pk", "name")[:200]]


def lenses(request: Request, current: str = "") -> list[dict[str, Any]]:
    """Return the further pages that this member may open, the current one marked."""
    return [
        {
            "name": name,
            "label": label,
            "icon": icon,
            "url": reverse(f"insights:{name}"),
            "active": name == current,
        }
        for name, label, icon, verb in LENSES
        if may(request.member, verb)
    ]


LENSES = (
    ("caring", _l("Costs and what came back"), "scale", COSTS),
    ("wisdom", _l("Received wisdom"), "bulb", SEE),
    ("scorecard", _l("Goals"), "target-arrow", SEE),
    ("cohorts", _l("Cohort grid"), "table", SEE),
    ("rfm", _l("Recency, frequency, money"), "grid-dots", SEE),
    ("values", _l("Spread of value"), "chart-bar", SEE),
    ("journey", _l("Way through the stages"), "chart-funnel", SEE),
)

"""Received wisdom, tested here: each well-known figure beside the business's own, drawn and in plain words."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regulars.insights.engine.pictures import Picture, ends_of, picture
from regulars.insights.queries.asking import Question, tree_of
from regulars.insights.queries.wisdom import Tested, said, wisdom
from regulars.insights.queries.wishes import Count
from regulars.insights.rules import SEE
from regulars.insights.views.common import address, asked, lenses, pickers
from regulars.insights.views.parts import if_kept, part
from regulars.kit.requests import Request
from regulars.team.gate import needs

# Where nothing differs: as likely, as much.
LEVEL = {"times": 1.0, "more": 0.0, "share": 0.0}
# An interval may be far longer than what is told of it; the picture ends at so many times the greatest figure.
FAR = 3.0


@require_GET
@needs(SEE)
def claims(request: Request) -> HttpResponse:
    """Show the page; claims that are not tested yet are when it has appeared."""
    question = asked(request)
    context = {
        **if_kept(request, lambda count: _tested(request, question, count)),
        "claims_url": address("insights:tested", question=question),
        "lenses": lenses(request, "wisdom"),
        **pickers(request, question, only=("segment",)),
    }
    return render(request, "insights/wisdom.html", context)


@require_GET
@needs(SEE)
def tested(request: Request) -> HttpResponse:
    """Show every claim beside what is so here."""
    question = asked(request)
    return part(request, "claims", lambda count: _tested(request, question, count))


def _tested(request: Request, question: Question, count: Count) -> dict[str, Any]:
    found = wisdom(count, question.ask(), tree_of(question, request.member))
    shown = [_shown(one, question) for one in found]
    # What can be said stands first.
    return {"claims": sorted(shown, key=lambda one: not one["has_figure"])}


def _shown(one: Tested, question: Question) -> dict[str, Any]:
    claim = one.claim
    between = ""
    if one.low is not None and one.high is not None:
        between = _("%(low)s to %(high)s") % {"low": said(claim, one.low), "high": said(claim, one.high)}
    drawn = drawing(one)
    return {
        "name": claim.name,
        "saying": claim.saying,
        "words": one.words,
        "published": one.published,
        "own": said(claim, one.value) if one.value is not None else "",
        "between": between,
        "n": one.n,
        "counted": number_format(one.n, 0, force_grouping=True),
        "source": claim.source,
        "verdict": _verdict(one),
        "tone": _TONES[one.verdict],
        "has_figure": one.has_figure,
        "picture": drawn,
        "told_width": round(drawn.marks[1].at - drawn.marks[0].at, 2) if drawn else 0,
        "url": address("insights:metric", claim.metric, question=question) if claim.metric else "",
    }


def drawing(one: Tested) -> Picture | None:
    """Return the own value with its interval, the published figure as marks (two where it is a range), and last where nothing differs."""
    claim = one.claim
    if one.value is None:
        return None
    told = [claim.low, claim.high, LEVEL[claim.shape]]
    most = FAR * max(abs(one.value), *map(abs, told))
    known = [number for number in (one.low, one.high) if number is not None]
    return picture(
        one.value, one.low, one.high, marks=told, ends=ends_of([one.value, *known, *told], most=most)
    )


def _verdict(one: Tested) -> str:
    return {
        "fits": _("fits with it"),
        "more": _("more here"),
        "less": _("less here"),
        "too_few": _("too few to say"),
        "no_facts": _("not known yet"),
    }[one.verdict]


_TONES = {"fits": "green", "more": "sky", "less": "amber", "too_few": "", "no_facts": ""}

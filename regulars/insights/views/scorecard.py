"""The scorecard: what the business aims at, where it stands, who cares for it, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.insights.actions.asking import ask_all
from regulars.insights.actions.caring import GOAL, change_goal, delete_goal, record_deed, set_goal
from regulars.insights.engine.pictures import Picture, ends_of, picture
from regulars.insights.forms import DeedForm, GoalForm, stored, typed
from regulars.insights.models import Goal
from regulars.insights.queries import words
from regulars.insights.queries.asking import known_metrics, question_of
from regulars.insights.queries.definitions import definitions
from regulars.insights.queries.scorecard import Deed, Standing, scorecard, wish_on
from regulars.insights.queries.wishes import Count, figure_of
from regulars.insights.rules import CHANGE, SEE
from regulars.insights.views.boxes import box
from regulars.insights.views.common import address, lenses, pickers, shared_lists
from regulars.insights.views.parts import if_kept, part
from regulars.insights.views.undoing import undo_address
from regulars.kit.clock import now, today
from regulars.kit.htmx import reload_page, say
from regulars.kit.metrics import Metric, metrics
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.people.models import View
from regulars.team.gate import needs
from regulars.team.models import Business, Member
from regulars.team.rules import may

HALF_A_YEAR = timedelta(days=182)


@require_GET
@needs(SEE)
def goals(request: Request) -> HttpResponse:
    """Show the page; how the goals stand is asked for when it has appeared, unless it is kept."""
    context = {
        **if_kept(request, lambda count: _standings(request, count)),
        "has_goals": Goal.objects.filter(deleted_at=None).exists(),
        "may_change": may(request.member, CHANGE),
        "lenses": lenses(request, "scorecard"),
        **pickers(request, question_of({}), only=()),
    }
    return render(request, "insights/scorecard.html", context)


@require_GET
@needs(SEE)
def standings(request: Request) -> HttpResponse:
    """Show how every goal stands, within the member's own reach."""
    return part(request, "standings", lambda count: _standings(request, count))


def _standings(request: Request, count: Count) -> dict[str, Any]:
    found = scorecard(count, today(Business.current().time_zone), known_metrics(request.member))
    return {"standings": [_shown(one) for one in found], "may_change": may(request.member, CHANGE)}


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_goal(request: Request) -> HttpResponse:
    """Put a measure on the scorecard."""
    day = today(Business.current().time_zone)
    said = request.GET.get("metric", "")
    form = _form(
        request, {"metric": said, "baseline_on": day, "due_on": day + HALF_A_YEAR, "owner": request.member.pk}
    )

    def put(values: dict[str, Any]) -> HttpResponse:
        made = set_goal(_values(request, values), by=request.actor, at=now())
        text = _("“%(name)s” is on the scorecard.") % {"name": _label(made)}
        say(request, text, undo=undo_address("goal", made, is_deleted=True))
        return reload_page()

    return box(request, form, _("A measure for the scorecard"), _("Put it on the scorecard"), put)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_goal(request: Request, goal_id: int) -> HttpResponse:
    """Change a goal."""
    goal = _goal(goal_id)
    metric = known_metrics(request.member).get(goal.metric)
    if metric is None:
        raise NotThere
    before = {name: getattr(goal, name) for name in GOAL}
    known = {
        **before,
        "baseline": _typed(metric, goal.baseline),
        "target": _typed(metric, goal.target),
        "people": goal.people_id or "",
        "owner": goal.owner_id or "",
    }
    form = _form(request, known)

    def change(values: dict[str, Any]) -> HttpResponse:
        change_goal(goal, _values(request, values), by=request.actor)
        text = _("“%(name)s” is changed.") % {"name": _label(goal)}
        say(request, text, undo=undo_address("goal", goal, **before))
        return reload_page()

    return box(request, form, str(metric.label), _("Save"), change)


@require_POST
@needs(CHANGE)
def goal_removal(request: Request, goal_id: int) -> HttpResponse:
    """Take a measure off the scorecard."""
    goal = _goal(goal_id)
    delete_goal(goal, by=request.actor, at=now())
    text = _("“%(name)s” is off the scorecard.") % {"name": _label(goal)}
    say(request, text, undo=undo_address("goal", goal, is_deleted=False))
    return reload_page()


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_deed(request: Request, goal_id: int) -> HttpResponse:
    """Note what is done for a goal."""
    goal = _goal(goal_id)
    form = DeedForm(request.POST or None, initial={"on": today(Business.current().time_zone)})

    def note(values: dict[str, Any]) -> HttpResponse:
        before = list(goal.deeds)
        record_deed(goal, values["text"], on=values["on"].isoformat(), by=request.actor)
        say(request, _("It is noted."), undo=undo_address("goal", goal, deeds=before))
        return reload_page()

    intro = _("The scorecard then shows how far the measure has moved since that day.")
    return box(
        request,
        form,
        _("What is done for %(name)s") % {"name": _label(goal)},
        _("Note it"),
        note,
        intro=intro,
    )


@require_POST
@needs(CHANGE)
def deed_removal(request: Request, goal_id: int, number: int) -> HttpResponse:
    """Take back that something is done for a goal."""
    goal = _goal(goal_id)
    before = list(goal.deeds)
    if not 0 < number <= len(before):
        raise NotThere
    left = [one for place, one in enumerate(before, 1) if place != number]
    change_goal(goal, {"deeds": left}, by=request.actor)
    say(request, _("It is taken off."), undo=undo_address("goal", goal, deeds=before))
    return reload_page()


def _goal(number: int) -> Goal:
    found = Goal.objects.filter(pk=number, deleted_at=None).select_related("people").first()
    if found is None:
        raise NotThere
    return found


def _form(request: Request, known: Mapping[str, Any]) -> GoalForm:
    measures = [
        (name, f"{one.label} ({_unit(one)})" if _unit(one) else one.label)
        for name, one in known_metrics(request.member).items()
        if one.drawn in ("number", "line")
    ]
    members = Member.objects.active().order_by("name").values_list("pk", "name")
    return GoalForm(
        request.POST or None,
        initial=known,
        metrics=sorted(measures, key=lambda one: str(one[1])),
        lists=shared_lists(),
        members=[(str(key), name) for key, name in members],
    )


def _unit(metric: Metric) -> str:
    units = {"rate": "%", "money": Business.current().currency, "days": _("days"), "hours": _("hours")}
    return str(units.get(metric.unit, ""))


def _values(request: Request, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's values as goals keep them; without a baseline it is what the measure was on its day."""
    metric = known_metrics(request.member)[said["metric"]]
    people = View.objects.filter(pk=said["people"]).first() if said["people"] else None
    if said["baseline"] is None:
        baseline = _measured(request, metric, people, said)
    else:
        baseline = stored(metric, said["baseline"])
    return {
        "metric": said["metric"],
        "people_id": said["people"] or None,
        "baseline": baseline,
        "baseline_on": said["baseline_on"],
        "target": stored(metric, said["target"]),
        "due_on": said["due_on"],
        "owner_id": said["owner"] or None,
    }


def _measured(request: Request, metric: Metric, people: View | None, said: Mapping[str, Any]) -> float:
    day = today(Business.current().time_zone)
    tree = people.filter if people else None
    asked = wish_on(metric.name, min(said["baseline_on"], day), day, definitions(), tree)
    figure = figure_of(ask_all([asked], request.member)[0])
    if figure is None or figure.value is None:
        raise Invalid({"baseline": _("There is nothing to count on that day yet: enter a number.")})
    return figure.value


def _typed(metric: Metric, number: float) -> str:
    places = 2 if typed(metric, number) % 1 else 0
    return str(number_format(typed(metric, number), places, use_l10n=True))


def _label(goal: Goal) -> str:
    known = metrics().get(goal.metric)
    return str(known.label) if known else goal.metric


def _shown(one: Standing) -> dict[str, Any]:
    goal, metric, figure = one.goal, one.metric, one.figure
    shown: dict[str, Any] = {
        "goal": goal,
        "label": _label(goal),
        "state": _STATES[one.state],
        "tone": _TONES[one.state],
    }
    if metric is None:
        return shown
    drawn = _picture(one)
    question = question_of({"segment": str(goal.people_id)} if goal.people_id else {})
    has_people = metric.people is not None and figure is not None and figure.n
    return {
        **shown,
        "definition": metric.definition,
        "url": address("insights:metric", metric.name, question=question),
        "value": words.said(metric, figure.value if figure else None),
        "behind_url": address("insights:behind", metric.name, question=question) if has_people else "",
        "between": words.between(metric, figure) if figure else "",
        "counted": words.counted(metric, figure) if figure else "",
        "is_small": figure is not None and figure.is_small,
        "baseline": words.said(metric, goal.baseline),
        "target": words.said(metric, goal.target),
        "way": number_format(round(100 * one.way), 0) if one.way is not None else "",
        "time": number_format(round(100 * one.time), 0),
        "left": _left(one),
        "picture": drawn,
        "way_width": round(max(drawn.value.at - drawn.marks[0].at, 0.0), 2) if drawn else 0,
        "people_url": f"{reverse('people:list')}?view={goal.people_id}" if goal.people_id else "",
        "deeds": [_deed(metric, deed, number) for number, deed in enumerate(one.deeds, 1)],
    }


def _left(one: Standing) -> str:
    days = (one.goal.due_on - today(Business.current().time_zone)).days
    if days < 0:
        return _("over")
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": number_format(days, 0)}


def _picture(one: Standing) -> Picture | None:
    """Return the way from baseline (left) to target (right): the value with its interval, then baseline, target, and where time says it should be."""
    goal, figure = one.goal, one.figure
    if figure is None or figure.value is None or goal.target == goal.baseline:
        return None

    def way(value: float) -> float:
        return (value - goal.baseline) / (goal.target - goal.baseline)

    ends = sorted(way(number) for number in (figure.low, figure.high) if number is not None)
    low, high = ends if len(ends) == 2 else (None, None)
    known = [0.0, 1.0, way(figure.value), *ends]
    return picture(way(figure.value), low, high, marks=[0.0, 1.0, one.time], ends=ends_of(known, most=2.0))


def _deed(metric: Metric, deed: Deed, number: int) -> dict[str, Any]:
    moved = ""
    if deed.moved is not None:
        sign = "+" if deed.moved > 0 else "−" if deed.moved < 0 else "±"
        size = abs(deed.moved)
        if metric.unit == "rate":
            moved = _("%(sign)s%(number)s points") % {"sign": sign, "number": number_format(size * 100, 1)}
        else:
            moved = f"{sign}{words.said(metric, size)}"
    return {"text": deed.text, "on": deed.on, "moved": moved, "number": number}


_STATES = {
    "reached": _l("Reached"),
    "on_the_way": _l("On the way"),
    "behind": _l("Behind"),
    "missed": _l("Missed"),
    "unknown": _l("Not known"),
}
_TONES = {"reached": "green", "on_the_way": "green", "behind": "amber", "missed": "brick", "unknown": ""}

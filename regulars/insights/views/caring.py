"""Does caring pay: what was spent to win and to keep customers, what came back, and the costs behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.insights.actions.caring import (
    COST,
    change_cost,
    delete_cost,
    enter_cost,
    fix_definitions,
)
from regulars.insights.forms import CostForm, HourForm
from regulars.insights.models import Aim, Cost, CostKind
from regulars.insights.queries.answers import find_metric
from regulars.insights.queries.asking import Question
from regulars.insights.queries.caring import caring
from regulars.insights.queries.definitions import definitions
from regulars.insights.queries.wishes import Count
from regulars.insights.rules import CHANGE, COSTS
from regulars.insights.views.boxes import box
from regulars.insights.views.channels import shown_channels
from regulars.insights.views.common import address, lenses, pickers, shared_lists, year_asked
from regulars.insights.views.parts import if_kept, part
from regulars.insights.views.reckoning import money_words, reckoned
from regulars.insights.views.undoing import undo_address
from regulars.kit.clock import now, today
from regulars.kit.htmx import reload_page, say
from regulars.kit.money import exponent
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.models import Business
from regulars.team.rules import may


@require_GET
@needs(COSTS)
def account(request: Request) -> HttpResponse:
    """Show what care cost beside what came back; what is not kept is asked for when the page has appeared."""
    question = year_asked(request)
    costs = _costs(question)
    context = {
        **if_kept(request, lambda count: _reckoned(request, question, count)),
        **if_kept(request, lambda count: shown_channels(question, count)),
        "reckoning_url": address("insights:reckoning", question=question),
        "channels_url": address("insights:channels", question=question),
        "costs": [_listed(cost) for cost in costs],
        "has_costs": bool(costs) or Cost.objects.filter(deleted_at=None).exists(),
        "may_change": may(request.member, CHANGE),
        "lenses": lenses(request, "caring"),
        **pickers(request, question, only=("period",)),
    }
    context["periods"] = [one for one in context["periods"] if one[0] != "all"]
    return render(request, "insights/caring.html", context)


@require_GET
@needs(COSTS)
def reckoning(request: Request) -> HttpResponse:
    """Show the figures: spent, come back, the return of each programme, winning beside keeping."""
    question = year_asked(request)
    return part(request, "reckoning", lambda count: _reckoned(request, question, count))


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_cost(request: Request) -> HttpResponse:
    """Enter a cost."""
    day = today(Business.current().time_zone)
    is_win = request.GET.get("aim") == Aim.WIN
    known = {"aim": Aim.WIN, "kind": CostKind.SPEND} if is_win else {}
    form = _form(request, {"first_on": day.replace(day=1), "last_on": day, **known})

    def enter(values: dict[str, Any]) -> HttpResponse:
        made = enter_cost(_values(values), by=request.actor, at=now())
        say(request, _("The cost is entered."), undo=undo_address("cost", made, is_deleted=True))
        return reload_page()

    return box(request, form, _("Enter a cost"), _("Enter it"), enter)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_cost(request: Request, cost_id: int) -> HttpResponse:
    """Correct a cost."""
    cost = _cost(cost_id)
    before = {name: getattr(cost, name) for name in COST}
    known = {**before, "amount": _typed_money(cost.amount_minor), "people": cost.people_id or ""}
    form = _form(request, known)

    def change(values: dict[str, Any]) -> HttpResponse:
        change_cost(cost, _values(values), by=request.actor)
        say(request, _("The cost is corrected."), undo=undo_address("cost", cost, **before))
        return reload_page()

    return box(request, form, _("Correct a cost"), _("Save"), change)


@require_POST
@needs(CHANGE)
def cost_removal(request: Request, cost_id: int) -> HttpResponse:
    """Take a cost out."""
    cost = _cost(cost_id)
    delete_cost(cost, by=request.actor, at=now())
    say(request, _("The cost is taken out."), undo=undo_address("cost", cost, is_deleted=False))
    return reload_page()


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def hour(request: Request) -> HttpResponse:
    """Say what an hour of work costs, so that answering counts as a cost."""
    fixed = definitions()
    minutes = next(
        one.default for one in find_metric("answering_cost").choices if one.name == "minutes_per_conversation"
    )
    known = {
        "hourly": _typed_money(round(fixed["hourly_minor"])) if "hourly_minor" in fixed else "",
        "minutes_per_conversation": number_format(fixed.get("minutes_per_conversation", minutes)),
    }
    form = HourForm(request.POST or None, initial=known)

    def fix(values: dict[str, Any]) -> HttpResponse:
        said = {
            "hourly_minor": values["hourly"],
            "minutes_per_conversation": values["minutes_per_conversation"],
        }
        fix_definitions(said, by=request.actor)
        say(request, _("Answering is reckoned so from now on."))
        return reload_page()

    intro = _(
        "Answered conversations count as a cost of keeping customers: their number, times the minutes one takes, times an hour."
    )
    return box(request, form, _("What answering costs"), _("Save"), fix, intro=intro)


def _reckoned(request: Request, question: Question, count: Count) -> dict[str, Any]:
    return {
        **reckoned(caring(count, question.ask()), question),
        "may_change": may(request.member, CHANGE),
    }


def _costs(question: Question) -> Sequence[Cost]:
    since = question.period.since or question.today
    live = Cost.objects.filter(deleted_at=None, last_on__gte=since, first_on__lt=question.period.until)
    return list(live.select_related("people").order_by("-last_on", "-pk"))


def _cost(number: int) -> Cost:
    found = Cost.objects.filter(pk=number, deleted_at=None).first()
    if found is None:
        raise NotThere
    return found


def _form(request: Request, known: Mapping[str, Any]) -> CostForm:
    names = Cost.objects.filter(deleted_at=None).exclude(programme="")
    return CostForm(
        request.POST or None,
        initial=known,
        lists=shared_lists(),
        programmes=sorted(set(names.values_list("programme", flat=True)))[:12],
    )


def _values(said: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(said)
    return {
        "amount_minor": values.pop("amount"),
        "people_id": values.pop("people") or None,
        **values,
    }


def _typed_money(minor: int) -> str:
    places = exponent(Business.current().currency)
    return str(number_format(minor / 10**places, places, use_l10n=True))


def _listed(cost: Cost) -> dict[str, Any]:
    days = (cost.last_on - cost.first_on).days + 1
    return {
        "cost": cost,
        "amount": money_words(cost.amount_minor),
        "name": cost.programme or cost.get_kind_display(),
        "a_day": money_words(cost.amount_minor / days) if days > 1 else "",
        "is_win": cost.aim == Aim.WIN,
        "people_url": f"{reverse('people:list')}?view={cost.people_id}" if cost.people_id else "",
    }

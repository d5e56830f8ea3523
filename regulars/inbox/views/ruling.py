"""Rules on arrival: the page where they are listed, made and changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.inbox.actions.ruling import delete_arrival_rule, save_arrival_rule
from regulars.inbox.forms import RuleForm
from regulars.inbox.models import ArrivalRule
from regulars.inbox.queries.facts import fact_labels
from regulars.inbox.queries.skills import skill_choices
from regulars.inbox.views.boxes import add_problems
from regulars.kit.filters import BadFilter, chips, read_json
from regulars.kit.htmx import redirect, say
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.team.gate import asker_of, needs

VERB = "rules.change"


@require_GET
@needs(VERB)
def rules(request: Request) -> HttpResponse:
    """Show the rules in their order."""
    rows = ArrivalRule.objects.select_related("team", "assignee", "macro", "answer")
    asker = asker_of(request.member)
    facts, skills = fact_labels(), dict(skill_choices())
    shown = [
        {
            "rule": one,
            "chips": _chips(one, asker),
            "asks": [facts[name] for name in one.ask if name in facts],
            "skills": [skills[str(number)] for number in one.skill_ids if str(number) in skills],
        }
        for one in rows
    ]
    return render(request, "inbox/rules.html", {"rules": shown})


@require_http_methods(["GET", "POST"])
@needs(VERB)
def rule(request: Request, arrival_rule_id: int = 0) -> HttpResponse:
    """Make a rule, or change one."""
    found = _rule(arrival_rule_id) if arrival_rule_id else None
    form = RuleForm(request.POST or None, initial=_initial(found) if found else None)
    problem, tree = "", found.filter if found else {}
    if request.method == "POST":
        tree = request.POST.get("filter", "")
        if form.is_valid():
            try:
                saved = save_arrival_rule(
                    found, {**_values(form.cleaned_data), "filter": read_json(tree) or {}}, by=request.actor
                )
                say(request, _("“%(name)s” is saved.") % {"name": saved.name})
                return redirect(request, reverse("inbox:rules"))
            except BadFilter as refused:
                problem = str(refused)
            except Invalid as refused:
                add_problems(form, refused)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "inbox/rule.html",
        {"form": form, "rule": found, "tree": tree, "problem": problem},
        status=status,
    )


@require_POST
@needs(VERB)
def rule_removal(request: Request, arrival_rule_id: int) -> HttpResponse:
    """Throw a rule away."""
    delete_arrival_rule(_rule(arrival_rule_id), by=request.actor)
    say(request, _("The rule is gone; what it did stays."))
    return redirect(request, reverse("inbox:rules"))


def _rule(number: int) -> ArrivalRule:
    found = ArrivalRule.objects.filter(pk=number).first()
    if found is None:
        raise NotThere
    return found


def _chips(one: ArrivalRule, asker: Any) -> list[Any]:
    try:
        return list(chips(one.filter, "conversation", asker))
    except BadFilter:
        return []


def _initial(found: ArrivalRule) -> dict[str, Any]:
    first = {name: getattr(found, name) for name in RuleForm.base_fields}
    return first | {"skill_ids": [str(number) for number in found.skill_ids]}


def _values(cleaned: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in cleaned.items() if name in RuleForm.base_fields}
    return values | {"skill_ids": [int(number) for number in values["skill_ids"]]}

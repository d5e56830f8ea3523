"""Stage and health: moved by hand with a reason, their history, and the rules that move them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.filters import BadFilter, read_json
from regulars.kit.filters.describe import sentence
from regulars.kit.htmx import done, fragment
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.people.actions.stage_rules import change_rule
from regulars.people.actions.stages import move_health, move_stage
from regulars.people.forms import RuleForm, StageForm
from regulars.people.models import Axis, Health, Stage, StageRule
from regulars.people.queries.stages import stage_history, time_in_stages
from regulars.people.views.boxes import Done, box
from regulars.people.views.lists import STAGE_TONES, asker_of
from regulars.people.views.person import HEALTH_TONES, find_person
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs


@require_http_methods(["GET", "POST"])
@needs("stages.change")
def move(request: Request, person_id: int) -> HttpResponse:
    """Move somebody by hand; back needs a reason."""
    found = find_person(request, person_id, "stages.change")

    def work(values: dict[str, Any]) -> Done:
        stage, health, why = (
            values["stage"] or found.stage,
            values["health"] or found.health,
            values["reason"],
        )
        undo = undo_url("move", person=found.pk, stage=found.stage, health=found.health)
        if (stage, health) == (found.stage, found.health):
            return Done(_("Nothing was moved."))
        with transaction.atomic():
            move_stage(found, stage, by=request.actor, at=now(), reason=why)
            if health:
                move_health(found, health, by=request.actor, at=now(), reason=why)
        return Done(_("Moved."), ("person-changed",), undo)

    form = StageForm(request.POST or None, initial={"stage": found.stage, "health": found.health})
    return box(
        request, form, title=_("Move %(name)s") % {"name": found.display_name}, submit=_("Move"), work=work
    )


@takes_back("move")
def _undo_move(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = find_person(request, what["person"], "stages.change")
    move_stage(found, what["stage"], by=request.actor, at=at, reason=_("Taken back"))
    if what["health"]:
        move_health(found, what["health"], by=request.actor, at=at, reason=_("Taken back"))
    return "person-changed"


@require_GET
@needs("people.see")
def history(request: Request, person_id: int) -> HttpResponse:
    """Show when somebody was in which stage and health, and why."""
    found, labels = find_person(request, person_id), dict([*Stage.choices, *Health.choices])
    axes = [
        {
            "label": label,
            "stretches": [
                {"row": one, "label": labels.get(one.value, one.value)}
                for one in reversed(stage_history(found, axis))
            ],
        }
        for axis, label in Axis.choices
    ]
    spent = [
        {"label": labels.get(value, value), "time": time}
        for value, time in time_in_stages(found, now()).items()
    ]
    return fragment(request, "people/_stage_history.html", person=found, axes=axes, spent=spent)


@require_GET
@needs("rules.change")
def rules(request: Request) -> HttpResponse:
    """Show the rules that move stage and health, each in words."""
    asker = asker_of(request)
    axes = [
        {"label": label, "rules": [_told(rule, asker) for rule in StageRule.objects.filter(axis=axis)]}
        for axis, label in Axis.choices
    ]
    template = "people/_rules.html" if request.headers.get("HX-Request") else "people/rules.html"
    return render(request, template, {"axes": axes})


@require_http_methods(["GET", "POST"])
@needs("rules.change")
def rule_box(request: Request, rule_id: int) -> HttpResponse:
    """Change when a rule holds."""
    found = _rule(rule_id)

    def work(values: dict[str, Any]) -> Done:
        change_rule(
            found, by=request.actor, name=values["name"], condition=read_json(values["condition"]) or {}
        )
        return Done(
            _(
                "Rule saved. It is applied to everybody tonight, and to each person as soon as something happens."
            ),
            ("rules-changed",),
        )

    first = {"name": found.name, "condition": json.dumps(found.condition)}
    form = RuleForm(request.POST or None, initial=first)
    more = {
        "tree": found.condition,
        "catalogue_url": "/people/catalogue/person/",
        "lookup_url": "/people/lookup/",
    }
    return box(
        request,
        form,
        title=found.name,
        submit=_("Save the rule"),
        work=work,
        template="people/_rule_box.html",
        more=more,
    )


@require_POST
@needs("rules.change")
def rule_switch(request: Request, rule_id: int) -> HttpResponse:
    """Switch a rule off, or on again."""
    found = _rule(rule_id)
    change_rule(found, by=request.actor, is_active=not found.is_active)
    said = _("“%(name)s” is off.") if found.is_active else _("“%(name)s” is on.")
    return done(said % {"name": found.name}, event="rules-changed")


def _told(rule: StageRule, asker: Any) -> dict[str, Any]:
    labels, tones = dict([*Stage.choices, *Health.choices]), {**STAGE_TONES, **HEALTH_TONES}
    return {
        "row": rule,
        "to": labels.get(rule.value, rule.value),
        "tone": tones.get(rule.value, ""),
        "is_health": rule.axis == Axis.HEALTH,
        "words": _words(rule, asker),
    }


def _words(rule: StageRule, asker: Any) -> str:
    try:
        return sentence(rule.condition, "person", asker)
    except BadFilter as problem:
        return str(problem)


def _rule(rule_id: int) -> StageRule:
    found = StageRule.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotThere
    return found

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions.ruling import delete_arrival_rule, save_arrival_rule
from regulars.inbox.actions.skills import delete_skill, save_skill
from regulars.inbox.models import ArrivalRule, Macro, Skill, Template
from regulars.kit.api import ERRORS, Sent, answer, gone
from regulars.kit.refused import Invalid, NotThere
from regulars.team.gate import actor_of, seer_of
from regulars.team.models import Member, Team

router = Router(tags=["arrival rules"])
CHANGE, SKILLS = "rules.change", "skills.change"
NAMED: dict[str, Any] = {"team": Team, "assignee": Member, "macro": Macro, "answer": Template}
PLAIN = (
    "id",
    "name",
    "position",
    "is_active",
    "filter",
    "turn",
    "priority",
    "task",
    "task_hours",
    "task_for",
    "ask",
)


class RuleIn(Sent):
    """A rule on arrival, or what changes about it; `filter` says for which conversations."""

    name: str | None = Field(None, max_length=80, examples=["Returns"])
    is_active: bool | None = None
    filter: dict[str, Any] | None = Field(
        None, examples=[{"field": "subject", "op": "contains", "value": "return"}]
    )
    team: int | None = None
    assignee: int | None = None
    turn: Literal["", "turn", "load"] | None = None
    skills: list[int] | None = Field(
        None, description="Whoever is given it by turn or by load has all of them."
    )
    priority: int | None = Field(None, ge=0, le=3)
    tags: list[str] | None = None
    task: str | None = Field(None, max_length=200)
    task_hours: int | None = Field(None, ge=1, le=2_000, description="Due in so many business hours.")
    task_for: str | None = Field(
        None, max_length=30, description="keeper, member:5, or empty for the assignee."
    )
    macro: int | None = None
    answer: int | None = Field(None, description="The template it is answered with by itself.")
    ask: list[str] | None = Field(None, examples=[["order_number", "phone", "field:shoe_size"]])


class RuleOut(Schema):
    """A rule on arrival; rules are asked by their position."""

    id: int = Field(..., examples=[1])
    name: str
    position: int
    is_active: bool
    filter: dict[str, Any]
    team: int | None
    assignee: int | None
    turn: str
    skills: list[int]
    priority: int | None
    tags: list[str]
    task: str
    task_hours: int | None
    task_for: str
    macro: int | None
    answer: int | None
    ask: list[str]


class Rules(Schema):
    """All rules on arrival, in their order."""

    items: list[RuleOut]


class SkillIn(Sent):
    """A skill, or what changes about it."""

    name: str | None = Field(None, max_length=60, examples=["French"])
    members: list[int] | None = Field(None, description="Who has it.")
    channels: list[int] | None = Field(None, description="What comes by these needs it.")


class SkillOut(Schema):
    """A skill, with who has it and which channels need it."""

    id: int = Field(..., examples=[1])
    name: str
    members: list[int]
    channels: list[int]


class Skills(Schema):
    """All skills."""

    items: list[SkillOut]


@router.get("/arrival-rules", response={200: Rules, **ERRORS}, summary="List rules on arrival")
def list_arrival_rules(request: HttpRequest) -> HttpResponse:
    """Return the rules in their order."""
    seer_of(request, CHANGE)
    return answer({"items": [_shape(one) for one in ArrivalRule.objects.all()]})


@router.post("/arrival-rules", response={201: RuleOut, **ERRORS}, summary="Make a rule on arrival")
def new_arrival_rule(request: HttpRequest, values: RuleIn) -> HttpResponse:
    """Make a rule; it is asked after all others."""
    seer_of(request, CHANGE)
    return answer(_shape(save_arrival_rule(None, _values(values), by=actor_of(request))), status=201)


@router.patch(
    "/arrival-rules/{int:arrival_rule_id}",
    response={200: RuleOut, **ERRORS},
    summary="Change a rule on arrival",
)
def patch_arrival_rule(request: HttpRequest, arrival_rule_id: int, values: RuleIn) -> HttpResponse:
    """Change the values named."""
    seer_of(request, CHANGE)
    found = _one(ArrivalRule, arrival_rule_id)
    return answer(_shape(save_arrival_rule(found, _values(values), by=actor_of(request))))


@router.delete(
    "/arrival-rules/{int:arrival_rule_id}", response={204: None, **ERRORS}, summary="Delete a rule on arrival"
)
def remove_arrival_rule(request: HttpRequest, arrival_rule_id: int) -> HttpResponse:
    """Throw a rule away; what it did stays."""
    seer_of(request, CHANGE)
    delete_arrival_rule(_one(ArrivalRule, arrival_rule_id), by=actor_of(request))
    return gone()


@router.get("/skills", response={200: Skills, **ERRORS}, summary="List skills")
def list_skills(request: HttpRequest) -> HttpResponse:
    """Return the skills with who has them."""
    seer_of(request, SKILLS)
    return answer({"items": [_skill(one) for one in Skill.objects.prefetch_related("members", "channels")]})


@router.post("/skills", response={201: SkillOut, **ERRORS}, summary="Make a skill")
def new_skill(request: HttpRequest, values: SkillIn) -> HttpResponse:
    """Make a skill."""
    seer_of(request, SKILLS)
    return answer(_skill(save_skill(None, _sent(values), by=actor_of(request))), status=201)


@router.patch("/skills/{int:skill_id}", response={200: SkillOut, **ERRORS}, summary="Change a skill")
def patch_skill(request: HttpRequest, skill_id: int, values: SkillIn) -> HttpResponse:
    """Change the values named; lists take the place of all it had."""
    seer_of(request, SKILLS)
    return answer(_skill(save_skill(_one(Skill, skill_id), _sent(values), by=actor_of(request))))


@router.delete("/skills/{int:skill_id}", response={204: None, **ERRORS}, summary="Delete a skill")
def remove_skill(request: HttpRequest, skill_id: int) -> HttpResponse:
    """Throw a skill away; nothing needs it any more."""
    seer_of(request, SKILLS)
    delete_skill(_one(Skill, skill_id), by=actor_of(request))
    return gone()


def _sent(values: Sent) -> dict[str, Any]:
    return values.model_dump(exclude_unset=True)


def _values(values: RuleIn) -> dict[str, Any]:
    """Return what was sent as the action takes it: rows for numbers, empty for null where nothing can be null."""
    sent = _sent(values)
    for name in NAMED.keys() & sent.keys():
        number = sent[name]
        sent[name] = NAMED[name].objects.filter(pk=number).first() if number is not None else None
        if number is not None and sent[name] is None:
            raise Invalid({name: "There is none with this number."})
    if "tags" in sent:
        sent["tags"] = ", ".join(sent["tags"] or [])
    if "skills" in sent:
        sent["skill_ids"] = sent.pop("skills") or []
    blank: dict[str, Any] = {
        "name": "",
        "turn": "",
        "task": "",
        "task_for": "",
        "ask": [],
        "filter": {},
        "is_active": True,
    }
    return {name: blank[name] if value is None and name in blank else value for name, value in sent.items()}


def _one(model: Any, number: int) -> Any:
    found = model.objects.filter(pk=number).first()
    if found is None:
        raise NotThere
    return found


def _shape(one: ArrivalRule) -> dict[str, Any]:
    tags = [tag.strip() for tag in one.tags.split(",") if tag.strip()]
    named = {name: getattr(one, f"{name}_id") for name in NAMED}
    return {**{name: getattr(one, name) for name in PLAIN}, **named, "tags": tags, "skills": one.skill_ids}


def _skill(one: Skill) -> dict[str, Any]:
    several = {name: [row.pk for row in getattr(one, name).all()] for name in ("members", "channels")}
    return {"id": one.pk, "name": one.name, **several}

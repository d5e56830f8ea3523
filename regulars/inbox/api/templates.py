from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions.templates import archive_template, change_template, create_template
from regulars.inbox.models import Template
from regulars.inbox.queries.templates import with_outcomes
from regulars.kit.api import ERRORS, Sent, answer, gone
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.team.gate import actor_of, seer_of

router = Router(tags=["templates"])
CHANGE, USE = "templates.change", "conversations.answer"


class TemplateIn(Sent):
    """A template, or what changes about it; `texts` holds its words by language."""

    name: str | None = Field(None, max_length=80, examples=["Late delivery"])
    situation: str | None = Field(None, max_length=8, description="bad, good or everyday.", examples=["bad"])
    note: str | None = Field(None, max_length=300)
    team: int | None = Field(None, ge=1, le=2**53)
    texts: dict[str, str] | None = Field(None, examples=[{"en": "Hello {{ person.first_name | there }},"}])


class TemplateOut(Schema):
    """A template with its words, how often it left in an answer, and how that went."""

    id: int = Field(..., examples=[1])
    name: str
    situation: str
    note: str
    team: int | None
    texts: dict[str, str]
    sent: int
    solved: int
    rated: int
    happy: int


class Templates(Schema):
    """The templates this key may use."""

    items: list[TemplateOut]


@router.get("/templates", response={200: Templates, **ERRORS}, summary="List templates")
def list_templates(request: HttpRequest) -> HttpResponse:
    """Return the templates of everybody and of the key's teams."""
    seer = seer_of(request, USE)
    rows: Any = Template.objects.all()
    return answer({"items": _shapes(rows.usable_by(seer))})


@router.post("/templates", response={201: TemplateOut, **ERRORS}, summary="Write a template")
def new_template(request: HttpRequest, values: TemplateIn) -> HttpResponse:
    """Write a template in one language or several."""
    seer_of(request, CHANGE)
    made = create_template(_given(values), by=actor_of(request), at=now())
    return answer(_shapes(Template.objects.filter(pk=made.pk))[0], status=201)


@router.patch(
    "/templates/{int:template_id}", response={200: TemplateOut, **ERRORS}, summary="Change a template"
)
def patch_template(request: HttpRequest, template_id: int, values: TemplateIn) -> HttpResponse:
    """Change the values named; languages that are not named stay, empty ones go."""
    seer_of(request, CHANGE)
    found = _find(template_id)
    change_template(found, _given(values), by=actor_of(request))
    return answer(_shapes(Template.objects.filter(pk=found.pk))[0])


@router.delete("/templates/{int:template_id}", response={204: None, **ERRORS}, summary="Put a template away")
def remove_template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Put a template away; what was sent with it stays counted."""
    seer_of(request, CHANGE)
    archive_template(_find(template_id), by=actor_of(request), at=now())
    return gone()


def _given(values: TemplateIn) -> dict[str, Any]:
    return values.model_dump(exclude_unset=True)


def _find(template_id: int) -> Template:
    rows: Any = Template.objects.filter(pk=template_id)
    found: Template | None = rows.live().first()
    if found is None:
        raise NotThere
    return found


def _shapes(rows: Any) -> list[dict[str, Any]]:
    names = ("id", "name", "situation", "note", "sent", "solved", "rated", "happy")
    return [
        {**{name: getattr(one, name) for name in names}, "team": one.team_id, "texts": one.texts()}
        for one in with_outcomes(rows).prefetch_related("versions")
    ]

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions.macros import archive_macro, change_macro, create_macro
from regulars.inbox.actions.running import run_macro
from regulars.inbox.models import Conversation, Macro
from regulars.inbox.models.macros import CHANGE
from regulars.inbox.queries.macros import verbs_of, with_uses
from regulars.kit.api import ERRORS, Sent, answer, gone
from regulars.kit.clock import now
from regulars.kit.refused import NotThere, Refused, require
from regulars.team.gate import actor_of, seer_of
from regulars.team.rules import Scope, allowed

router = Router(tags=["macros"])
USE = "conversations.change"


class MacroIn(Sent):
    """A macro, or what changes about it; `steps` names what is done, in the order docs/use/macros.md tells."""

    name: str | None = Field(None, max_length=80, examples=["Late delivery"])
    team: int | None = Field(None, ge=1, le=2**53, description="Only for this team; null for everybody.")
    steps: dict[str, Any] | None = Field(
        None, examples=[{"template": 3, "tags": ["late"], "priority": 2, "ending": "tomorrow"}]
    )


class MacroOut(Schema):
    """A macro and how often it was run."""

    id: int = Field(..., examples=[1])
    name: str
    team: int | None
    owner: int | None
    steps: dict[str, Any]
    times: int
    last: datetime | None


class Macros(Schema):
    """The macros this key may run, in their order."""

    items: list[MacroOut]


class RunIn(Sent):
    """On which conversations a macro is run."""

    conversations: list[int] = Field(..., min_length=1, max_length=500, examples=[[12, 13]])


class RefusedRun(Schema):
    """A conversation on which it was not run, and why."""

    conversation: int = Field(..., examples=[42])
    reason: str = Field(..., examples=["It is closed already."])


class RunOut(Schema):
    """On which it was run and on which not; together they are those that were named."""

    ran: list[int] = Field(..., examples=[[41, 43]])
    refused: list[RefusedRun]


@router.get("/macros", response={200: Macros, **ERRORS}, summary="List macros")
def list_macros(request: HttpRequest) -> HttpResponse:
    """Return the macros of everybody, of the key's teams, and of its member."""
    rows: Any = Macro.objects.all()
    return answer({"items": [_shape(one) for one in with_uses(rows.usable_by(seer_of(request, USE)))]})


@router.post("/macros", response={201: MacroOut, **ERRORS}, summary="Make a macro")
def new_macro(request: HttpRequest, values: MacroIn) -> HttpResponse:
    """Make a macro for everybody or a team; a key whose role may only have its own makes it for its member."""
    seer, given = seer_of(request, CHANGE), values.model_dump(exclude_unset=True)
    if allowed(seer, CHANGE) != Scope.ALL:
        require(seer.member_id is not None)
        given |= {"owner": seer.member_id, "team": None}
    made = create_macro(given, by=actor_of(request), at=now())
    return answer(_shape(_find(request, made.pk)), status=201)


@router.patch("/macros/{int:macro_id}", response={200: MacroOut, **ERRORS}, summary="Change a macro")
def patch_macro(request: HttpRequest, macro_id: int, values: MacroIn) -> HttpResponse:
    """Change the values named; steps take the place of all it had."""
    found = _find(request, macro_id)
    change_macro(found, values.model_dump(exclude_unset=True), by=actor_of(request))
    return answer(_shape(_find(request, macro_id)))


@router.delete("/macros/{int:macro_id}", response={204: None, **ERRORS}, summary="Put a macro away")
def remove_macro(request: HttpRequest, macro_id: int) -> HttpResponse:
    """Put a macro away; what it did stays."""
    archive_macro(_find(request, macro_id), by=actor_of(request), at=now())
    return gone()


@router.post("/macros/{int:macro_id}/runs", response={200: RunOut, **ERRORS}, summary="Run a macro")
def new_macro_run(request: HttpRequest, macro_id: int, values: RunIn) -> HttpResponse:
    """Run a macro on conversations, each in a transaction of its own; what one refuses keeps no other from it."""
    rows: Any = Macro.objects.all()
    macro = rows.usable_by(seer_of(request, USE)).filter(pk=macro_id).first()
    if macro is None:
        raise NotThere
    numbers, batch = list(dict.fromkeys(values.conversations)), secrets.token_hex(8)
    talks: Any = Conversation.objects.filter(pk__in=numbers)
    talks = talks.whole()
    for verb in verbs_of(macro):
        talks = talks.visible_to(seer_of(request, verb), verb)
    seen, ran, refused = talks.in_bulk(), [], []
    for number in numbers:
        reason = _run(request, macro, seen.get(number), batch)
        refused += [{"conversation": number, "reason": reason}] if reason else []
        ran += [] if reason else [number]
    return answer({"ran": ran, "refused": refused})


def _run(request: HttpRequest, macro: Macro, talk: Conversation | None, batch: str) -> str:
    if talk is None:
        return str(NotThere.default)
    try:
        with transaction.atomic():
            run_macro(macro, talk, by=actor_of(request), at=now(), batch=batch)
    except Refused as problem:
        return str(problem)
    return ""


def _find(request: HttpRequest, macro_id: int) -> Macro:
    rows: Any = Macro.objects.all()
    rows = with_uses(rows.changeable_by(seer_of(request, CHANGE)).filter(archived_at=None))
    found: Macro | None = rows.filter(pk=macro_id).first()
    if found is None:
        raise NotThere
    return found


def _shape(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk, "name": one.name, "team": one.team_id, "owner": one.owner_id, "steps": one.steps,
        "times": one.times, "last": one.last,
    }  # fmt: skip

"""Taking back: each step of arranging, entering and aiming gives an address that knows what was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.insights.actions import boards as acts
from regulars.insights.actions import caring as deeds
from regulars.insights.models import Annotation, Cost, Dashboard, Goal
from regulars.insights.rules import CHANGE, SEE, can_change_board
from regulars.kit.clock import now
from regulars.kit.htmx import redirect, reload_page
from regulars.kit.refused import NotThere, Refused, require
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.rules import may

SALT, MAX_AGE_SECONDS = "insights.undo", 60 * 60 * 24
# Takes back a step on the thing of this number, which knows what was.
Undo = Callable[[Request, int, Mapping[str, Any]], HttpResponse]


class TooOld(Refused):
    """Refuse an undo whose address is old or not ours."""

    default = gettext_lazy("It is too late to take this back.")


def undo_address(deed: str, thing: Any, **values: Any) -> str:
    """Return the address that takes a step back: a deed of `UNDONE`, and for a change what the values were."""
    plain = {name: _plain(value) for name, value in values.items()}
    token = signing.dumps([deed, thing.pk, plain], salt=SALT, compress=True)
    return reverse("insights:undo", args=[token])


@require_POST
@needs(SEE)
def undo(request: Request, token: str) -> HttpResponse:
    """Take back what the signed address says, if the member may still do it."""
    try:
        deed, number, values = signing.loads(token, salt=SALT, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        raise TooOld from None
    return UNDONE[deed](request, number, values)


def _find(model: Any, number: int) -> Any:
    found = model.objects.filter(pk=number).first()
    if found is None:
        raise NotThere
    return found


def _board(request: Request, number: int) -> Dashboard:
    board: Dashboard = _find(Dashboard, number)
    require(can_change_board(request.member, board))
    return board


def _remove_board(request: Request, number: int, values: Mapping[str, Any]) -> HttpResponse:
    acts.delete_board(_board(request, number), by=request.actor, at=now())
    return redirect(request, reverse("insights:insights"))


def _restore_board(request: Request, number: int, values: Mapping[str, Any]) -> HttpResponse:
    board = _board(request, number)
    acts.restore_board(board, by=request.actor)
    return redirect(request, reverse("insights:board", args=[board.pk]))


def _change_board(request: Request, number: int, values: Mapping[str, Any]) -> HttpResponse:
    acts.change_board(_board(request, number), values, by=request.actor, at=now())
    return reload_page()


def _take_note_off(request: Request, number: int, values: Mapping[str, Any]) -> HttpResponse:
    require(may(request.member, CHANGE))
    acts.take_off_charts(_find(Annotation, number), by=request.actor, at=now())
    return reload_page()


def _back(model: Any, change: Callable[..., Any], delete: Callable[..., Any]) -> Undo:
    """Return how a change of such a row is taken back, or that it was made or deleted."""

    def undo(request: Request, number: int, values: Mapping[str, Any]) -> HttpResponse:
        require(may(request.member, CHANGE))
        row = _find(model, number)
        if "is_deleted" in values:
            delete(row, by=request.actor, at=now() if values["is_deleted"] else None)
        else:
            change(row, values, by=request.actor)
        return reload_page()

    return undo


UNDONE: Mapping[str, Undo] = {
    "removal": _remove_board,
    "restore": _restore_board,
    "change": _change_board,
    "annotation": _take_note_off,
    "cost": _back(Cost, deeds.change_cost, deeds.delete_cost),
    "goal": _back(Goal, deeds.change_goal, deeds.delete_goal),
}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

"""Arranging dashboards: own copies, tiles added, moved, sized and taken off, sharing; every step can be taken back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.insights.actions import boards as acts
from regulars.insights.actions.mailing import subscribe
from regulars.insights.forms import AnnotationForm, BoardForm, MailingForm, TileForm
from regulars.insights.models import Dashboard, Mailing
from regulars.insights.queries.answers import grouping_label
from regulars.insights.queries.asking import known_metrics, question_of
from regulars.insights.queries.boards import SIZES, Tile, drawn_of, find_board, size_of
from regulars.insights.rules import CHANGE, SEE, can_change_board
from regulars.insights.views.boxes import box
from regulars.insights.views.undoing import undo_address
from regulars.kit.clock import now, today
from regulars.kit.htmx import done, redirect, reload_page, say, with_event
from regulars.kit.refused import NotThere, require
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.models import Business


@require_POST
@needs(CHANGE)
def copy(request: Request, board: str) -> HttpResponse:
    """Make one's own copy of a dashboard and go there."""
    made = acts.copy_board(
        find_board(board, request.member), author=request.member, by=request.actor, at=now()
    )
    say(
        request,
        _("This is your own copy: add, move and take off what you like."),
        undo=undo_address("removal", made),
    )
    return _go(request, made)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_board(request: Request) -> HttpResponse:
    """Make an empty dashboard."""
    form = BoardForm(request.POST or None)

    def make(values: dict[str, Any]) -> HttpResponse:
        made = acts.create_board(values.pop("name"), (), author=request.member, by=request.actor, at=now())
        acts.change_board(made, values, by=request.actor, at=now())
        return _go(request, made)

    return box(request, form, _("New dashboard"), _("Make the dashboard"), make)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def sharing(request: Request, dashboard_id: int) -> HttpResponse:
    """Rename a dashboard and say which roles see it, and what it stands for."""
    board = _own(request, dashboard_id)
    known = {"name": board.name, "roles": board.roles, "stands_for": board.stands_for}
    form = BoardForm(request.POST or None, initial=known)

    def change(values: dict[str, Any]) -> HttpResponse:
        return _changed(request, board, acts.change_board(board, values, by=request.actor, at=now()))

    return box(request, form, _("Name and sharing"), _("Save"), change)


@require_POST
@needs(CHANGE)
def removal(request: Request, dashboard_id: int) -> HttpResponse:
    """Throw a dashboard away."""
    board = _own(request, dashboard_id)
    acts.delete_board(board, by=request.actor, at=now())
    say(request, _("“%(name)s” is gone.") % {"name": board.name}, undo=undo_address("restore", board))
    return redirect(request, reverse("insights:insights"))


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_tile(request: Request, dashboard_id: int) -> HttpResponse:
    """Add a tile."""
    board = _own(request, dashboard_id)
    known = known_metrics(request.member)
    groups = sorted({name for metric in known.values() for name in metric.groups})
    form = TileForm(
        request.POST or None,
        metrics=[(name, metric.label) for name, metric in known.items()],
        groups=[(name, grouping_label(name)) for name in groups],
    )

    def add(values: dict[str, Any]) -> HttpResponse:
        return _changed(request, board, acts.add_tile(board, Tile("", **values), by=request.actor, at=now()))

    return box(request, form, _("Add a figure"), _("Add it"), add)


@require_POST
@needs(CHANGE)
def order(request: Request, dashboard_id: int) -> HttpResponse:
    """Put the tiles into the order in which they were dragged or moved by keys."""
    board = _own(request, dashboard_id)
    wanted = request.POST.get("order", "").split(",")[: acts.MOST_TILES]
    before = acts.arrange_tiles(board, wanted, by=request.actor, at=now())
    return done(_("Arranged anew."), undo=undo_address("change", board, **before))


@require_POST
@needs(CHANGE)
def tile_change(request: Request, dashboard_id: int, tile: str, deed: str) -> HttpResponse:
    """Make a tile the next size, or take it off."""
    board = _own(request, dashboard_id)
    if deed not in ("size", "removal"):
        raise NotThere
    values = _next_size(board, tile, request) if deed == "size" else None
    return _changed(request, board, acts.change_tile(board, tile, values, by=request.actor, at=now()))


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_annotation(request: Request) -> HttpResponse:
    """Write on every chart what happened on a day."""
    form = AnnotationForm(request.POST or None, initial={"day": today(Business.current().time_zone)})

    def note(values: dict[str, Any]) -> HttpResponse:
        made = acts.note_on_charts(
            values["day"], values["text"], author=request.member, by=request.actor, at=now()
        )
        say(request, _("It stands on every chart over time."), undo=undo_address("annotation", made))
        return reload_page()

    return box(request, form, _("Write on the charts what happened"), _("Write it on the charts"), note)


@require_http_methods(["GET", "POST"])
@needs(SEE)
def mailing(request: Request, board: str) -> HttpResponse:
    """Let a dashboard come by mail, with the period and list it is looked at with now."""
    found = find_board(board, request.member)
    known = Mailing.objects.filter(member=request.member, board=found.slug).first()
    form = MailingForm(request.POST or None, initial={"every": known.every if known else "week"})

    def keep(values: dict[str, Any]) -> HttpResponse:
        address = question_of({name: str(value) for name, value in request.GET.items()}).address
        day = today(Business.current().time_zone)
        made = subscribe(
            found.slug, address, member=request.member, every=values["every"], at=now(), today=day
        )
        words = (
            _("It comes by mail, %(often)s.") % {"often": made.get_every_display()}
            if made
            else _("It comes no more.")
        )
        return with_event(done(words), "close-dialog")

    return box(request, form, _("By mail"), _("Keep it so"), keep)


def _own(request: Request, number: int) -> Dashboard:
    board = Dashboard.objects.filter(pk=number, deleted_at__isnull=True).first()
    if board is None or find_board(str(number), request.member).own is None:
        raise NotThere
    require(can_change_board(request.member, board))
    return board


def _next_size(board: Dashboard, tile: str, request: Request) -> dict[str, str]:
    for one in board.tiles:
        metric = known_metrics(request.member).get(one["metric"])
        if str(one["id"]) == tile and metric is not None:
            size = size_of(Tile(**one), metric)
            sizes = SIZES if drawn_of(Tile(**one), metric) == "number" else SIZES[1:]
            return {"size": sizes[(sizes.index(size) + 1) % len(sizes)] if size in sizes else sizes[0]}
    raise NotThere


def _changed(request: Request, board: Dashboard, before: dict[str, Any]) -> HttpResponse:
    say(
        request,
        _("“%(name)s” is saved.") % {"name": board.name},
        undo=undo_address("change", board, **before),
    )
    return reload_page()


def _go(request: Request, board: Dashboard) -> HttpResponse:
    return redirect(request, reverse("insights:board", args=[board.pk]))

"""Dashboards of one's own: made from ready-made ones or empty, arranged, shared, thrown away, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.insights.events import ChartNoted, DashboardDeleted, DashboardSaved
from regulars.insights.models import Annotation, Dashboard
from regulars.insights.queries.boards import READY, SIZES, Board, Tile
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.metrics import metrics
from regulars.kit.refused import Invalid
from regulars.team.models import Member, Role

MOST_TILES = 40
DRAWN = ("", "number", "line", "bar", "grid", "distribution")
_TOLD = ("name", "tiles", "roles", "stands_for")


@transaction.atomic
def create_board(name: str, tiles: Sequence[Tile], *, author: Member, by: Actor, at: datetime) -> Dashboard:
    """Make a dashboard of one's own with these tiles."""
    values = {"name": _named(name), "tiles": [tile.kept() for tile in tiles]}
    board = Dashboard.objects.create(author=author, created_at=at, updated_at=at, **values)
    announce(DashboardSaved(id=board.pk, words=board.name), by=by, changes=changed({}, values))
    return board


def copy_board(board: Board, *, author: Member, by: Actor, at: datetime) -> Dashboard:
    """Make one's own copy of a dashboard."""
    return create_board(_("%(name)s (mine)") % {"name": board.name}, board.tiles, author=author, by=by, at=at)


@transaction.atomic
def change_board(board: Dashboard, values: Mapping[str, Any], *, by: Actor, at: datetime) -> dict[str, Any]:
    """Rename, arrange or share a dashboard; returns what it was, so that it can be taken back."""
    checked = {name: _CHECKS[name](value) for name, value in values.items()}
    before = {name: getattr(board, name) for name in checked}
    changes = changed(before, checked)
    if changes:
        for name, value in checked.items():
            setattr(board, name, value)
        board.updated_at = at
        board.save()
        announce(DashboardSaved(id=board.pk, words=board.name), by=by, changes=changes)
    return before


def add_tile(board: Dashboard, tile: Tile, *, by: Actor, at: datetime) -> dict[str, Any]:
    """Put another tile at the end of a dashboard."""
    taken = {int(one["id"]) for one in board.tiles if str(one["id"]).isdecimal()}
    new = {**tile.kept(), "id": str(max(taken, default=0) + 1)}
    return change_board(board, {"tiles": [*board.tiles, new]}, by=by, at=at)


def arrange_tiles(board: Dashboard, order: Sequence[str], *, by: Actor, at: datetime) -> dict[str, Any]:
    """Put a dashboard's tiles into an order; those that are not named stay behind the others."""
    places = {tile: place for place, tile in enumerate(order)}
    tiles = sorted(board.tiles, key=lambda one: places.get(str(one["id"]), len(places)))
    return change_board(board, {"tiles": tiles}, by=by, at=at)


def change_tile(
    board: Dashboard, tile: str, values: Mapping[str, str] | None, *, by: Actor, at: datetime
) -> dict[str, Any]:
    """Change a tile's size, drawing or grouping; without values take it off."""
    tiles = [
        {**one, **(values or {})} if str(one["id"]) == tile else one
        for one in board.tiles
        if values is not None or str(one["id"]) != tile
    ]
    return change_board(board, {"tiles": tiles}, by=by, at=at)


@transaction.atomic
def delete_board(board: Dashboard, *, by: Actor, at: datetime) -> None:
    """Throw a dashboard away."""
    board.deleted_at = at
    board.save(update_fields=["deleted_at"])
    announce(DashboardDeleted(id=board.pk, words=board.name), by=by)


@transaction.atomic
def restore_board(board: Dashboard, *, by: Actor) -> None:
    """Take back that a dashboard was thrown away."""
    board.deleted_at = None
    board.save(update_fields=["deleted_at"])
    announce(DashboardSaved(id=board.pk, words=board.name), by=by)


@transaction.atomic
def note_on_charts(day: date, text: str, *, author: Member | None, by: Actor, at: datetime) -> Annotation:
    """Write on every chart over time what happened on a day."""
    if not text.strip():
        raise Invalid({"text": _("This can't be blank.")})
    note = Annotation.objects.create(day=day, text=text.strip()[:120], author=author, created_at=at)
    announce(ChartNoted(id=note.pk, words=note.text), by=by, changes={"day": [None, day.isoformat()]})
    return note


@transaction.atomic
def take_off_charts(note: Annotation, *, by: Actor, at: datetime | None) -> None:
    """Take what happened on a day off the charts, or (without a moment) put it back."""
    note.deleted_at = at
    note.save(update_fields=["deleted_at"])
    announce(ChartNoted(id=note.pk, words=note.text), by=by)


def _named(name: Any) -> str:
    kept = str(name).strip()[:80]
    if not kept:
        raise Invalid({"name": _("This can't be blank.")})
    return kept


def _tiles(tiles: Any) -> list[dict[str, str]]:
    if len(tiles) > MOST_TILES:
        raise Invalid({"tiles": _("A dashboard holds forty tiles. Begin another one.")})
    return [_tile(one) for one in tiles]


def _tile(said: Mapping[str, Any]) -> dict[str, str]:
    tile = Tile(**{name: str(value)[:80] for name, value in said.items()})
    if tile.size not in ("", *SIZES) or tile.drawn not in DRAWN:
        raise Invalid({"size": _("A tile is small, medium or large.")})
    known = metrics().get(tile.metric)
    if known is not None and tile.by not in ("", "period", *known.groups):
        raise Invalid({"by": _("This can't be told apart that way.")})
    return tile.kept()


def _roles(roles: Any) -> list[str]:
    return [role for role in Role.values if role in roles]


def _stands_for(slug: Any) -> str:
    return str(slug) if slug in READY else ""


_CHECKS = {"name": _named, "tiles": _tiles, "roles": _roles, "stands_for": _stands_for}

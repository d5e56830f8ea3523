"""The ready-made dashboards, and which dashboards somebody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

from regulars.insights.models import Dashboard
from regulars.kit.metrics import Metric
from regulars.kit.refused import NotThere

SIZES = ("s", "m", "l")
# How wide a tile is unless it says so itself.
OWN_SIZE = {"number": "s", "line": "m", "bar": "m", "distribution": "m", "grid": "l"}


@dataclass(frozen=True)
class Tile:
    """One figure on a dashboard: the metric, by what it is told apart, and how it is drawn (empty: as the metric says)."""

    id: str
    metric: str
    by: str = ""
    drawn: str = ""
    size: str = ""

    def kept(self) -> dict[str, str]:
        """Return the tile as a dashboard keeps it."""
        return {"id": self.id, "metric": self.metric, "by": self.by, "drawn": self.drawn, "size": self.size}


@dataclass(frozen=True)
class Board:
    """A dashboard as it is shown: ready-made, or somebody's own (`own` is its row)."""

    slug: str
    name: str | Promise
    tiles: tuple[Tile, ...]
    about: str | Promise = ""
    icon: str = "dashboard"
    own: Dashboard | None = None


def _tiles(*lines: str) -> tuple[Tile, ...]:
    return tuple(
        Tile(str(number), *(part.strip() for part in line.split("|"))) for number, line in enumerate(lines, 1)
    )


# Each line: metric | by | drawn | size. What nobody offers is left out.
READY: Mapping[str, Board] = {
    one.slug: one
    for one in (
        Board("value", _l("Value"), _tiles(
            "sales_per_customer", "predicted_value", "acquisition_limit", "active_share",
            "sales_per_purchase", "sales_distribution", "sales_per_customer|channel", "predicted_value|channel", "forecast_backtest",
            "value_to_cost|channel|bar", "payback_months|channel|bar", "simple_value",
        ), _l("What customers bring, what a new one is worth and may cost."), "coins"),
        Board("loyalty", _l("Loyalty"), _tiles(
            "repurchase_rate", "five_purchase_loyalty", "time_between_orders", "engagement_index",
            "customer_retention", "repeat_share", "cohort_retention", "five_purchase_loyalty|channel", "repurchase_rate|country",
            "net_revenue_retention", "customer_churn", "leaving_check",
        ), _l("Who stays, who comes back, who is slipping away."), "heart"),
        Board("relationship", _l("Relationship"), _tiles(
            "return_on_relationship", "relationship_reach", "relationship_return", "return_after_help", "first_answer_time",
            "resolution_time", "promise_index", "satisfaction", "return_on_relationship|channel", "stage_reach", "time_in_stage",
        ), _l("How many were helped, and came back or brought others."), "heart-handshake"),
        Board("products", _l("Products"), _tiles(
            "upsell_ratio", "upsell_acceptance", "upsell_share", "purchases_per_customer", "sales_per_purchase||number", "product_repurchase|kind", "first_products|product",
            "product_reorder|product", "bought_with", "bought_next", "return_rate|kind", "return_reasons", "sales_movement||number", "demand",
        ), _l("What makes people come back, and what drives them away."), "package"),
        Board("caring", _l("Does caring pay"), _tiles(
            "value_back", "help_value", "answering_cost", "return_after_help", "repeat_order_uplift", "referred_conversion",
            "lost_after_bad",
        ), _l("What care costs beside what it brings."), "scale"),
        Board("scorecard", _l("Scorecard"), _tiles(
            "customers", "repurchase_rate", "customer_retention||number", "sales_per_customer", "customers|period|line",
            "repeat_share",
        ), _l("The measures you watch, together."), "target-arrow"),
    )
}  # fmt: skip


def boards_for(seer: Any) -> list[Board]:
    """Return the dashboards in somebody's tabs: the ready-made ones, with those that stand for them, then their own."""
    rows = list(_seen(seer))
    stand_ins = {row.stands_for: row for row in rows if row.stands_for and seer.role in row.roles}
    first = [board_of(stand_ins[slug]) if slug in stand_ins else one for slug, one in READY.items()]
    return [*first, *(board_of(row) for row in rows if row not in stand_ins.values())]


def find_board(slug: str, seer: Any) -> Board:
    """Return a dashboard that somebody may see; others are not there."""
    return board_among(slug, boards_for(seer))


def board_among(slug: str, boards: Sequence[Board]) -> Board:
    """Return the dashboard of these that a name or number means; refuses where there is none."""
    found = next(
        (one for one in boards if slug == one.slug or (one.own and slug == one.own.stands_for)), None
    )
    if found is None:
        raise NotThere
    return found


def board_of(row: Dashboard) -> Board:
    """Return somebody's own dashboard as it is shown."""
    tiles = tuple(Tile(**tile) for tile in row.tiles)
    return Board(str(row.pk), row.name, tiles, icon="layout-kanban" if not row.roles else "users", own=row)


def shown_tiles(board: Board, known: Mapping[str, Metric]) -> list[tuple[Tile, Metric]]:
    """Return the tiles whose metric is there and may be seen, with it."""
    return [(tile, known[tile.metric]) for tile in board.tiles if tile.metric in known]


def drawn_of(tile: Tile, metric: Metric) -> str:
    """Return how a tile is drawn: as it says, else told apart as bars, else as its metric says."""
    return tile.drawn or ("bar" if tile.by and metric.drawn == "number" else metric.drawn)


def grouping_of(metric: Metric, by: str) -> str:
    """Return the grouping asked for if the metric has it; a line is told apart by period."""
    if not by and metric.drawn == "grid" and "cohort" in metric.groups:
        return "cohort"
    return by if by in metric.groups or (by == "period" and metric.drawn == "line") else ""


def size_of(tile: Tile, metric: Metric) -> str:
    """Return how wide a tile is: s, m or l."""
    return tile.size or OWN_SIZE[drawn_of(tile, metric)]


def _seen(seer: Any) -> Any:
    own = Q(roles__contains=[seer.role])
    if seer.member_id:
        own |= Q(author_id=seer.member_id)
    return Dashboard.objects.filter(own, deleted_at__isnull=True)

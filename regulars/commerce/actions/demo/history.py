from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.commerce.actions.demo.reading import Shop
from regulars.commerce.engine.history import Span, health_spans, stage_spans, usual_interval
from regulars.kit.actor import Actor
from regulars.kit.events.rows import announce_rows
from regulars.people.events import HealthMoved, StageMoved

STAGED = """
    CREATE TEMP TABLE demo_span (person_id bigint, axis text, value text, since timestamptz, until timestamptz,
        before text, words text, reason text) ON COMMIT DROP"""
INTERVALS = """
    INSERT INTO people_stageinterval (person_id, axis, value, during, reason, is_by_rule, actor_kind, actor_label)
    SELECT person_id, axis, value, tstzrange(since, until), reason, true, 'clock', 'stages' FROM demo_span ORDER BY person_id"""
STANDING = """
    UPDATE people_person p SET {axis} = s.value, {axis}_since = s.since FROM demo_span s
    WHERE s.person_id = p.id AND s.axis = '{axis}' AND s.until IS NULL"""
MOVED = """
    SELECT person_id, NULL::bigint, since, '', 'person', person_id, words, NULL::text,
        jsonb_build_object('before', before, 'after', value, 'reason', reason, 'is_by_rule', true)
    FROM demo_span WHERE axis = %s AND NOT (axis = 'health' AND before = '') ORDER BY since"""
REASONS = {
    "acquired": "First payment, not wholly refunded", "nurtured": "Bought a second time",
    "retained": "Third purchase day within their own rhythm", "steady": "Bought within their own rhythm",
    "wavering": "One and a half times their usual interval has passed",
    "at_risk": "Two and a half times their usual interval has passed",
    "lapsed": "Four times their usual interval has passed", "won_back": "Bought again after a long time",
}  # fmt: skip


@transaction.atomic
def write_history(
    shop: Shop, person_ids: dict[str, int], usual_days: float, *, by: Actor, at: datetime
) -> None:
    """Write down, silently, which stage and health every customer had when, and where they stand today."""
    with connection.cursor() as cursor:
        cursor.execute(STAGED)
        with cursor.copy("COPY demo_span FROM STDIN") as copy:
            for row in _rows(shop, person_ids, usual_days, at):
                copy.write_row(row)
        cursor.execute(INTERVALS)
        for axis in ("stage", "health"):
            cursor.execute(STANDING.format(axis=axis))
        announce_rows(StageMoved, MOVED, ["stage"], by=by)
        announce_rows(HealthMoved, MOVED, ["health"], by=by)
        cursor.execute("DROP TABLE demo_span")


def _rows(
    shop: Shop, person_ids: dict[str, int], usual_days: float, at: datetime
) -> Iterator[tuple[Any, ...]]:
    for customer, purchases in _purchases(shop).items():
        if customer in person_ids:
            own = usual_interval(purchases)
            yield from _told(person_ids[customer], stage_spans(purchases))
            yield from _told(
                person_ids[customer], health_spans(purchases, own if own is not None else usual_days, at)
            )


def _told(person_id: int, spans: Iterable[Span]) -> Iterator[tuple[Any, ...]]:
    before = ""
    for span in spans:
        words = span.value.replace("_", " ").capitalize()
        yield (
            person_id,
            span.axis,
            span.value,
            span.since,
            span.until,
            before,
            words,
            REASONS.get(span.value, ""),
        )
        before = span.value


def _purchases(shop: Shop) -> dict[str, list[datetime]]:
    """Return the first moment of each day on which a customer bought something and kept it."""
    refunded: dict[int, int] = defaultdict(int)
    for refund in shop.refunds:
        if refund.order is not None:
            refunded[refund.order] += refund.amount
    by_day: dict[str, dict[Any, datetime]] = defaultdict(dict)
    for place, order in enumerate(shop.orders):
        if order.customer and order.total > refunded[place]:
            day = order.placed_at.date()
            held = by_day[order.customer].get(day)
            by_day[order.customer][day] = min(held, order.placed_at) if held else order.placed_at
    return {customer: sorted(days.values()) for customer, days in by_day.items()}

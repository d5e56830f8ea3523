from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.actions.imports import sql
from regulars.commerce.engine.order_rows import CancelledChunk, OrderChunk
from regulars.commerce.events import OrderPlaced
from regulars.kit.actor import Actor
from regulars.kit.events.rows import announce_rows
from regulars.kit.money import EXPONENTS
from regulars.people.actions.imports.merging import Outcome, PeopleMerge
from regulars.people.actions.reading import said


@dataclass(frozen=True)
class OrderMerge:
    """How chunks of one import of orders are merged; `seen` are the orders that earlier chunks of the file held."""

    mode: str
    source: str
    currency: str
    zone: str
    by: Actor
    at: datetime
    exponent: int = 2
    is_demo: bool = False
    seen: set[str] = field(default_factory=set)
    cancelled: CancelledChunk = field(default_factory=CancelledChunk)

    def merge(self, chunk: OrderChunk) -> Outcome:
        """Merge a tidied chunk in the current transaction: customers, products, orders, lines, touchpoints, figures."""
        outcome = Outcome()
        people = PeopleMerge("fill", self.by, self.at, self.is_demo)
        refused = people.merge(chunk.customers).refused | {
            row: said(why) for row, _cells, why in chunk.customers.refused
        }
        with connection.cursor() as cursor:
            self._stage(cursor, chunk)
            self._refuse_customers(cursor, chunk, refused, outcome)
            values = self._values()
            self._refuse_rates(cursor, chunk, values, outcome)
            cursor.execute(sql.CUSTOMERS)
            cursor.execute(sql.KNOWN, values | {"seen": list(self.seen & chunk.line_rows.keys())})
            if self.mode == "update":
                self._refuse_unknown(cursor, chunk, outcome)
            cursor.execute(sql.PRODUCTS, values)
            self._create(cursor, values)
            heads = self._change(cursor, values, outcome) if self.mode != "create" else []
            self._count(cursor, outcome, heads)
            concerned = [row[0] for row in _rows(cursor, sql.CONCERNED)]
        recount_figures(concerned, by=self.by, evaluate=False)
        return outcome

    def remember(self, chunk: OrderChunk) -> None:
        """Remember a merged chunk's orders, and its cancelling rows for the end."""
        self.seen.update(chunk.line_rows)
        self.cancelled.rows += chunk.cancelled.rows
        self.cancelled.refused += chunk.cancelled.refused

    def _values(self) -> dict[str, Any]:
        """Return what the statements are told."""
        return {
            "source": self.source, "base": self.currency, "currency": self.currency, "zone": self.zone, "at": self.at,
            "is_demo": self.is_demo, "exponent": self.exponent, "base_exponent": self.exponent, "exponents": json.dumps(EXPONENTS),
            "fills": self.mode == "fill",
        }  # fmt: skip

    def _stage(self, cursor: Any, chunk: OrderChunk) -> None:
        """Copy the chunk into the session's own tables."""
        cursor.execute(sql.STAGING)
        for statement, text in ((sql.COPY_ORDERS, chunk.orders), (sql.COPY_LINES, chunk.lines)):
            with cursor.copy(statement) as copy:
                copy.write(text)
        cursor.execute(sql.ANALYSE)

    def _refuse_customers(
        self, cursor: Any, chunk: OrderChunk, refused: dict[int, str], outcome: Outcome
    ) -> None:
        """Refuse the orders of customers who cannot be told."""
        if refused:
            statement = "SELECT number, customer_row FROM import_order WHERE customer_row = ANY(%s)"
            found = _rows(cursor, statement, [list(refused)])
            _refuse(cursor, chunk, {number: refused[row] for number, row in found}, outcome)

    def _refuse_rates(self, cursor: Any, chunk: OrderChunk, values: dict[str, Any], outcome: Outcome) -> None:
        """Refuse orders in a currency that cannot be counted in the business's own."""
        sentence = _(
            "There is no exchange rate from %(currency)s for that day. Add one under Settings, then import again."
        )
        found = _rows(cursor, sql.NO_RATE, values)
        _refuse(
            cursor, chunk, {number: sentence % {"currency": currency} for number, currency in found}, outcome
        )

    def _refuse_unknown(self, cursor: Any, chunk: OrderChunk, outcome: Outcome) -> None:
        """Refuse orders that are not there yet, when only known ones are wanted."""
        found = _rows(
            cursor, "SELECT number FROM import_order WHERE number NOT IN (SELECT number FROM import_known)"
        )
        _refuse(cursor, chunk, {row[0]: _("There is no order of this number.") for row in found}, outcome)

    def _create(self, cursor: Any, values: dict[str, Any]) -> None:
        """Create the orders that are not there yet, silently."""
        cursor.execute(sql.FRESH)
        if not cursor.rowcount:
            return
        for statement in (sql.NEW_ORDERS, sql.NEW_LINES, sql.LAST_TOUCH):
            cursor.execute(statement, values)
        announce_rows(OrderPlaced, sql.PLACED, [json.dumps(EXPONENTS)], by=self.by)

    def _change(self, cursor: Any, values: dict[str, Any], outcome: Outcome) -> list[str]:
        """Change known orders where the file says something else; return the numbers of those whose head changed."""
        cursor.execute(sql.LOCK_KNOWN)
        cursor.execute(sql.MORE)
        if cursor.rowcount:
            sentence = _(
                "The order is known with other lines and was refunded in part. Please correct it by hand."
            )
            outcome.refused |= {row[0]: sentence for row in _rows(cursor, sql.HELD)}
            for statement in (sql.FORGET_HELD, sql.REPLACED, sql.MORE_LINES, sql.MORE_TOTALS):
                cursor.execute(statement, values)
        heads = [row[0] for row in _rows(cursor, sql.HEADS, values)]
        cursor.execute(sql.NEW_REFUNDS, values)
        return heads

    def _count(self, cursor: Any, outcome: Outcome, heads: list[str]) -> None:
        """Count what became of the rows."""
        staged = _rows(cursor, "SELECT count(*) FROM import_line")[0][0]
        created = _rows(cursor, sql.COUNT_CREATED)[0][0]
        updated = _rows(cursor, sql.COUNT_UPDATED, {"heads": heads})[0][0]
        held = len(
            _rows(cursor, "SELECT 1 FROM import_line WHERE row_number = ANY(%s)", [list(outcome.refused)])
        )
        outcome.created, outcome.updated = created, updated
        outcome.unchanged = staged - created - updated - held


def _refuse(cursor: Any, chunk: OrderChunk, reasons: dict[str, str], outcome: Outcome) -> None:
    """Refuse all rows of some orders and take them off the staging tables."""
    if reasons:
        cursor.execute(sql.DROP_LINES, {"numbers": list(reasons)})
        for number, reason in reasons.items():
            outcome.refused |= dict.fromkeys(chunk.line_rows[number], reason)


def _rows(cursor: Any, statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    cursor.execute(statement, values)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found

"""What an order may look like; everything wrong with it is said at once, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.commerce.engine.drafts import LineDraft, OrderDraft
from regulars.commerce.models import LineKind, OrderStatus
from regulars.kit.money import MAX_MINOR, BadMoney, parse_currency
from regulars.kit.refused import Invalid, Text
from regulars.people.actions.custom_values import read_custom
from regulars.people.actions.reading import Reading as OwnValues

MOST_LINES = 5_000
LARGEST = MAX_MINOR // 10**6
FUTURE = timedelta(days=1)
LENGTHS = {"number": 80, "source": 40, "channel": 60, "campaign": 120, "coupon": 60}
Problems = dict[str, Text]


def check_order(draft: OrderDraft, *, at: datetime) -> None:
    """Raise Invalid with every problem of an order to be."""
    problems = {**_words(draft), **_moment(draft.placed_at, at), **check_lines(draft.lines, draft.currency)}
    if draft.status not in OrderStatus.values:
        problems["status"] = _("This is not a status of an order.")
    if not problems:
        problems = _amounts(draft)
    if problems:
        raise Invalid(problems)


def read_own_fields(raw: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an order keeps in the business's own fields, each value read by its field's type."""
    if not raw:
        return dict(stored)
    reading = OwnValues()
    values = read_custom("order", raw, stored, reading)
    reading.finish()
    return values


def check_lines(lines: Sequence[LineDraft], currency: str) -> Problems:
    """Return what is wrong with the lines, each named by its place."""
    if len(lines) > MOST_LINES:
        return {"lines": _("An order has at most %(most)d lines.") % {"most": MOST_LINES}}
    return {
        f"lines.{place}": problem
        for place, line in enumerate(lines)
        if (problem := _line_problem(line, currency))
    }


def _line_problem(line: LineDraft, currency: str) -> str:
    if line.kind not in LineKind.values:
        return _("This is not a kind of line.")
    if not (line.sku or line.name or line.product_id):
        return _("Say what was bought: a code or a description.")
    if not (line.quantity.is_finite() and abs(line.quantity) < Decimal(10) ** 9):
        return _("This is not a quantity.")
    if not (line.unit_price.is_finite() and abs(line.unit_price) < Decimal(10) ** 12):
        return _("This is not a price.")
    if line.kind == LineKind.PRODUCT and (line.quantity <= 0 or line.unit_price < 0):
        return _(
            "A product is sold at least once and not for less than nothing; write a refund or a discount instead."
        )
    if max(len(line.sku) - 80, len(line.name) - 250) > 0:
        return _("A code has up to 80 letters, a description up to 250.")
    return _("This amount is too large.") if abs(_line_amount(line, currency)) > LARGEST else ""


def _line_amount(line: LineDraft, currency: str) -> int:
    try:
        return line.amount(currency)
    except BadMoney:
        return MAX_MINOR


def _words(draft: OrderDraft) -> Problems:
    problems: Problems = {}
    for name, most in LENGTHS.items():
        if len(getattr(draft, name)) > most:
            problems[name] = _("Up to %(most)d letters.") % {"most": most}
    if draft.country and not (len(draft.country) == 2 and draft.country.isalpha()):
        problems["country"] = _("Write the country as two letters, such as GB.")
    try:
        parse_currency(draft.currency)
    except BadMoney as problem:
        problems["currency"] = str(problem)
    return problems


def _moment(placed_at: datetime, at: datetime) -> Problems:
    if placed_at.tzinfo is None:
        return {"placed_at": _("Say in which time zone this moment is.")}
    if placed_at > at + FUTURE:
        return {"placed_at": _("This lies in the future.")}
    return {"placed_at": _("This is before the year 1900.")} if placed_at.year < 1900 else {}


def _amounts(draft: OrderDraft) -> Problems:
    for name in ("shipping_minor", "discount_minor", "tax_minor"):
        if not 0 <= getattr(draft, name) <= LARGEST:
            return {name: _("This amount has to be between nothing and a fortune.")}
    total = draft.total()
    if total < 0:
        return {
            "total": _(
                "The total is below zero. What is given back is a refund of the order it was paid with."
            )
        }
    return {"total": _("This amount is too large.")} if total > LARGEST else {}

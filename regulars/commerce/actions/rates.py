from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.events import RateSet
from regulars.commerce.models import ExchangeRate, Order
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.money import BadMoney, exponent, parse_currency
from regulars.kit.refused import Invalid
from regulars.team.models import Business

# Amounts of one currency at the rate of their day; a whole refund gives back exactly what the order brought.
REBASE_ORDERS = """
    UPDATE commerce_order AS o SET base_minor = round(o.total_minor * rated.factor),
        base_refunded_minor = coalesce(
            round(round(o.total_minor * rated.factor) * o.refunded_minor / nullif(o.total_minor, 0)), 0)
    FROM (
        SELECT o.id, CASE WHEN o.currency = %(base)s THEN 1 ELSE (
            SELECT r.rate FROM commerce_exchangerate r WHERE r.currency = o.currency
                AND r.day <= (o.placed_at AT TIME ZONE %(zone)s)::date ORDER BY r.day DESC LIMIT 1) * %(shift)s END AS factor
        FROM commerce_order o WHERE o.currency = %(currency)s) AS rated
    WHERE o.id = rated.id AND rated.factor IS NOT NULL
    RETURNING o.person_id, o.company_id"""
REBASE_REFUNDS = """
    UPDATE commerce_refund AS r SET base_minor = coalesce(round(o.base_minor::numeric * r.amount_minor / nullif(o.total_minor, 0)), 0)
    FROM commerce_order o WHERE o.id = r.order_id AND r.currency = %(currency)s"""

REBASE_LOOSE = """
    UPDATE commerce_refund AS r SET base_minor = round(r.amount_minor * rated.factor)
    FROM (
        SELECT r.id, CASE WHEN r.currency = %(base)s THEN 1 ELSE (
            SELECT e.rate FROM commerce_exchangerate e WHERE e.currency = r.currency
                AND e.day <= (r.refunded_at AT TIME ZONE %(zone)s)::date ORDER BY e.day DESC LIMIT 1) * %(shift)s END AS factor
        FROM commerce_refund r WHERE r.order_id IS NULL AND r.currency = %(currency)s) AS rated
    WHERE r.id = rated.id AND rated.factor IS NOT NULL
    RETURNING r.person_id, NULL::bigint"""


def base_amount(amount_minor: int, currency: str, placed_at: datetime) -> int:
    """Return an amount in the business's currency, at the newest rate on or before its day; refuse without one."""
    business = Business.current()
    if currency == business.currency or amount_minor == 0:
        return amount_minor
    day = placed_at.astimezone(ZoneInfo(business.time_zone)).date()
    found = ExchangeRate.objects.filter(currency=currency, day__lte=day).order_by("-day").first()
    if found is None:
        raise Invalid({"currency": _no_rate(currency, business.currency, day)})
    converted = amount_minor * found.rate * shift(currency, business.currency)
    return int(converted.quantize(Decimal(1)))


def _no_rate(currency: str, base: str, day: date) -> str:
    return _(
        "There is no exchange rate from %(currency)s to %(base)s for %(day)s. Add one under Settings → Currencies, then try again."
    ) % {"currency": currency, "base": base, "day": date_format(day, "DATE_FORMAT")}


def shift(currency: str, base: str) -> Decimal:
    """Return by what minor units differ: a yen has none, a euro two.

    >>> shift("JPY", "EUR"), shift("KWD", "EUR")
    (Decimal('1E+2'), Decimal('0.1'))
    """
    return Decimal(1).scaleb(exponent(base) - exponent(currency))


@transaction.atomic
def set_exchange_rate(currency: str, rate: Decimal, *, day: date, by: Actor) -> ExchangeRate:
    """Say what one unit of a currency is worth from a day on, and count what was ordered in it anew."""
    try:
        code = parse_currency(currency)
    except BadMoney as problem:
        raise Invalid({"currency": str(problem)}) from problem
    if code == Business.current().currency:
        raise Invalid({"currency": _("This is the business's own currency.")})
    if not rate.is_finite() or not 0 < rate < Decimal(10) ** 9:
        raise Invalid({"rate": _("Enter a rate above zero, such as 0.92.")})

    before = ExchangeRate.objects.filter(currency=code, day=day).values_list("rate", flat=True).first()
    found, _new = ExchangeRate.objects.update_or_create(currency=code, day=day, defaults={"rate": rate})
    rebase_orders(code, by=by)
    announce(RateSet(currency=code, day=day.isoformat()), by=by, changes={"rate": [_text(before), str(rate)]})
    return found


@transaction.atomic
def delete_exchange_rate(rate: ExchangeRate, *, by: Actor) -> None:
    """Forget a rate, unless orders could then no longer be counted."""
    code, day = rate.currency, rate.day
    is_first = not ExchangeRate.objects.filter(currency=code, day__lt=day).exists()
    if is_first and Order.objects.filter(currency=code).exists():
        raise Invalid(
            message=_("Orders in %(currency)s are counted by this rate. Correct it instead.")
            % {"currency": code}
        )
    rate.delete()
    rebase_orders(code, by=by)
    announce(RateSet(currency=code, day=day.isoformat()), by=by, changes={"rate": [str(rate.rate), None]})


@transaction.atomic
def rebase_orders(currency: str, *, by: Actor, evaluate: bool = True) -> None:
    """Work out all amounts of one currency in the business's own again, and the figures of everybody concerned."""
    business = Business.current()
    values: dict[str, Any] = {
        "currency": currency,
        "base": business.currency,
        "zone": business.time_zone,
        "shift": shift(currency, business.currency),
    }
    list(Order.objects.filter(currency=currency).order_by("pk").select_for_update().values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(REBASE_ORDERS, values)
        concerned = cursor.fetchall()
        cursor.execute(REBASE_REFUNDS, values)
        cursor.execute(REBASE_LOOSE, values)
        concerned += cursor.fetchall()
    people, companies = ([row[side] for row in concerned] for side in (0, 1))
    recount_figures(people, companies, by=by, evaluate=evaluate)


def _text(value: object) -> str | None:
    return None if value is None else str(value)

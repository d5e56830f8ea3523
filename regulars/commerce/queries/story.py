"""What a person's, a company's or a product's page says about buying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from regulars.commerce.models import CompanyFigures, Order, PersonFigures
from regulars.people.models import Affiliation, Company, Person
from regulars.team.models import Business

MONTHS = 12
BY_MONTH = """
    WITH months AS (
        SELECT generate_series(date_trunc('month', %(today)s::date) - make_interval(months => %(months)s - 1),
            date_trunc('month', %(today)s::date), interval '1 month')::date AS month),
    spent AS (
        SELECT date_trunc('month', o.placed_at AT TIME ZONE %(zone)s)::date AS month, sum(o.base_minor - o.base_refunded_minor) AS net, count(*) AS orders
        FROM commerce_order o
        WHERE {whose} AND o.deleted_at IS NULL AND o.status <> 'cancelled'
            AND o.placed_at >= (date_trunc('month', %(today)s::date) - make_interval(months => %(months)s))
        GROUP BY 1)
    SELECT months.month, coalesce(spent.net, 0), coalesce(spent.orders, 0) FROM months LEFT JOIN spent USING (month) ORDER BY 1"""
OF_PERSON = "o.person_id = %(id)s"
OF_COMPANY = """(o.company_id = %(id)s OR (o.company_id IS NULL AND o.person_id IN (
    SELECT a.person_id FROM people_affiliation a WHERE a.company_id = %(id)s AND a.to_on IS NULL)))"""
PRODUCT_MONTHS = """
    WITH months AS (
        SELECT generate_series(date_trunc('month', %(today)s::date) - make_interval(months => %(months)s - 1),
            date_trunc('month', %(today)s::date), interval '1 month')::date AS month),
    sold AS (
        SELECT date_trunc('month', o.placed_at AT TIME ZONE %(zone)s)::date AS month, sum(l.quantity - l.refunded_quantity) AS pieces
        FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
        WHERE l.product_id = %(id)s AND o.deleted_at IS NULL AND o.status <> 'cancelled'
        GROUP BY 1)
    SELECT months.month, coalesce(sold.pieces, 0) FROM months LEFT JOIN sold USING (month) ORDER BY 1"""
PRODUCT_SALES = """
    SELECT coalesce(sum(l.quantity - l.refunded_quantity), 0), coalesce(sum(round(
            (l.total_minor - l.refunded_minor)::numeric * o.base_minor / nullif(o.total_minor, 0))), 0),
        count(DISTINCT o.person_id), count(DISTINCT o.id), max(o.placed_at)
    FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
    WHERE l.product_id = %(id)s AND o.deleted_at IS NULL AND o.status <> 'cancelled'"""
BUYERS = """
    SELECT o.person_id, sum(l.quantity - l.refunded_quantity) AS pieces, count(DISTINCT o.id), max(o.placed_at)
    FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
    WHERE l.product_id = %(id)s AND o.deleted_at IS NULL AND o.status <> 'cancelled' AND o.person_id IS NOT NULL
    GROUP BY o.person_id ORDER BY pieces DESC, o.person_id LIMIT %(most)s"""


@dataclass(frozen=True)
class Sales:
    """How a product sells: pieces and money less what was given back, buyers, orders, and when last."""

    pieces: int
    revenue_minor: int
    buyers: int
    orders: int
    last_at: datetime | None


@dataclass(frozen=True)
class Buyer:
    """Who buys a product, how many pieces in how many orders."""

    person_id: int
    pieces: int
    orders: int
    last_at: datetime


def figures_of(about: Person | Company) -> PersonFigures | CompanyFigures | None:
    """Return the figures of a person or company, None before the first order."""
    if isinstance(about, Company):
        return CompanyFigures.objects.filter(company=about).first()
    return PersonFigures.objects.filter(person=about).first()


def orders_of(about: Person | Company) -> QuerySet[Order]:
    """Return the live orders of a person, or of a company and its people, newest first."""
    if isinstance(about, Person):
        return Order.objects.filter(person=about, deleted_at__isnull=True).order_by("-placed_at", "-pk")
    staff = Affiliation.objects.filter(company=about, to_on__isnull=True).values("person")
    whose = Q(company=about) | Q(company__isnull=True, person__in=staff)
    return Order.objects.filter(whose, deleted_at__isnull=True).order_by("-placed_at", "-pk")


def months_of(about: Person | Company, today: date) -> list[tuple[date, int, int]]:
    """Return the revenue less refunds, in the business's currency, and the number of orders of each of the last twelve months."""
    whose = OF_COMPANY if isinstance(about, Company) else OF_PERSON
    return [
        (month, int(net), orders)
        for month, net, orders in _rows(BY_MONTH.format(whose=whose), about.pk, today)
    ]


def pieces_by_month(product_id: int, today: date) -> list[tuple[date, int]]:
    """Return how many pieces of a product were sold in each of the last twelve months."""
    return [(month, int(pieces)) for month, pieces in _rows(PRODUCT_MONTHS, product_id, today)]


def sales_of(product_id: int) -> Sales:
    """Return how a product sells."""
    pieces, revenue, buyers, orders, last_at = _rows(PRODUCT_SALES, product_id, date.min)[0]
    return Sales(int(pieces), int(revenue), buyers, orders, last_at)


def buyers_of(product_id: int, most: int = 10) -> list[Buyer]:
    """Return who bought most of a product."""
    rows = _rows(BUYERS, product_id, date.min, most)
    return [Buyer(person, int(pieces), orders, last_at) for person, pieces, orders, last_at in rows]


def _rows(sql: str, number: int, today: date, most: int = 0) -> list[tuple[Any, ...]]:
    zone = Business.current().time_zone
    with connection.cursor() as cursor:
        cursor.execute(sql, {"id": number, "today": today, "months": MONTHS, "zone": zone, "most": most})
        return cursor.fetchall()  # type: ignore[no-any-return]

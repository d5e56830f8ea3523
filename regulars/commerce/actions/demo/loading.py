from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.commerce.actions.bulk import OrderBatch, record_orders_in_bulk
from regulars.commerce.actions.demo.history import write_history
from regulars.commerce.actions.demo.life import bring_to_life
from regulars.commerce.actions.demo.people import add_companies, add_customers
from regulars.commerce.actions.demo.products import add_products, worded
from regulars.commerce.actions.demo.reading import CURRENCY, SHOP, Shop, read_shop
from regulars.commerce.actions.rates import rebase_orders
from regulars.commerce.actions.rhythm import learn_shop_rhythm
from regulars.commerce.engine.invented import country_code
from regulars.commerce.engine.retail import Line, unpack
from regulars.commerce.events import DemoLoaded
from regulars.commerce.models import ExchangeRate, Order
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce
from regulars.kit.money import format_money
from regulars.kit.refused import Refused, Text
from regulars.people.actions.stage_rules import evaluate_rules
from regulars.people.models import Person
from regulars.team.models import Business, Member

PACKED = Path(__file__).resolve().parents[2] / "data" / "online_retail.packed"
SOURCE = "demo"
Progress = Callable[[str], None]


class DemoThere(Refused):
    """The demo is loaded once."""

    code = "demo_there"
    default: ClassVar[Text] = gettext_lazy(
        "The demo is loaded already. Remove it first if you want it afresh."
    )


class OtherCurrency(Refused):
    """Without a rate the demo's pounds can't be counted."""

    code = "demo_currency"
    default: ClassVar[Text] = gettext_lazy(
        "The demo's orders are in pounds and this business already has orders in another currency. "
        "Load the demo into an installation of its own."
    )


@dataclass(frozen=True)
class Loaded:
    """What the demo brought."""

    people: int
    companies: int
    products: int
    orders: int
    refunds: int
    left_out: int


@dataclass
class Traces:
    """What else the demo made or changed, so that removing it leaves everything as it was."""

    before: dict[str, Any] = field(default_factory=dict)
    had_members: bool = False
    member_ids: list[int] = field(default_factory=list)
    team_ids: list[int] = field(default_factory=list)
    tag_ids: list[int] = field(default_factory=list)
    kind_ids: list[int] = field(default_factory=list)


@transaction.atomic
def load_demo(
    by: Actor, progress: Progress = lambda _text: None, *, lines: Iterable[Line] | None = None
) -> Loaded:
    """Load the demo shop: customers, companies, products, orders, refunds, figures, a team and its notes and tasks."""
    at = now()
    business, traces = _become_the_shop(at)
    progress(_("Reading a year of real orders"))
    yesterday = at.astimezone(ZoneInfo(business.time_zone)).date() - timedelta(days=1)
    shop = read_shop(lines if lines is not None else unpack(PACKED.read_bytes()), last_day=yesterday)

    progress(_("Sorting %(count)s products into kinds") % {"count": _said(len(shop.names))})
    traces.kind_ids = add_products(shop, business.currency, at)
    progress(_("Inventing %(count)s customers") % {"count": _said(len(shop.customers))})
    person_ids = add_customers(shop, by=by, at=at)
    company_ids = add_companies(shop, person_ids, at=at)
    progress(_("Writing %(count)s orders and their story") % {"count": _said(len(shop.orders))})
    orders, refunds = record_orders_in_bulk(
        _batch(shop, person_ids), by=by, at=at, is_demo=True, evaluate=False
    )
    if business.currency != CURRENCY:
        rebase_orders(CURRENCY, by=by, evaluate=False)
    write_history(shop, person_ids, learn_shop_rhythm() or 90, by=by, at=at)
    evaluate_rules(person_ids.values(), by=by, at=at)
    progress(_("Bringing the team to life"))
    bring_to_life(shop, person_ids, company_ids, traces, at=at)

    _remember(traces)
    loaded = Loaded(len(person_ids), len(company_ids), len(shop.names), orders, refunds, shop.left_out)
    announce(DemoLoaded(people=loaded.people, orders=loaded.orders), by=by)
    _refresh_statistics()
    return loaded


def _become_the_shop(at: datetime) -> tuple[Business, Traces]:
    """Put on the shop's name and currency unless somebody has begun to work here."""
    business, _new = Business.objects.select_for_update().get_or_create(pk=1)
    if business.is_demo or Order.objects.filter(is_demo=True).exists():
        raise DemoThere
    is_used = Person.objects.exists() or Order.objects.exists()
    if is_used and business.currency != CURRENCY and not _has_rate(at):
        raise OtherCurrency
    traces = Traces()
    if not is_used:
        traces.before = {name: getattr(business, name) for name in SHOP}
        traces.had_members = Member.objects.exists()
        for name, value in SHOP.items():
            setattr(business, name, value)
    business.is_demo = True
    business.save()
    return business, traces


def _has_rate(at: datetime) -> bool:
    a_year_ago = at.date() - timedelta(days=400)
    return ExchangeRate.objects.filter(currency=CURRENCY, day__lte=a_year_ago).exists()


def _batch(shop: Shop, person_ids: dict[str, int]) -> OrderBatch:
    """Return the shop as rows for the bulk action."""
    batch = OrderBatch(SOURCE, CURRENCY)
    for row, order in enumerate(shop.orders):
        batch.orders.append((
            row, order.number, person_ids.get(order.customer), None, order.placed_at, order.total,
            sum(line.total for line in order.lines if line.kind == "shipping"), 0, order.total, len(order.lines), "web shop",
            country_code(order.country), f"{order.number} · {format_money(order.total, CURRENCY)}",
        ))  # fmt: skip
        batch.lines.extend(
            (
                row,
                place,
                line.kind,
                line.sku,
                worded(line.name)[:250],
                line.quantity,
                line.price_text,
                line.total,
            )
            for place, line in enumerate(order.lines)
        )
    for row, refund in enumerate(shop.refunds):
        number = refund.number if refund.order is None else shop.orders[refund.order].number
        batch.refunds.append((
            row, refund.number, refund.order, person_ids.get(refund.customer), refund.refunded_at, refund.amount,
            refund.amount, refund.reason, f"{number} · {format_money(refund.amount, CURRENCY)}",
        ))  # fmt: skip
        batch.refund_lines.extend((row, refund.order, *line) for line in refund.lines)
    return batch


def _remember(traces: Traces) -> None:
    business = Business.objects.select_for_update().get(pk=1)
    business.settings["demo"] = vars(traces)
    business.save(update_fields=["settings", "updated_at"])


def _refresh_statistics() -> None:
    """Let the planner know what is there now; the role of the web may not, and then the nightly vacuum does."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in (
            "people_person",
            "people_identity",
            "commerce_order",
            "commerce_orderline",
            "timeline_touchpoint",
        ):
            cursor.execute(f"ANALYZE {table}")


def _said(count: int) -> str:
    return number_format(count, force_grouping=True)

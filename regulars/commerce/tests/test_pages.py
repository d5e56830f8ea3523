from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.commerce.actions import (
    RefundDraft,
    SubscriptionDraft,
    create_kind,
    refund_order,
    start_subscription,
)
from regulars.commerce.models import ExchangeRate, Kind, Order, PersonFigures, Product, Subscription
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.models import Affiliation, CustomField
from regulars.team.models import Business, Member, Team
from tests.cast import a_company, a_person, an_order

pytestmark = pytest.mark.django_db
CLOCK = Actor.clock("test")
SignIn = Callable[[Member], Client]


@pytest.fixture
def office(olga: Member, signed_in: SignIn) -> Client:
    return signed_in(olga)


def lines(*rows: dict[str, str], held: int = 0) -> dict[str, str]:
    told = {"line-TOTAL_FORMS": str(len(rows)), "line-INITIAL_FORMS": str(held)}
    for place, row in enumerate(rows):
        told |= {f"line-{place}-{name}": value for name, value in row.items()}
    return told


def head(**values: str) -> dict[str, str]:
    return {"placed_at": "2026-03-01T10:00", "status": "paid", "currency": "EUR", **values}


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_list_shows_orders_with_customers_and_guests(office: Client) -> None:
    an_order(a_person("Ada Lovelace"), number="A-1")
    an_order(number="A-2")

    page = text(office.get("/orders/"))

    assert all(words in page for words in ("A-1", "A-2", "Ada Lovelace", "Guest", "20.00"))


def test_the_list_asks_as_often_for_three_as_for_one(office: Client) -> None:
    an_order(a_person("Ada"))
    office.get("/orders/")
    with CaptureQueriesContext(connection) as one:
        office.get("/orders/")
    for name in ("Bob", "Cid"):
        an_order(a_person(name))
    with CaptureQueriesContext(connection) as three:
        office.get("/orders/")

    assert len(three) == len(one)


def test_orders_are_searched_by_number_and_by_customer(office: Client) -> None:
    an_order(a_person("Ada Lovelace"), number="A-1")
    an_order(number="B-2")

    by_number = text(office.get("/orders/", {"q": "B-"}))

    assert "B-2" in by_number
    assert "A-1" not in by_number


def test_an_agent_sees_only_the_orders_of_the_team(
    north: Team, south: Team, aino: Member, signed_in: SignIn
) -> None:
    ours = an_order(a_person("Ada", team=north), number="OURS")
    theirs = an_order(a_person("Bob", team=south), number="THEIRS")
    guest = an_order(number="GUEST")
    desk = signed_in(aino)

    page = text(desk.get("/orders/"))

    assert "OURS" in page
    assert "THEIRS" not in page
    assert "GUEST" not in page
    assert desk.get(f"/orders/{ours.pk}/").status_code == 200
    assert desk.get(f"/orders/{theirs.pk}/").status_code == 404
    assert desk.post(f"/orders/{guest.pk}/deletion/").status_code == 404


def test_who_only_reads_changes_nothing(ana: Member, signed_in: SignIn) -> None:
    order = an_order()
    desk = signed_in(ana)

    page = text(desk.get(f"/orders/{order.pk}/"))

    assert "refunds/new" not in page
    assert desk.post(f"/orders/{order.pk}/cancellation/").status_code == 403
    assert desk.post(f"/orders/{order.pk}/refunds/new/", {}).status_code == 403
    order.refresh_from_db()
    assert order.status == "paid"


def test_an_order_page_tells_lines_refunds_and_history(office: Client) -> None:
    order = an_order(a_person("Ada"), lines=[("WAX", "3", "8"), ("SOAP", "1", "4")], channel="market")
    refund_order(order, RefundDraft(amount_minor=500, reason="Chipped"), by=CLOCK, at=now())

    page = text(office.get(f"/orders/{order.pk}/"))

    assert all(
        words in page
        for words in ("Wax", "Soap", "28.00", "Chipped", "23.00", "market", "Partly refunded", "History")
    )


def test_an_order_is_written_down_for_a_customer(office: Client) -> None:
    ada = a_person("Ada")
    said = head(shipping="4,90") | lines(
        {"sku": "WAX", "name": "Candle", "quantity": "2", "unit_price": "8,50"}, {"sku": ""}
    )

    answer = office.post(f"/orders/new/?person={ada.pk}", said)

    order = Order.objects.get()
    assert answer.headers["Location"] == f"/orders/{order.pk}/"
    assert (order.person, order.total_minor, order.shipping_minor) == (ada, 2190, 490)
    assert Product.objects.get().sku == "WAX"


def test_a_mistake_in_a_new_order_is_said_beside_the_field(office: Client) -> None:
    answer = office.post(
        "/orders/new/", head(currency="EURO", placed_at="2199-01-01T10:00") | lines({"sku": "A"})
    )

    assert answer.status_code == 422
    assert Order.objects.count() == 0


def test_editing_keeps_the_lines_and_refuses_what_changed_meanwhile(office: Client) -> None:
    order = an_order(lines=[("WAX", "2", "8"), ("SOAP", "1", "4")])
    rows = [
        {"id": str(line.pk), "kind": line.kind, "sku": line.sku, "name": line.name,
         "quantity": str(line.quantity), "unit_price": str(line.unit_price)}
        for line in order.lines.all()
    ]  # fmt: skip
    said = head(number=order.number, coupon="SPRING", version="1")

    assert office.post(f"/orders/{order.pk}/edit/", said | lines(*rows, held=2)).status_code == 302
    order.refresh_from_db()
    assert (order.coupon, order.total_minor, order.lines.count()) == ("SPRING", 2000, 2)
    late = office.post(f"/orders/{order.pk}/edit/", said | lines(*rows, held=2))
    assert late.status_code == 422
    assert "while you were looking" in text(late)

    rows[1] |= {"sku": "", "name": "", "unit_price": ""}
    office.post(f"/orders/{order.pk}/edit/", said | {"version": "2"} | lines(*rows, held=2))
    order.refresh_from_db()
    assert (order.total_minor, order.lines.count()) == (1600, 1)


def test_pieces_of_a_line_are_refunded_and_the_undo_takes_it_back(office: Client) -> None:
    order = an_order(lines=[("WAX", "4", "8")])
    line = order.lines.get()
    url = f"/orders/{order.pk}/refunds/new/"
    assert "of 4" in text(office.get(url))

    answer = office.post(url, {f"line-{line.pk}": "1", "reason": "Chipped"}, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    order.refresh_from_db()
    assert order.refunded_minor == 800
    refund = order.refunds.get()
    office.post(f"/refunds/{refund.pk}/withdrawal/")
    order.refresh_from_db()
    assert order.refunded_minor == 0


def test_too_many_pieces_are_refused_with_how_many_are_left(office: Client) -> None:
    order = an_order(lines=[("WAX", "4", "8")])

    answer = office.post(
        f"/orders/{order.pk}/refunds/new/",
        {f"line-{order.lines.get().pk}": "5"},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 409
    assert "only 4" in answer.headers["HX-Trigger"]


def test_an_order_is_cancelled_reinstated_deleted_and_brought_back(office: Client) -> None:
    order = an_order(a_person("Ada"))
    for deed, status in (("cancellation", "cancelled"), ("reinstatement", "paid")):
        office.post(f"/orders/{order.pk}/{deed}/")
        order.refresh_from_db()
        assert order.status == status

    office.post(f"/orders/{order.pk}/deletion/")
    assert office.get(f"/orders/{order.pk}/").status_code == 404
    office.post(f"/orders/{order.pk}/restoration/")
    assert office.get(f"/orders/{order.pk}/").status_code == 200


def test_a_guest_order_is_given_to_a_customer_by_e_mail(office: Client) -> None:
    ada = a_person("Ada", email="ada@example.org")
    order = an_order()
    url = f"/orders/{order.pk}/assignment/"

    assert "Nobody fits" in text(office.post(url, {"customer": "nobody@example.org"}))
    office.post(url, {"customer": "ada@example.org"})

    assert PersonFigures.objects.get(person=ada).order_count == 1
    office.post(f"/orders/{order.pk}/assignment/undo/?person=")
    assert PersonFigures.objects.get(person=ada).order_count == 0


def test_a_customers_page_shows_tiles_orders_and_subscriptions(office: Client) -> None:
    ada = a_person("Ada")
    for days in (60, 40, 20, 1):
        an_order(ada, at=now() - timedelta(days=days), number=f"N{days}", total="25")
    start_subscription(
        ada, SubscriptionDraft(name="Bean box", amount_minor=900, started_on=now().date()), by=CLOCK, at=now()
    )

    page = text(office.get(f"/people/{ada.pk}/"))

    assert all(
        words in page for words in ("100.00", "25.00", "20 days", "N1", "N60", "Bean box", "sparkline")
    )


def test_a_companys_page_adds_up_its_people(office: Client) -> None:
    ada, aalto = a_person("Ada"), a_company("Aalto")
    Affiliation.objects.create(person=ada, company=aalto, created_at=now())
    an_order(ada, number="N1")

    page = text(office.get(f"/companies/{aalto.pk}/"))

    assert "N1" in page
    assert "20.00" in page


def test_a_subscription_is_started_changed_renewed_and_ended_on_the_page(office: Client) -> None:
    ada = a_person("Ada")
    said = {"name": "Bean box", "amount": "9", "interval": "month", "started_on": "2026-01-31"}
    assert office.post(f"/people/{ada.pk}/subscriptions/new/", said).status_code == 204
    box = Subscription.objects.get()

    office.post(
        f"/subscriptions/{box.pk}/", said | {"amount": "12,50", "status": "active", "renews_on": "2026-02-28"}
    )
    office.post(f"/subscriptions/{box.pk}/renewal/")
    office.post(f"/subscriptions/{box.pk}/ending/")

    box.refresh_from_db()
    assert (box.amount_minor, box.renewals, box.status) == (1250, 1, "ended")


def test_products_are_added_changed_and_seen_with_who_buys_them(office: Client) -> None:
    kind = create_kind("Candles", by=CLOCK)
    office.post(
        "/products/new/",
        {"name": "Beeswax", "sku": "WAX", "price": "8", "cost": "3", "kind": kind.pk, "is_active": "on"},
    )
    product = Product.objects.get()
    an_order(a_person("Ada"), lines=[("WAX", "4", "8")])

    office.post(
        f"/products/{product.pk}/edit/",
        {"name": "Beeswax", "sku": "WAX", "price": "9", "cost": "", "kind": "", "margin": "40"},
    )

    product.refresh_from_db()
    assert (product.price_minor, product.cost_minor, product.margin_percent, product.kind) == (
        900,
        None,
        Decimal(40),
        None,
    )
    page = text(office.get(f"/products/{product.pk}/"))
    assert "Ada" in page
    assert "4 pieces" in page
    assert "Beeswax" in text(office.get("/products/", {"q": "wax"}))
    office.post(f"/products/{product.pk}/deletion/")
    assert office.get(f"/products/{product.pk}/").status_code == 404


def test_costs_and_margins_are_not_for_agents(aino: Member, signed_in: SignIn) -> None:
    product = Product.objects.create(sku="WAX", name="Beeswax", margin_percent=37, cost_minor=123, price_minor=900, currency="EUR",
                                     created_at=now(), updated_at=now())  # fmt: skip
    desk = signed_in(aino)

    pages = text(desk.get(f"/products/{product.pk}/")) + text(
        desk.get("/products/", {"columns": "name,price,margin,cost"})
    )

    assert "9.00" in pages
    assert "37 %" not in pages
    assert "Margin" not in pages
    assert "1.23" not in pages


def test_kinds_and_rates_are_kept_in_the_settings(office: Client) -> None:
    office.post("/settings/kinds/new/", {"name": "Home"})
    home = Kind.objects.get()
    office.post(f"/settings/kinds/new/?under={home.pk}", {"name": "Candles", "parent": home.pk})
    candles = Kind.objects.get(name="Candles")
    office.post(f"/settings/kinds/{candles.pk}/", {"name": "Wax", "parent": ""})
    office.post("/settings/kinds/level/", {"level": "2"})
    office.post("/settings/currencies/new/", {"currency": "usd", "rate": "0.9", "day": "2026-01-01"})

    candles.refresh_from_db()
    assert (candles.name, candles.level) == ("Wax", 1)
    assert "Wax" in text(office.get("/settings/kinds/"))
    assert "1 USD = 0.9 EUR" in text(office.get("/settings/currencies/"))
    office.post(f"/settings/kinds/{candles.pk}/removal/")
    office.post(f"/settings/currencies/{ExchangeRate.objects.get().pk}/removal/")
    assert (Kind.objects.count(), ExchangeRate.objects.count()) == (1, 0)


def test_the_demo_is_offered_to_owners_only(office: Client, aino: Member, signed_in: SignIn) -> None:
    assert "Load the demo" in text(office.get("/settings/demo/"))
    assert signed_in(aino).get("/settings/demo/").status_code == 403


def test_own_fields_of_an_order_are_edited_where_they_stand_and_taken_back(office: Client) -> None:
    CustomField.objects.create(
        subject="order", key="wrap", label="Gift wrap", type="choice", choices=["red", "blue"]
    )
    order = an_order(number="A-1", custom={"wrap": "red"})
    url = f"/orders/{order.pk}/own/wrap/"

    page = text(office.get(f"/orders/{order.pk}/"))
    saved = office.post(url, {"value": "blue"})
    wrong = office.post(url, {"value": "green"})
    order.refresh_from_db()

    assert "Gift wrap" in page
    assert (saved.status_code, wrong.status_code, order.custom) == (200, 422, {"wrap": "blue"})
    assert office.post(f"{url}?value=red").status_code == 204
    order.refresh_from_db()
    assert order.custom == {"wrap": "red"}
    assert office.post(f"/orders/{order.pk}/own/hat/", {"value": "x"}).status_code == 404


def test_an_old_page_of_the_demo_never_does_the_opposite(office: Client) -> None:
    Business.objects.update(is_demo=False)
    office.post("/settings/demo/", {"removal": "yes"})
    assert not jobs_named("demo")

    Business.objects.update(is_demo=True)
    office.post("/settings/demo/")
    assert not jobs_named("demo")

    office.post("/settings/demo/", {"removal": "yes"})
    assert len(jobs_named("demo")) == 1


def test_only_who_may_remove_the_demo_is_offered_to(office: Client, aino: Member, signed_in: SignIn) -> None:
    Business.objects.update(is_demo=True)

    assert "Take the demo away" in text(office.get("/orders/"))
    assert "Take the demo away" not in text(signed_in(aino).get("/orders/"))


def jobs_named(part: str) -> list[str]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(task_name__contains=part).values_list("task_name", flat=True))

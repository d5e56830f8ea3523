from __future__ import annotations

import csv
import gzip
import io
from datetime import date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from regulars.commerce.actions.demo import load_demo, remove_demo
from regulars.commerce.actions.demo.loading import PACKED, DemoThere
from regulars.commerce.actions.demo.reading import read_shop
from regulars.commerce.actions.demo.removing import NoDemo
from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.engine.history import health_spans, stage_spans
from regulars.commerce.engine.invented import MAIL_DOMAINS, country_code, invent_person
from regulars.commerce.engine.kinds import all_kinds, kind_of
from regulars.commerce.engine.retail import Line, pack, unpack
from regulars.commerce.models import Kind, Order, PersonFigures, Product, Refund
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.models import Company, Identity, Note, Person, SearchDoc, StageInterval, Tag, Task
from regulars.people.tests.shared_data import shared
from regulars.team.models import Business, Member, Team
from regulars.timeline.models import Touchpoint
from tests.cast import a_person, an_order

CLOCK = Actor.clock("test")
LAST = date(2026, 6, 1)


def some_lines(count: int = 4000) -> list[Line]:
    return list(islice(unpack(PACKED.read_bytes()), count))


def line(
    invoice: str, code: str, quantity: int, price: str = "2.00", customer: str = "17850.0", **more: str
) -> Line:
    moment = more.get("moment", "2010-12-01 08:26:00")
    return Line(
        invoice, code, more.get("text", "CANDLE"), str(quantity), moment, price, customer, "United Kingdom"
    )


def test_packing_loses_nothing() -> None:
    lines = [*some_lines(500), line("C1", "A", -5, "0.001"), line("A2", "B", 1, "-11062.06", "")]

    assert list(unpack(pack(lines))) == lines


@pytest.mark.slow
def test_what_is_shipped_is_the_published_file() -> None:
    with gzip.open(shared("orders/online_retail.csv.gz"), "rt", encoding="utf-8", newline="") as source:
        rows = csv.reader(io.StringIO(source.read()))
    next(rows)

    assert all(list(ours) == theirs for ours, theirs in zip(unpack(PACKED.read_bytes()), rows, strict=True))


def test_lines_of_an_invoice_are_an_order_and_what_is_no_order_is_left_out() -> None:
    shop = read_shop(
        [
            line("1", "A", 3), line("1", "POST", 1, "18.00"), line("1", "D", -1, "1.00"),
            line("2", "B", -9, "0.0", ""), line("A3", "B", 1, "99.0", ""), line("4", "B", 2, "5.00", ""),
        ],
        last_day=LAST,
    )  # fmt: skip

    assert [(order.number, order.customer, order.total) for order in shop.orders] == [
        ("1", "17850", 2300),
        ("4", "", 1000),
    ]
    assert [one.kind for one in shop.orders[0].lines] == ["product", "shipping", "discount"]
    assert shop.left_out == 2


def test_a_cancellation_gives_back_the_newest_order_it_fits() -> None:
    day = "2010-12-0{} 10:00:00"
    shop = read_shop(
        [
            line("1", "A", 3, moment=day.format(1)), line("2", "A", 3, moment=day.format(2)),
            line("3", "A", 3, customer="2", moment=day.format(2)), line("C4", "A", -4, moment=day.format(3)),
            line("C5", "A", -5, moment=day.format(4)),
        ],
        last_day=LAST,
    )  # fmt: skip

    told = [(refund.number, refund.order, refund.amount) for refund in shop.refunds]
    assert told == [("C4", 1, 600), ("C4", 0, 200), ("C5", 0, 400), ("C5", None, 600)]


def test_the_same_customer_is_invented_on_every_run_and_fits_the_country() -> None:
    assert invent_person(12347, "IS") == invent_person(12347, "IS")
    assert invent_person(12347, "JP").city in ("東京", "大阪", "京都", "名古屋", "札幌", "福岡")
    assert country_code("RSA") == "ZA"


def test_every_description_has_a_kind() -> None:
    assert kind_of("SET OF 3 CAKE TINS PANTRY DESIGN ") == ("Kitchen", "Baking")
    assert kind_of("") == ("Gifts", "Other gifts")
    assert len({top for top, _kind in all_kinds()}) < 15


def test_the_past_gives_stages_and_health() -> None:
    at = now()
    purchases = [at - timedelta(days=days) for days in (200, 190, 20)]

    assert [span.value for span in stage_spans(purchases)] == ["acquired", "nurtured", "retained"]
    told = [span.value for span in health_spans(purchases, 10, at)]
    assert told == ["steady", "wavering", "at_risk", "lapsed", "won_back", "wavering"]


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demo_is_a_whole_shop_that_ends_yesterday() -> None:
    loaded = load_demo(CLOCK, lines=unpack_ending_well())

    business = Business.current()
    assert (business.is_demo, business.currency) == (True, "GBP")
    last = Order.objects.order_by("-placed_at")[0].placed_at
    yesterday = now().astimezone(ZoneInfo("Europe/London")).date() - timedelta(days=1)
    assert last.astimezone(ZoneInfo("Europe/London")).date() == yesterday
    assert loaded.orders == Order.objects.count()
    assert loaded.people == Person.objects.count() == PersonFigures.objects.count()
    assert Touchpoint.objects.filter(kind="order.placed", is_silent=True).count() == loaded.orders
    assert (
        Touchpoint.objects.filter(kind="order.refunded").count() == loaded.refunds == Refund.objects.count()
    )
    assert SearchDoc.objects.filter(subject="person").count() == loaded.people
    assert StageInterval.objects.filter(axis="stage").exists()
    assert not Product.objects.filter(kind__isnull=True).exists()
    addresses = Identity.objects.filter(kind="email").values_list("value", flat=True)
    assert {address.partition("@")[2] for address in addresses} == set(MAIL_DOMAINS)
    assert all(model.objects.exists() for model in (Note, Task, Tag, Company, Team, Member))
    with pytest.raises(DemoThere):
        load_demo(CLOCK, lines=[])


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demos_figures_are_those_of_a_recount() -> None:
    load_demo(CLOCK, lines=unpack_ending_well())
    before = list(PersonFigures.objects.order_by("pk").values())

    recount_figures(Person.objects.values_list("pk", flat=True), by=CLOCK)

    assert list(PersonFigures.objects.order_by("pk").values()) == before


@pytest.mark.slow
@pytest.mark.django_db
def test_removing_the_demo_leaves_exactly_what_was_entered_by_hand(business: Business) -> None:
    ada = a_person("Ada", email="ada@aalto.example")
    load_demo_beside_real_people()
    order = an_order(ada, total="12", number="real-1")

    remove_demo(CLOCK)

    assert list(Person.objects.all()) == [ada]
    assert list(Order.objects.all()) == [order]
    assert list(Product.objects.values_list("sku", flat=True)) == ["COFFEE"]
    # That the demo came and went is a fact as well.
    kept = Touchpoint.objects.exclude(kind__startswith="demo.")
    assert set(kept.values_list("person", flat=True)) == {ada.pk}
    leftovers = (Company, Note, Task, Tag, Kind, Team, Member, Refund)
    assert not any(model.objects.exists() for model in leftovers)
    assert not Business.current().is_demo
    assert Business.current().currency == "EUR"
    with pytest.raises(NoDemo):
        remove_demo(CLOCK)


@pytest.mark.slow
@pytest.mark.django_db
def test_removing_an_untouched_demo_gives_the_business_its_name_back() -> None:
    Business.objects.create(pk=1, name="Kahvila Aalto", currency="EUR", country="FI")
    load_demo(CLOCK, lines=some_lines(800))
    assert Business.current().name != "Kahvila Aalto"

    remove_demo(CLOCK)

    held = Business.current()
    assert (held.name, held.currency, held.country, held.is_demo) == ("Kahvila Aalto", "EUR", "FI", False)


def unpack_ending_well() -> list[Line]:
    """Return the first few thousand lines, and one on the last day of the file."""
    last = line(
        "581587",
        "22138",
        3,
        "4.95",
        "12680.0",
        moment="2011-12-09 12:50:00",
        text="BAKING SET 9 PIECE RETROSPOT",
    )
    return [*some_lines(), last]


def load_demo_beside_real_people() -> None:
    from decimal import Decimal

    from regulars.commerce.actions import set_exchange_rate

    set_exchange_rate("GBP", Decimal("1.17"), day=date(2000, 1, 1), by=CLOCK)
    load_demo(CLOCK, lines=some_lines(1500))


@pytest.mark.slow
@pytest.mark.django_db
def test_what_an_owner_said_while_the_demo_was_there_stays() -> None:
    load_demo(CLOCK, lines=some_lines(300))
    Member.objects.create_user("rosa@example.org", name="Rosa", role="owner")
    Business.objects.update(name="Rosa's Roses")

    remove_demo(CLOCK)

    held = Business.current()
    assert (held.name, held.country, held.currency, held.is_demo) == ("Rosa's Roses", "GB", "GBP", False)

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.commerce.actions.imports.orders import whole_orders
from regulars.commerce.models import Order, OrderLine, PersonFigures, Product, Refund, RefundLine
from regulars.kit.actor import Actor
from regulars.people.actions.imports import FileRefused, counts, draft_import, run_import
from regulars.people.models import Identity, ImportReject, ImportRun, Person
from regulars.team.models import AuditEntry, Business
from regulars.timeline.models import Touchpoint
from tests.cast import a_person

pytestmark = pytest.mark.django_db
UCI = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SHOP = "Order number,Date,Customer e-mail,SKU,Product,Quantity,Price,Currency,Status,Channel\n"


@pytest.fixture
def take(tmp_path: Path, business: Business, by_olga: Actor) -> Callable[..., ImportRun]:
    """Import a text as a file of orders and return the run."""

    def take_in(text: str, **values: object) -> ImportRun:
        path = tmp_path / "orders.csv"
        path.write_text(text, encoding="utf-8")
        return run_import(draft_import("orders", path, by=by_olga, **values), by=by_olga)

    return take_in


def counted(run: ImportRun) -> tuple[int, ...]:
    found = counts(run)
    assert found["seen"] == found["created"] + found["updated"] + found["unchanged"] + found["rejected"]
    return tuple(found.values())


def uci(*rows: str) -> str:
    """Return a file in the UCI layout: "number code quantity price day customer"."""
    lines = []
    for row in rows:
        number, code, quantity, price, day, customer = row.split()
        guest = "" if customer == "-" else f"{customer}.0"
        lines.append(
            f"{number},{code},THING {code},{quantity},2011-{day} 10:00:00,{price},{guest},United Kingdom\n"
        )
    return UCI + "".join(lines)


def test_lines_of_one_invoice_are_an_order_of_a_customer_known_by_id(take: Callable[..., ImportRun]) -> None:
    run = take(
        uci("536365 A1 6 2.55 01-05 17850", "536365 B2 2 1.10 01-05 17850", "536365 POST 1 18.0 01-05 17850")
    )

    order = Order.objects.get()
    person = Person.objects.get()
    assert counted(run) == (3, 3, 0, 0, 0)
    assert (order.number, order.total_minor, order.base_minor, order.line_count, order.country) == (
        "536365",
        3550,
        3550,
        3,
        "GB",
    )
    assert (order.person, person.name) == (person, "Customer 17850")
    assert Identity.objects.values_list("kind", "value").get() == ("external", "17850")
    assert list(order.lines.values_list("position", "kind", "sku", "total_minor")) == [
        (0, "product", "A1", 1530), (1, "product", "B2", 220), (2, "shipping", "POST", 1800),
    ]  # fmt: skip
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A1", "B2"]
    figures = PersonFigures.objects.get(person=person)
    assert (figures.order_count, figures.revenue_minor) == (1, 3550)


def test_orders_are_silent_history_with_one_audit_entry(take: Callable[..., ImportRun]) -> None:
    run = take(uci("1 A1 1 2.00 01-05 7", "2 A1 1 2.00 01-06 7"))

    placed = Touchpoint.objects.filter(kind="order.placed")
    assert set(placed.values_list("is_silent", "actor_kind", "actor_id")) == {(True, "import", run.pk)}
    assert placed.count() == 2
    assert AuditEntry.objects.filter(action="import.finished").count() == 1
    assert not AuditEntry.objects.filter(action="order.placed").exists()


def test_an_order_without_customer_stays_an_order_of_a_guest(take: Callable[..., ImportRun]) -> None:
    run = take(uci("1 A1 1 2.00 01-05 -"))

    assert counted(run) == (1, 1, 0, 0, 0)
    assert Order.objects.get().person is None
    assert not Person.objects.exists()


def test_a_cancellation_is_a_refund_of_the_latest_earlier_order_that_has_enough(
    take: Callable[..., ImportRun],
) -> None:
    run = take(
        uci(
            "1 A1 10 2.00 01-01 7",
            "2 A1 4 2.00 01-02 7",
            "3 A1 10 2.00 01-03 7",
            "C9 A1 -6 2.00 01-04 7",
            "4 A1 9 2.00 01-05 7",
        )
    )

    refund = Refund.objects.get()
    assert counted(run) == (5, 5, 0, 0, 0)
    assert run.options["cancelled"] == {"whole": 1, "split": 0, "loose": 0}
    assert (refund.number, refund.order and refund.order.number, refund.amount_minor) == ("C9", "3", 1200)
    assert RefundLine.objects.values_list("sku", "quantity", "amount_minor").get() == ("A1", Decimal(6), 1200)
    assert OrderLine.objects.values_list("refunded_quantity", "refunded_minor").get(order__number="3") == (
        Decimal(6),
        1200,
    )
    order = Order.objects.get(number="3")
    assert (order.refunded_minor, order.base_refunded_minor, order.net_minor) == (1200, 1200, 800)
    figures = PersonFigures.objects.get()
    assert (figures.order_count, figures.refund_count, figures.revenue_minor) == (4, 1, 5400)


def test_what_no_single_order_covers_is_split_and_the_rest_is_a_refund_of_its_own(
    take: Callable[..., ImportRun],
) -> None:
    run = take(
        uci("1 A1 3 2.00 01-01 7", "2 A1 2 2.00 01-02 7", "3 A1 9 5.00 01-03 7", "C9 A1 -6 2.00 01-04 7")
    )

    assert run.options["cancelled"] == {"whole": 0, "split": 0, "loose": 1}
    assert sorted(Refund.objects.values_list("order__number", "amount_minor"), key=str) == [
        ("1", 600),
        ("2", 400),
        (None, 200),
    ]
    assert "No earlier order" in Refund.objects.get(order=None).reason
    assert PersonFigures.objects.get().revenue_minor == 600 + 400 + 4500 - 1200


def test_rows_that_are_no_sale_are_refused_each_with_its_reason(take: Callable[..., ImportRun]) -> None:
    run = take(
        uci("A5 B 1 100.0 01-01 -", "1 A1 -5 0.0 01-01 -", "2 A1 5 0.0 01-01 -", "C3 A1 -5 2.0 01-01 -", "4 A1 5 0.0 01-01 7", "5 A1 2 1.0 01-01 7")
    )  # fmt: skip

    reasons = dict(ImportReject.objects.values_list("row", "reason"))
    assert counted(run) == (6, 2, 0, 0, 4)
    assert [reasons[row][:18] for row in (2, 3, 4, 5)] == [
        "A bookkeeping adju", "A stock correction", "A stock note: noth", "A cancellation wit",
    ]  # fmt: skip
    assert sorted(Order.objects.values_list("number", "total_minor")) == [("4", 0), ("5", 200)]


def test_the_same_file_again_changes_nothing(take: Callable[..., ImportRun]) -> None:
    text = uci(
        "1 A1 2 2.00 01-01 7",
        "1 A1 2 2.00 01-01 7",
        "1 B2 1 1.00 01-01 7",
        "C9 A1 -1 2.00 01-04 7",
        "2 A1 1 2.00 01-05 -",
    )
    take(text)
    before = [
        list(model.objects.order_by("pk").values()) for model in (Order, OrderLine, Refund, Product, Person)
    ]

    again = take(text)

    assert counted(again) == (5, 0, 0, 5, 0)
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Order, OrderLine, Refund, Product, Person)
    ]
    assert Touchpoint.objects.filter(kind__startswith="order.").count() == 3


def test_an_order_whose_lines_changed_is_corrected_unless_it_was_refunded(
    take: Callable[..., ImportRun],
) -> None:
    take(uci("1 A1 2 2.00 01-01 7", "2 A1 2 2.00 01-02 7", "C9 A1 -1 2.00 01-04 7"))

    run = take(uci("1 A1 5 2.00 01-01 7", "2 A1 7 2.00 01-02 7", "C9 A1 -1 2.00 01-04 7"))

    assert counted(run) == (3, 0, 1, 1, 1)
    assert dict(Order.objects.values_list("number", "total_minor")) == {"1": 1000, "2": 400}
    assert "refunded in part" in ImportReject.objects.latest("pk").reason


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("create", (2, 1, 0, 1, 0)), ("update", (2, 0, 1, 0, 1)), ("upsert", (2, 1, 1, 0, 0))],
)
def test_the_ways_to_import_orders(
    take: Callable[..., ImportRun], mode: str, expected: tuple[int, ...]
) -> None:
    take(uci("1 A1 2 2.00 01-01 7"))

    assert counted(take(uci("1 A1 3 2.00 01-01 7", "2 A1 1 2.00 01-02 7"), mode=mode)) == expected


def test_an_export_of_any_shop_finds_its_customers_by_e_mail(take: Callable[..., ImportRun]) -> None:
    ada = a_person("Ada Lovelace", email="ada@example.org")

    run = take(
        SHOP + 'R-1,31.12.2024 18:30,ADA@example.org,K-1,Kahvi,2,"12,50",EUR,fulfilled,web\n'
        'R-1,31.12.2024 18:30,ADA@example.org,K-2,Pulla,1,"3,00",EUR,fulfilled,web\nR-2,01.01.2025,new@example.org,K-1,Kahvi,1,"12,50",EUR,cancelled,shop\n'
    )

    order = Order.objects.get(number="R-1")
    assert counted(run) == (3, 3, 0, 0, 0)
    assert (order.person, order.total_minor, order.status, order.channel) == (ada, 2800, "shipped", "web")
    assert order.placed_at.isoformat() == "2024-12-31T16:30:00+00:00"
    assert Order.objects.get(number="R-2").status == "cancelled"
    assert Person.objects.count() == 2


def test_a_currency_without_a_rate_is_refused_row_by_row(take: Callable[..., ImportRun]) -> None:
    run = take(
        SHOP
        + "R-1,2024-12-31,a@example.org,K,Kahvi,1,5.00,USD,,\nR-2,2024-12-31,a@example.org,K,Kahvi,1,5.00,EUR,,\n"
    )

    assert counted(run) == (2, 1, 0, 0, 1)
    assert "no exchange rate from USD" in ImportReject.objects.get().reason


def test_a_file_without_orders_in_it_is_refused(take: Callable[..., ImportRun]) -> None:
    with pytest.raises(FileRefused, match="does not look like a list of orders"):
        take("name,email\nAda,ada@example.org\n")


def test_a_rehearsal_counts_the_same_and_changes_nothing(take: Callable[..., ImportRun]) -> None:
    text = uci("1 A1 2 2.00 01-01 7", "C9 A1 -1 2.00 01-04 7", "2 A1 -1 2.00 01-05 -")

    dry = take(text, is_dry_run=True)

    assert not Order.objects.exists()
    assert not Person.objects.exists()
    assert counted(dry) == counted(take(text)) == (3, 2, 0, 0, 1)


def test_lines_that_stand_together_are_merged_together() -> None:
    rows = [[str(number // 3)] for number in range(10)]
    chunks = [(2, rows[:4]), (6, rows[4:8]), (10, rows[8:])]

    found = list(whole_orders(iter(chunks), 0))

    assert [row for _first, part in found for row in part] == rows
    assert [first for first, _part in found] == [
        2 + sum(len(part) for _f, part in found[:place]) for place in range(len(found))
    ]
    assert all(one[-1] != other[0] for (_a, one), (_b, other) in zip(found, found[1:], strict=False))

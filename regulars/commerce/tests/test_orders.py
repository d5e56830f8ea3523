from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from regulars.commerce.actions import (
    LineDraft,
    OrderChange,
    OrderDraft,
    assign_order,
    cancel_order,
    change_order,
    delete_order,
    record_order,
    reinstate_order,
    restore_order,
    set_exchange_rate,
)  # fmt: skip
from regulars.commerce.actions.changing import (
    AlreadyCancelled,
    ChangedMeanwhile,
    LessThanRefunded,
    NumberTaken,
)
from regulars.commerce.models import Order, PersonFigures, Product
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid, NotThere
from regulars.people.models import Identity
from regulars.team.models import AuditEntry, Business
from regulars.timeline.models import Touchpoint
from tests.cast import a_company, a_person, an_order

pytestmark = pytest.mark.django_db
CLOCK = Actor.clock("test")
MAY = datetime(2024, 5, 3, 12, tzinfo=UTC)


def draft(**values: object) -> OrderDraft:
    line = LineDraft(sku="A1", name="Ethiopia", quantity=Decimal(2), unit_price=Decimal("12.50"))
    return OrderDraft(**{"currency": "EUR", "placed_at": MAY, "lines": [line], "number": "1001", **values})  # type: ignore[arg-type]


def test_an_order_is_recorded_with_lines_product_touchpoint_audit_entry_and_figures(
    business: Business,
) -> None:
    ada = a_person("Ada Lovelace", country="GB")

    order, is_new = record_order(
        draft(person_id=ada.pk, channel="web", shipping_minor=490), by=CLOCK, at=now()
    )

    assert is_new
    assert (order.total_minor, order.base_minor, order.country, order.line_count) == (2990, 2990, "GB", 1)
    line = order.lines.get()
    assert (line.sku, line.name, line.quantity, line.total_minor) == ("A1", "Ethiopia", 2, 2500)
    assert line.product == Product.objects.get(sku="A1", price_minor=1250)
    figures = PersonFigures.objects.get(person=ada)
    assert (figures.order_count, figures.revenue_minor, figures.last_order_at) == (1, 2990, MAY)
    touchpoint = Touchpoint.objects.get(person=ada, kind="order.placed")
    assert (touchpoint.kind, touchpoint.occurred_at, touchpoint.subject_id) == ("order.placed", MAY, order.pk)
    assert touchpoint.label == "1001 · 29.90\N{NO-BREAK SPACE}€"
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "product.created", "order.placed", "stage.moved", "health.moved",
    }  # fmt: skip


def test_the_same_source_and_number_again_changes_nothing(business: Business) -> None:
    ada = a_person()
    first = record_order(draft(person_id=ada.pk), by=CLOCK, at=now())

    again = record_order(draft(person_id=ada.pk, total_minor=1), by=CLOCK, at=now())

    assert again == (first.order, False)
    assert again.order.total_minor == 2500
    assert Touchpoint.objects.filter(kind__startswith="order.").count() == 1


def test_the_same_number_of_another_source_is_another_order(business: Business) -> None:
    record_order(draft(), by=CLOCK, at=now())

    assert record_order(draft(source="shopify"), by=CLOCK, at=now()).is_new


def test_a_guest_order_is_kept_without_a_person(business: Business) -> None:
    order = record_order(draft(), by=CLOCK, at=now()).order

    assert order.person is None
    assert PersonFigures.objects.count() == 0
    assert Touchpoint.objects.get().person_id is None


def test_the_customer_is_found_by_an_identity(business: Business) -> None:
    ada = a_person(email="ada@example.org")

    order = record_order(draft(identity=("email", "ada@example.org")), by=CLOCK, at=now()).order

    assert order.person == ada


def test_an_unknown_identity_is_refused_by_name(business: Business) -> None:
    with pytest.raises(Invalid, match="nobody@example.org"):
        record_order(draft(identity=("email", "nobody@example.org")), by=CLOCK, at=now())


def test_an_ended_identity_finds_nobody(business: Business) -> None:
    a_person(email="old@example.org")
    Identity.objects.update(ended_at=now())

    with pytest.raises(Invalid):
        record_order(draft(identity=("email", "old@example.org")), by=CLOCK, at=now())


def test_a_deleted_customer_gets_no_order(business: Business) -> None:
    ada = a_person(deleted_at=now())

    with pytest.raises(Invalid):
        record_order(draft(person_id=ada.pk), by=CLOCK, at=now())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"currency": "EURO"}, "currency"),
        ({"placed_at": datetime(2124, 1, 1, tzinfo=UTC)}, "placed_at"),
        ({"placed_at": datetime(2024, 1, 1)}, "placed_at"),
        ({"status": "lost"}, "status"),
        ({"country": "Finland"}, "country"),
        ({"number": "9" * 81}, "number"),
        ({"discount_minor": 9999}, "total"),
        ({"shipping_minor": -1}, "shipping_minor"),
        ({"total_minor": 10**18}, "total"),
        ({"lines": [LineDraft()]}, "lines.0"),
        ({"lines": [LineDraft(sku="A", quantity=Decimal(-1))]}, "lines.0"),
        ({"lines": [LineDraft(sku="A", quantity=Decimal("NaN"))]}, "lines.0"),
        ({"lines": [LineDraft(sku="A", unit_price=Decimal(10) ** 11, quantity=Decimal(10) ** 8)]}, "lines.0"),
        ({"lines": [LineDraft(sku="A", kind="gift")]}, "lines.0"),
        ({"lines": [LineDraft(product_id=99999)]}, "lines"),
        ({"company_id": 99999}, "company_id"),
        ({"person_id": 99999}, "person_id"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field(
    business: Business, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        record_order(draft(**values), by=CLOCK, at=now())

    assert list(refusal.value.fields) == [field]
    assert Order.objects.count() == 0


def test_another_currency_is_also_kept_in_the_businesss_own(business: Business) -> None:
    set_exchange_rate("USD", Decimal("0.9"), day=date(2024, 1, 1), by=CLOCK)
    set_exchange_rate("JPY", Decimal("0.006"), day=date(2024, 1, 1), by=CLOCK)

    dollars = record_order(draft(currency="USD"), by=CLOCK, at=now()).order
    yen = record_order(draft(currency="JPY", number="2", total_minor=1000), by=CLOCK, at=now()).order

    assert (dollars.total_minor, dollars.base_minor) == (2500, 2250)
    assert (yen.total_minor, yen.base_minor) == (1000, 600)


def test_a_missing_rate_is_refused_with_the_day_it_is_missing_for(business: Business) -> None:
    set_exchange_rate("USD", Decimal("0.9"), day=date(2024, 6, 1), by=CLOCK)

    with pytest.raises(Invalid, match="no exchange rate from USD to EUR for May 3, 2024"):
        record_order(draft(currency="USD"), by=CLOCK, at=now())


def test_a_corrected_rate_counts_old_orders_anew(business: Business) -> None:
    ada = a_person()
    set_exchange_rate("USD", Decimal("0.9"), day=date(2024, 1, 1), by=CLOCK)
    record_order(draft(currency="USD", person_id=ada.pk), by=CLOCK, at=now())

    set_exchange_rate("USD", Decimal("0.8"), day=date(2024, 5, 1), by=CLOCK)

    assert PersonFigures.objects.get(person=ada).revenue_minor == 2000


def test_a_change_moves_total_version_and_figures(business: Business) -> None:
    ada = a_person()
    order = record_order(draft(person_id=ada.pk), by=CLOCK, at=now()).order
    line = order.lines.get()

    changed = change_order(
        order,
        OrderChange(
            coupon="SPRING",
            lines=[
                LineDraft(id=line.pk, sku="A1", quantity=Decimal(1), unit_price=Decimal("12.50")),
                LineDraft(sku="B2", quantity=Decimal(1), unit_price=Decimal(3)),
            ],
        ),
        by=CLOCK, at=now(), expected_version=1,
    )  # fmt: skip

    assert (changed.total_minor, changed.version, changed.coupon, changed.line_count) == (
        1550,
        2,
        "SPRING",
        2,
    )
    assert PersonFigures.objects.get(person=ada).revenue_minor == 1550
    entry = AuditEntry.objects.get(action="order.changed")
    assert entry.changes == {"coupon": ["", "SPRING"], "line_count": [1, 2], "total_minor": [2500, 1550]}


def test_a_change_of_what_somebody_else_changed_is_refused(business: Business) -> None:
    order = record_order(draft(), by=CLOCK, at=now()).order
    change_order(order, OrderChange(coupon="X"), by=CLOCK, at=now(), expected_version=1)

    with pytest.raises(ChangedMeanwhile):
        change_order(order, OrderChange(coupon="Y"), by=CLOCK, at=now(), expected_version=1)


def test_cancelling_takes_an_order_out_of_the_figures_and_reinstating_puts_it_back(
    business: Business,
) -> None:
    ada = a_person()
    order = an_order(ada)

    cancel_order(order, by=CLOCK, at=now())
    assert PersonFigures.objects.get(person=ada).order_count == 0
    with pytest.raises(AlreadyCancelled):
        cancel_order(order, by=CLOCK, at=now())

    reinstate_order(order, by=CLOCK, at=now())
    assert PersonFigures.objects.get(person=ada).order_count == 1


def test_a_deleted_order_comes_back_with_its_figures(business: Business) -> None:
    ada = a_person()
    order = an_order(ada)

    delete_order(order, by=CLOCK, at=now())
    assert PersonFigures.objects.get(person=ada).revenue_minor == 0
    with pytest.raises(NotThere):
        delete_order(order, by=CLOCK, at=now())

    restore_order(order, by=CLOCK, at=now())
    assert PersonFigures.objects.get(person=ada).revenue_minor == 2000


def test_a_deleted_order_stays_deleted_when_its_number_is_taken(business: Business) -> None:
    order = record_order(draft(), by=CLOCK, at=now()).order
    delete_order(order, by=CLOCK, at=now())
    record_order(draft(), by=CLOCK, at=now())

    with pytest.raises(NumberTaken):
        restore_order(order, by=CLOCK, at=now())


def test_an_order_given_to_somebody_else_moves_both_figures(business: Business) -> None:
    ada, bob = a_person("Ada"), a_person("Bob")
    order = an_order(ada)

    assign_order(order, bob, by=CLOCK, at=now())
    assert list(PersonFigures.objects.order_by("person").values_list("order_count", flat=True)) == [0, 1]

    assign_order(order, None, by=CLOCK, at=now())
    assert list(PersonFigures.objects.order_by("person").values_list("order_count", flat=True)) == [0, 0]


def test_the_currency_of_a_partly_refunded_order_stays(business: Business) -> None:
    from regulars.commerce.actions import RefundDraft, refund_order

    order = an_order()
    refund_order(order, RefundDraft(amount_minor=100), by=CLOCK, at=now())

    with pytest.raises(LessThanRefunded):
        change_order(order, OrderChange(currency="USD"), by=CLOCK, at=now())
    with pytest.raises(LessThanRefunded):
        change_order(order, OrderChange(total_minor=50), by=CLOCK, at=now())


def test_a_companys_figures_count_its_orders_and_those_of_its_people(business: Business) -> None:
    from regulars.people.models import Affiliation

    ada, aalto, other = a_person(), a_company("Aalto"), a_company("Other")
    Affiliation.objects.create(person=ada, company=aalto, created_at=now())

    an_order(ada, total="10")
    an_order(None, total="5", company_id=aalto.pk)
    an_order(ada, total="3", company_id=other.pk)

    figures = {one.company_id: (one.order_count, one.revenue_minor, one.people_count)
               for one in (aalto.figures.__class__.objects.all())}  # fmt: skip
    assert figures == {aalto.pk: (2, 1500, 1), other.pk: (1, 300, 0)}


def test_backdated_orders_make_the_rhythm(business: Business) -> None:
    ada = a_person()
    for days in (100, 70, 60, 0):
        an_order(ada, at=MAY - timedelta(days=days))

    figures = PersonFigures.objects.get(person=ada)

    assert (figures.purchase_days, figures.usual_interval_days) == (4, 30.0)
    assert figures.next_order_on == date(2024, 6, 2)

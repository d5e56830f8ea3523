from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.commerce.engine.matching import Cancelled, Key, OpenLine, match_cancellations
from regulars.commerce.engine.uci import (
    is_cancellation,
    is_uci,
    line_kind,
    refuse_cancellation,
    refuse_no_sale,
)
from regulars.people.engine.sayings import Unclear

START = datetime(2011, 1, 1, tzinfo=UTC)


def test_both_editions_of_the_data_set_are_recognised_and_nothing_else() -> None:
    assert is_uci(
        [
            "InvoiceNo",
            "StockCode",
            "Description",
            "Quantity",
            "InvoiceDate",
            "UnitPrice",
            "CustomerID",
            "Country",
        ]
    )
    assert is_uci(
        ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
    )
    assert not is_uci(["Order", "SKU", "Quantity", "Price"])


@pytest.mark.parametrize(
    ("code", "kind"),
    [("85123A", "product"), ("post", "shipping"), ("DOT", "shipping"), ("C2", "shipping"), ("D", "discount"), ("m", "adjustment"),
     ("S", "adjustment"), ("BANK CHARGES", "fee"), ("AMAZONFEE", "fee"), ("CRUK", "fee"), ("gift_0001_20", "product"), ("PADS", "product")],
)  # fmt: skip
def test_codes_that_are_no_goods_have_their_own_kinds(code: str, kind: str) -> None:
    assert line_kind(code) == kind


def test_numbers_with_c_cancel_and_other_letters_do_not() -> None:
    assert [is_cancellation(number) for number in ("C536379", "c1", "536365", "CX1", "A563185", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_a_sale_is_not_refused() -> None:
    refuse_no_sale("536365", Decimal(6), Decimal("2.55"), is_guest=True)
    refuse_no_sale("536365", Decimal(6), Decimal(0), is_guest=False)
    refuse_cancellation(Decimal(-1), Decimal(2), is_guest=False)
    with pytest.raises(Unclear):
        refuse_cancellation(Decimal(-1), Decimal(2), is_guest=True)


_lines = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 20), st.sampled_from(["1.00", "2.50"])), max_size=8
)
_wanted = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 20), st.sampled_from(["1.00", "2.50"])), max_size=8
)


@given(_lines, _wanted)
def test_nothing_is_given_back_twice_nor_lost_nor_before_it_was_bought(
    bought: list[tuple[int, int, str]], returned: list[tuple[int, int, str]]
) -> None:
    lines: dict[Key, list[OpenLine]] = {
        (1, "A"): [
            OpenLine(
                place,
                place,
                START + timedelta(days=day),
                Decimal(price),
                Decimal(pieces),
                int(pieces * Decimal(price) * 100),
            )
            for place, (pieces, day, price) in enumerate(bought)
        ]
    }
    cancelled = [
        Cancelled(place, f"C{place}", 1, "A", Decimal(pieces), Decimal(price), START + timedelta(days=day))
        for place, (pieces, day, price) in enumerate(returned)
    ]

    parts = list(match_cancellations(cancelled, lines))

    for one in cancelled:
        assert sum(part.quantity for part in parts if part.cancelled == one) == one.quantity
        assert sum(part.amount_minor for part in parts if part.cancelled == one) == one.amount_minor
    for place, (pieces, _day, price) in enumerate(bought):
        taken = [part for part in parts if part.line is not None and part.line.line_id == place]
        assert sum(part.quantity for part in taken) <= pieces
        assert sum(part.amount_minor for part in taken) <= int(pieces * Decimal(price) * 100)
        assert all(part.line is not None and part.line.placed_at <= part.cancelled.at for part in taken)

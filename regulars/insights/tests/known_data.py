"""Published shops, as facts: CDNOW (Fader and Hardie) and UCI Online Retail (Chen)."""

from __future__ import annotations

import gzip
import os
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv

from regulars.insights.tests.invented import Invented
from regulars.people.tests.shared_data import shared

HERE = Path(__file__).parent / "data"
# The whole CDNOW file does not ship with us; it is in the package lifetimes (datasets/CDNOW_master.txt).
MASTER = os.environ.get("REGULARS_CDNOW_MASTER", "")


@cache
def cdnow_sample() -> Invented:
    """Return the tenth of CDNOW that everybody computes with: 2,357 customers, 6,919 orders."""
    text = (HERE / "cdnow_sample.txt").read_text()
    rows = [line.split() for line in text.splitlines()]
    return _shop([int(row[0]) for row in rows], [row[2] for row in rows], [_cents(row[4]) for row in rows])


@cache
def cdnow_master() -> Invented:
    """Return all of CDNOW: 23,570 customers, 69,659 orders; skips the test where the file is not named."""
    if not MASTER:
        pytest.skip("REGULARS_CDNOW_MASTER names no file.")
    rows = [line.split() for line in Path(MASTER).read_text().splitlines()[1:]]
    return _shop([int(row[0]) for row in rows], [row[1] for row in rows], [_cents(row[3]) for row in rows])


def _cents(dollars: str) -> int:
    return round(float(dollars) * 100)


def _shop(persons: list[int], days: list[str], cents: list[int]) -> Invented:
    size = len(persons)
    stamps = pc.strptime(pa.array(days), format="%Y%m%d", unit="s")
    money = pa.array(cents, pa.int64())
    # A free sample is an order too; that nothing stayed of it does not make it none.
    return Invented(
        orders=pa.table({
            "order_id": pa.array(range(1, size + 1)), "person_id": pa.array(persons), "day": stamps.cast(pa.date32()),
            "is_counted": pa.array([True] * size), "is_purchase": pa.array([True] * size), "gross_minor": money,
            "net_minor": money, "original_minor": money, "currency": pa.array(["USD"] * size),
        })
    )  # fmt: skip


@cache
def uci_shop() -> Invented:
    """Return the UCI shop's sales to known customers: no cancellations, quantity and price above 0."""
    with gzip.open(shared("orders/online_retail.csv.gz")) as file:
        table = csv.read_csv(
            file,
            convert_options=csv.ConvertOptions(
                column_types={"InvoiceNo": pa.string(), "StockCode": pa.string()}
            ),
        )
    is_sale = pc.and_(pc.greater(table["Quantity"], 0), pc.greater(table["UnitPrice"], 0))
    is_kept = pc.and_(is_sale, pc.invert(pc.starts_with(table["InvoiceNo"], "C")))
    table = table.filter(pc.and_(is_kept, pc.is_valid(table["CustomerID"])))
    products = pc.dictionary_encode(pc.utf8_upper(table["StockCode"])).combine_chunks()
    days = table["InvoiceDate"].cast(pa.timestamp("s")).cast(pa.date32())
    size = table.num_rows
    order, person = table["InvoiceNo"].cast(pa.int64()), table["CustomerID"].cast(pa.int64())
    cents = pc.round(pc.multiply(pc.multiply(table["Quantity"], table["UnitPrice"]), 100)).cast(pa.int64())
    flags = pa.array([True] * size)
    lines = pa.table({
        "line_id": pa.array(range(1, size + 1)), "order_id": order, "person_id": person, "day": days, "gross_minor": cents,
        "product_id": pc.add(products.indices.cast(pa.int64()), 1), "kind": pa.array(["product"] * size), "is_counted": flags,
        "quantity": table["Quantity"].cast(pa.float64()), "refunded_quantity": pa.array([0.0] * size),
        "refunded_minor": pa.array([0] * size),
    })  # fmt: skip
    orders = lines.group_by(["order_id", "person_id"]).aggregate([("day", "min"), ("gross_minor", "sum")])
    orders = orders.rename_columns(["order_id", "person_id", "day", "gross_minor"])
    yes = pa.array([True] * orders.num_rows)
    orders = orders.append_column("net_minor", orders["gross_minor"]).append_column("is_counted", yes)
    orders = orders.append_column("is_purchase", yes)
    skus = products.dictionary
    known = pa.table({
        "product_id": pa.array(range(1, len(skus) + 1)), "sku": skus, "name": skus, "kind_id": pa.array(range(1, len(skus) + 1)),
        "kind": skus,
    })  # fmt: skip
    return Invented(orders=orders, lines=lines, products=known)

"""The business's own fields of orders in files of orders."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from regulars.commerce.models import Order
from regulars.kit.actor import Actor
from regulars.people.actions.imports import (
    FileRefused,
    counts,
    draft_import,
    importer_of,
    make_field_of,
    run_import,
)
from regulars.people.models import CustomField, ImportReject, ImportRun
from regulars.people.tasks.imports import take_in_file
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Business, Member

pytestmark = pytest.mark.django_db
HEAD = "Order number;Date;SKU;Price;Gift;Weight;Wrapping\n"
MAP = {"custom:gift": "Gift", "custom:weight": "Weight", "custom:wrapping": "Wrapping"}
Draft = Callable[..., ImportRun]


@pytest.fixture
def own_fields() -> None:
    CustomField.objects.create(subject="order", key="gift", label="A gift", type="bool")
    CustomField.objects.create(subject="order", key="weight", label="Weight", type="number")
    CustomField.objects.create(
        subject="order", key="wrapping", label="Wrapping", type="choice", choices=["Plain", "Festive"]
    )


@pytest.fixture
def draft(tmp_path: Path, business: Business, by_olga: Actor, own_fields: None) -> Draft:
    """Draft an import of rows of orders with columns of the business's own."""

    def drafted(rows: str, **values: object) -> ImportRun:
        path = tmp_path / "orders.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        return draft_import("orders", path, by=by_olga, **({"mapping": MAP} | values))

    return drafted


def counted(run: ImportRun) -> tuple[int, ...]:
    return tuple(counts(run).values())


def customs() -> dict[str, object]:
    return dict(Order.objects.values_list("number", "custom"))


def test_orders_keep_the_fields_of_their_own_by_type(draft: Draft, by_olga: Actor) -> None:
    rows = "1;2024-01-05;K;5.00;yes;2,5;festive\n2;2024-01-05;K;5.00;;;\n"

    run = run_import(draft(rows), by=by_olga)

    assert counted(run) == (2, 2, 0, 0, 0)
    assert customs() == {"1": {"gift": True, "weight": 2.5, "wrapping": "Festive"}, "2": {}}


def test_a_value_that_its_field_cannot_hold_refuses_the_row_with_the_reason(
    draft: Draft, by_olga: Actor
) -> None:
    rows = "1;2024-01-05;K;5.00;yes;2.5;Gold\n2;2024-01-05;K;5.00;perhaps;1;Plain\n3;2024-01-05;K;5.00;no;heavy;Plain\n4;2024-01-05;K;5.00;no;1;Plain\n"

    run = run_import(draft(rows), by=by_olga)

    assert counted(run) == (4, 1, 0, 0, 3)
    reasons = list(ImportReject.objects.order_by("row").values_list("reason", flat=True))
    assert ["Gold" in reasons[0], "perhaps" in reasons[1], "heavy" in reasons[2]] == [True, True, True]


def test_the_same_file_changes_nothing_another_value_corrects_and_a_blank_keeps(
    draft: Draft, by_olga: Actor
) -> None:
    rows = "1;2024-01-05;K;5.00;yes;2.5;Plain\n"
    run_import(draft(rows), by=by_olga)

    assert counted(run_import(draft(rows), by=by_olga)) == (1, 0, 0, 1, 0)
    assert counted(run_import(draft("1;2024-01-05;K;5.00;;3;\n"), by=by_olga)) == (1, 0, 1, 0, 0)
    assert customs() == {"1": {"gift": True, "weight": 3, "wrapping": "Plain"}}


def test_filling_blanks_overwrites_no_field_of_their_own(draft: Draft, by_olga: Actor) -> None:
    run_import(draft("1;2024-01-05;K;5.00;yes;;\n"), by=by_olga)

    run_import(draft("1;2024-01-05;K;5.00;no;3;\n", mode="fill"), by=by_olga)

    assert customs() == {"1": {"gift": True, "weight": 3}}


def test_a_field_that_there_is_not_is_refused_by_its_name(draft: Draft) -> None:
    with pytest.raises(FileRefused, match="no field called “custom:colour”"):
        draft("1;2024-01-05;K;5.00;yes;;\n", mapping={"custom:colour": "Gift"})


def test_they_are_offered_previewed_and_made_out_of_a_column(draft: Draft, by_olga: Actor) -> None:
    run = draft("1;2024-01-05;K;5.00;yes;;Gold\n")

    offered = {choice.name: choice.label for choice in importer_of("orders").choices()}
    assert offered["custom:gift"] == "A gift"
    assert "Gold" in importer_of("orders").preview(run)[0]["problem"]

    CustomField.objects.get(key="wrapping").delete()
    made = make_field_of(run, 6, by=by_olga)
    assert made.mapping["6"] == "custom:wrapping"
    assert CustomField.objects.get(key="wrapping").subject == "order"


def test_they_are_mapped_by_the_api_and_stand_in_the_export(
    business: Business, olga: Member, own_fields: None, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    _key, secret = create_api_key("robot", role="owner", by=Actor.clock("test"))
    file = SimpleUploadedFile("orders.csv", f"{HEAD}1;2024-01-05;K;5.00;yes;2;Festive\n".encode())
    door = Client(headers={"Authorization": f"Bearer {secret}"})

    answer = door.post("/api/v1/imports", {"noun": "orders", "file": file, "map": json.dumps(MAP)})
    take_in_file(answer.json()["id"])

    assert door.get("/api/v1/orders").json()["items"][0]["custom"] == {
        "gift": True,
        "weight": 2,
        "wrapping": "Festive",
    }
    client.force_login(olga)
    columns = "number,custom.gift,custom.weight,custom.wrapping"
    exported = client.get(reverse("commerce:export_orders"), {"columns": columns})
    assert b"".join(exported.streaming_content).decode("utf-8-sig").splitlines() == [  # type: ignore[attr-defined]
        "Number,A gift,Weight,Wrapping",
        "1,true,2,Festive",
    ]

"""`regulars clv fit`: from a file as somebody has it to a report and a line for each customer."""

import csv
import json
from pathlib import Path

import pytest

from regulars.insights.tests.cdnow import DATA
from regulars.kit.cli import main

HEADER = "Customer ID;Frequency;Recency;T;Monetary Value"


def fit(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict, str]:
    code = main(["clv", "fit", *map(str, words), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


@pytest.mark.parametrize(
    ("model", "likelihood"), [("bgnbd", -9582.4256), ("mbgnbd", -9582.1327), ("paretonbd", -9594.9739)]
)
def test_the_published_customers(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, model: str, likelihood: float
) -> None:
    out = tmp_path / "each.csv"
    code, told, _err = fit(capsys, DATA / "cdnow_summary_with_spend.csv", "--model", model, "--out", out)

    assert code == 0
    assert (told["model"], told["n"], told["rejected"]) == (model, 2357, 0)
    assert told["log_likelihood"] == pytest.approx(likelihood, abs=1e-3)
    assert told["spend"]["params"]["p"] == pytest.approx(6.2488, abs=1e-3)
    assert told["seconds"] >= 0
    assert told["per_customer_file"] == str(out)
    rows = list(csv.DictReader(out.open()))
    assert len(rows) == 2357
    assert sum(float(row["purchases"]) for row in rows) == pytest.approx(
        told["expected_purchases"]["expected"], rel=1e-4
    )
    assert sum(float(row["value"]) for row in rows) == pytest.approx(told["value"]["expected"], rel=1e-4)


def test_figures_stand_beside_the_file_where_no_other_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "ours.csv"
    file.write_text((DATA / "cdnow_summary.csv").read_text())

    code, told, _err = fit(capsys, file)

    assert (code, told["value"], told["spend"]) == (0, None, None)
    assert told["per_customer_file"] == str(tmp_path / "ours-clv.csv")
    with (tmp_path / "ours-clv.csv").open() as lines:
        assert next(csv.reader(lines)) == [
            "id", "frequency", "recency", "T", "alive", "purchases", "purchases_low", "purchases_high",
        ]  # fmt: skip


def test_rows_that_cannot_be_are_counted_with_line_and_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    good = [";".join(row) for row in list(csv.reader((DATA / "cdnow_summary_with_spend.csv").open()))[1:]]
    bad = [
        "9001;two;3;9;1",
        "9002;1;30;9;1",
        "9003;1;;9;1",
        "9004;0;4;9;0",
        "9005;1",
        "9006;-1;0;9;1",
        "9007;2;3;9;-4",
    ]
    file = tmp_path / "mixed.csv"
    file.write_text(
        "\ufeff" + "\n".join([HEADER, *good[:3], *bad, "", *good[3:], "9008;1;1,5;9,25;12,5"]) + "\n",
        encoding="utf-8",
    )

    code, told, _err = fit(capsys, file)

    assert code == 1
    assert (told["n"], told["rejected"]) == (2358, 7)
    assert told["params"]["r"] == pytest.approx(0.243, abs=2e-3)
    assert {"line": 5, "reason": "Frequency is no number"} in told["rejects"]
    assert told["reasons"] == {
        "Frequency is no number": 1, "Recency is no number": 2, "Recency is above T": 1, "Recency without a repeat purchase": 1,
        "Frequency is not a whole number from 0": 1, "Spend is negative": 1,
    }  # fmt: skip


def test_too_few_customers_are_refused_and_the_mean_says_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "few.csv"
    file.write_text("x,t_x,T\n1,5,9\n0,0,8\n2,7,9\n")

    code, told, _err = fit(capsys, file)

    assert (code, told["params"], told["log_likelihood"], told["method"]) == (1, None, None, "group_mean")
    assert told["refused"]["code"] == "few_customers"
    assert told["expected_purchases"]["expected"] == pytest.approx(3 * 9 * 3 / 26)
    assert next(csv.DictReader((tmp_path / "few-clv.csv").open()))["alive"] == ""


@pytest.mark.parametrize(
    ("text", "says", "code"),
    [
        ("name,frequency,T\na,1,2\n", "A column is missing: recency", 1),
        ("", "A column is missing", 1),
        ("frequency,recency,T\nx,y,z\n", "Line 2: Frequency is no number", 1),
        (None, "There is no file", 2),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | None, says: str, code: int
) -> None:
    file = tmp_path / "wrong.csv"
    if text is not None:
        file.write_text(text)

    told = fit(capsys, file)

    assert (told[0], told[1]) == (code, {})
    assert says in told[2]
    assert "Traceback" not in told[2]


def test_words_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(
        [
            "clv",
            "fit",
            str(DATA / "cdnow_summary_with_spend.csv"),
            "--out",
            str(tmp_path / "each.csv"),
            "--period",
            "4.345",
        ]
    )

    said = capsys.readouterr().out
    assert (
        "bgnbd: r 0.2426, alpha 4.4135, a 0.7929, b 2.4258; log-likelihood -9582.4256; 2,357 customers."
        in said
    )
    assert "spend by gammagamma" in said


def test_a_level_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert fit(capsys, DATA / "cdnow_summary.csv", "--level", "1.5")[0] == 2
    assert fit(capsys, DATA / "cdnow_summary.csv", "--periods", "0")[0] == 2

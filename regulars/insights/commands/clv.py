"""`regulars clv fit`: fit a model of purchases to a table of histories, and say what each customer will bring."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.insights.engine.clv.table import Table
    from regulars.insights.engine.clv.valuation import Fitted, Valuation

MODELS = ("bgnbd", "mbgnbd", "paretonbd")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the table, the model and how far to look."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="CSV with frequency, recency, T and optionally monetary"
    )
    parser.add_argument("--model", choices=MODELS, default="bgnbd", help="the model of purchases (bgnbd)")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where to write the figures of each customer (beside FILE as NAME-clv.csv)",
    )
    parser.add_argument(
        "--period",
        type=float,
        default=None,
        help="length of a period in the unit of T (a twelfth of the longest T)",
    )
    parser.add_argument("--periods", type=int, default=12, help="how many periods to look ahead (12)")
    parser.add_argument(
        "--discount", type=float, default=0.0, help="discount for each period, 0.01 for 1 %% (0)"
    )
    parser.add_argument(
        "--margin", type=float, default=1.0, help="share of spend that is profit, 0.4 for 40 %% (1)"
    )
    parser.add_argument("--level", type=float, default=0.8, help="how sure intervals are (0.8)")


def run(options: argparse.Namespace) -> int:
    """Fit, write the figures of each customer and report; 1 when the model was refused or rows were rejected."""
    if not options.file.is_file():
        sys.stderr.write(f"There is no file {options.file}.\n")
        return 2
    wrong = _wrong(options)
    if wrong:
        sys.stderr.write(wrong + "\n")
        return 2
    from regulars.insights.engine.clv.table import BadTable, read_table

    try:
        with options.file.open(encoding="utf-8", newline="") as lines:
            table = read_table(lines)
    except BadTable as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    except UnicodeDecodeError:
        sys.stderr.write(f"{options.file} is not UTF-8 text.\n")
        return 1
    if not len(table.who.frequency):
        sys.stderr.write(f"{options.file} holds no customer that can be used. {_first_rejects(table)}\n")
        return 1
    return _fit(options, table)


def _wrong(options: argparse.Namespace) -> str:
    """Return what cannot be meant, or nothing."""
    if not 0 < options.level < 1:
        return "--level lies between 0 and 1."
    if options.periods < 1 or (options.period is not None and options.period <= 0):
        return "--period and --periods are above 0."
    return "--discount is above -1." if options.discount <= -1 else ""


def _fit(options: argparse.Namespace, table: Table) -> int:
    from regulars.insights.engine.clv.forecast import Horizon
    from regulars.insights.engine.clv.valuation import MODELS as BY_NAME
    from regulars.insights.engine.clv.valuation import fit_people, value_people

    horizon = Horizon(
        options.period or max(float(table.who.age.max()), 1.0) / 12, options.periods, options.discount
    )
    started = time.perf_counter()
    fitted = fit_people(BY_NAME[options.model], table.who)
    fitting = time.perf_counter() - started
    found = value_people(fitted, table.who, horizon, margin=options.margin, level=options.level)
    forecasting = time.perf_counter() - started - fitting
    path = options.out or options.file.with_name(f"{options.file.stem}-clv.csv")
    told = _told(options.model, fitted, found, table) | {
        "seconds": round(fitting, 3),
        "forecast_seconds": round(forecasting, 3),
        "horizon": horizon.length,
        "level": options.level,
        "per_customer_file": _write(path, fitted, found, table, options.level),
    }
    if options.json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        _tell(told, fitted, found, table)
    return 1 if fitted.refusal or table.rejected.total() else 0


def _told(name: str, fitted: Fitted, found: Valuation, table: Table) -> dict[str, Any]:
    """Return the report; the parameters are those of the model, or nothing where it was refused."""
    fit, spending = fitted.fit, fitted.spending
    return {
        "model": name,
        "params": fit.params if fit else None,
        "log_likelihood": fit.log_likelihood if fit else None,
        "n": len(table.who.frequency),
        "standard_errors": fit.standard_errors if fit else None,
        "distinct_rows": fit.distinct_rows if fit else None,
        "method": fitted.method,
        "refused": vars(fitted.refusal) if fitted.refusal else None,
        "expected_purchases": vars(found.total_purchases),
        "spend": {
            "method": spending.method,
            "params": spending.params,
            "log_likelihood": spending.log_likelihood if spending.params else None,
            "n": spending.customers,
            "correlation": getattr(spending, "correlation", None),
            "refused": vars(fitted.spending_refusal) if fitted.spending_refusal else None,
        }
        if spending
        else None,
        "value": vars(found.total_value) if found.total_value else None,
        "rejected": table.rejected.total(),
        "reasons": {reason: count for reason, count in table.rejected.items() if count},
        "rejects": [reject._asdict() for reject in table.rejects],
    }


def _write(path: Path, fitted: Fitted, found: Valuation, table: Table, level: float) -> str | None:
    """Write one line for each customer, in the order of the file; nothing where the folder cannot be written."""
    who, made = table.who, found.purchases
    low, high = made.interval(level)
    columns: dict[str, Any] = {"id": table.ids or range(1, len(who.frequency) + 1)}
    columns |= {"frequency": who.frequency.tolist(), "recency": who.recency.tolist(), "T": who.age.tolist()}
    columns["alive"] = made.alive.round(6).tolist() if fitted.fit else [""] * len(who.frequency)
    columns |= {
        "purchases": made.expected.round(6).tolist(),
        "purchases_low": low.astype(int).tolist(),
        "purchases_high": high.astype(int).tolist(),
    }
    if found.value:
        least, most = found.value.interval(level)
        columns |= {
            "spend": found.value.per_purchase.round(4).tolist(),
            "value": found.value.expected.round(4).tolist(),
        }
        columns |= {"value_low": least.round(2).tolist(), "value_high": most.round(2).tolist()}
    try:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    except OSError as problem:
        sys.stderr.write(f"The figures of each customer were not written: {problem}\n")
        return None
    return str(path)


def _tell(told: dict[str, Any], fitted: Fitted, found: Valuation, table: Table) -> None:
    """Say the same in words."""
    say = sys.stdout.write
    if fitted.refusal:
        say(f"{told['model']} was not used: {fitted.refusal.says} Figures are the group's mean.\n")
    else:
        params = ", ".join(f"{name} {value:.4f}" for name, value in told["params"].items())
        say(
            f"{told['model']}: {params}; log-likelihood {told['log_likelihood']:.4f}; {told['n']:,} customers.\n"
        )
    total = found.total_purchases
    say(
        f"Expected within {told['horizon']:g}: {total.expected:,.0f} purchases ({total.low:,.0f} to {total.high:,.0f}).\n"
    )
    if found.total_value:
        worth = found.total_value
        say(
            f"Value: {worth.expected:,.2f} ({worth.low:,.2f} to {worth.high:,.2f}), spend by {told['spend']['method']}.\n"
        )
    if told["rejected"]:
        say(f"{told['rejected']} rows were left out. {_first_rejects(table)}\n")
    say(f"{told['seconds']} s. Each customer: {told['per_customer_file'] or 'not written'}.\n")


def _first_rejects(table: Table) -> str:
    return " ".join(f"Line {reject.line}: {reject.reason}." for reject in table.rejects[:5])

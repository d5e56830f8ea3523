"""Lifetime value of a million customers, beside `lifetimes` on the same arrays, each run in a process of its own.

    python benchmarks/clv.py --peer PYTHON [--customers 1000000] [--runs 3] [easy] [hard] [scattered]

`--peer` names a Python that has lifetimes 0.11.3 (`pip install lifetimes` in a virtual environment elsewhere; it is archived and
never a dependency). Without it only ours is measured. Ours and theirs take turns, so that both see the same busy or idle machine.

easy: CDNOW's parameters, 27 to 39 weeks at day resolution (about 107,000 distinct histories in a million);
hard: two years at day resolution, frequent buyers (about 620,000); scattered: no two histories alike.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

AHEAD = {"easy": 39.0, "hard": 365.0, "scattered": 365.0}


def invent(name: str, customers: int, folder: Path) -> None:
    """Draw the customers and keep them as arrays that both sides read."""
    import numpy as np

    from regulars.insights.engine.clv.draws import draw_customers

    chance = np.random.default_rng(7)
    cdnow = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    often = {"r": 1.2, "alpha": 60.0, "a": 0.5, "b": 6.0}
    params, age, step = {
        "easy": lambda: (cdnow, chance.integers(189, 273, customers) / 7.0, 1 / 7),
        "hard": lambda: (often, chance.integers(1, 730, customers).astype(float), 1.0),
        "scattered": lambda: (often, chance.uniform(1, 730, customers), 0.0),
    }[name]()
    frequency, recency, age = draw_customers(params, age, seed=3, step=step)
    shape = np.maximum(6.25 * frequency, 1)
    spend = np.where(
        frequency > 0, chance.gamma(shape) / shape * 6.25 / chance.gamma(3.74, 1 / 15.44, customers), 0.0
    )
    for column, values in (("x", frequency), ("tx", recency), ("T", age), ("z", spend)):
        np.save(folder / f"{column}.npy", values)


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def peak_mb() -> int:
    """Return this program's largest size; the system's own maximum begins with the parent's."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024)
    except OSError:
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def ours(folder: Path, ahead: float) -> dict[str, Any]:
    """Measure each step of ours, intervals too."""
    import numpy as np

    from regulars.insights.engine.clv.beta_geometric import BGNBD
    from regulars.insights.engine.clv.fitting import fit
    from regulars.insights.engine.clv.forecast import (
        Horizon,
        expected_purchases,
        people,
        purchases,
        totals,
        value,
    )
    from regulars.insights.engine.clv.rows import fold
    from regulars.insights.engine.clv.spend import fit_spend

    x, tx, age, z = (np.load(folder / f"{column}.npy") for column in ("x", "tx", "T", "z"))
    told: dict[str, Any] = {}
    found, told["fit"] = timed(lambda: fit(BGNBD, fold(x, tx, age)))
    told["peak_mb_fit"] = peak_mb()
    spending, told["fit_spend"] = timed(lambda: fit_spend(x, z))
    who = people(x, tx, age, z)
    _, told["expected_and_alive"] = timed(lambda: expected_purchases(found, who, Horizon(ahead)))
    made, told["with_variance"] = timed(lambda: purchases(found, who, Horizon(ahead)))
    _, told["spend"] = timed(lambda: spending.per_purchase(x, z))
    year = Horizon(ahead / 12, 12, 0.01)
    worth, told["value"] = timed(lambda: value(purchases(found, who, year), spending, who))
    _, told["intervals"] = timed(lambda: (made.interval(), worth.interval()))
    together, told["totals"] = timed(lambda: totals(found, spending, who, year))
    return told | {
        "log_likelihood": found.log_likelihood, "params": list(found.params.values()), "distinct": found.distinct_rows,
        "sum_expected": float(made.expected.sum()), "sum_alive": float(made.alive.sum()), "sum_value": float(worth.expected.sum()),
        "peak_mb": peak_mb(), "total": [together[0].low, together[0].high],
    }  # fmt: skip


THEIRS = """
import json, resource, sys, time, warnings
from pathlib import Path
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
folder, ahead, years = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "value"
def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
def peak():
    return round(int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024)
x, tx, T, z = (np.load(folder / f"{name}.npy") for name in ("x", "tx", "T", "z"))
told = {}
model, told["fit"] = timed(lambda: BetaGeoFitter().fit(x, tx, T))
told["peak_mb_fit"] = peak()
spend, told["fit_spend"] = timed(lambda: GammaGammaFitter().fit(x[x > 0], z[x > 0]))
e, told["expected"] = timed(lambda: model.conditional_expected_number_of_purchases_up_to_time(ahead, x, tx, T))
alive, told["alive"] = timed(lambda: model.conditional_probability_alive(x, tx, T))
each, told["spend"] = timed(lambda: spend.conditional_expected_average_profit(x, z))
told["expected_and_alive"] = {key: told["expected"][key] + told["alive"][key] for key in ("wall", "cpu")}
if years:
    def discounted():
        total, before = 0.0, 0.0
        for k in range(1, 13):
            now = model.conditional_expected_number_of_purchases_up_to_time(ahead / 12 * k, x, tx, T)
            total, before = total + (now - before) * each / 1.01 ** k, now
        return total
    worth, told["value"] = timed(discounted)
    told["sum_value"] = float(np.nansum(worth))
mean = float(model._negative_log_likelihood_)
told |= {"log_likelihood": -mean * len(x) - float(x.sum()) * float(np.log(T.max())), "params": [float(v) for v in model.params_],
    "sum_expected": float(np.nansum(e)), "sum_alive": float(alive.sum()), "peak_mb": peak()}
print(json.dumps(told))
"""


def alone(command: list[str]) -> dict[str, Any]:
    """Run one side in a process of its own and return what it printed last."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def compare(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure both sides in turns and return medians and ratios."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        invent(name, options.customers, folder)
        mine, theirs = [], []
        for run in range(options.runs):
            mine.append(alone([sys.executable, __file__, "--one", str(folder), "--ahead", str(AHEAD[name])]))
            if options.peer:
                last = "value" if run == 0 else "no"
                theirs.append(alone([options.peer, "-c", THEIRS, str(folder), str(AHEAD[name]), last]))
    told: dict[str, Any] = {"name": name, "customers": options.customers, "distinct": mine[0]["distinct"]}
    for step in (
        "fit",
        "fit_spend",
        "expected_and_alive",
        "spend",
        "value",
        "with_variance",
        "intervals",
        "totals",
    ):
        told[step] = _step(step, mine, theirs)
    for figure in ("log_likelihood", "sum_expected", "sum_alive", "sum_value", "peak_mb_fit", "peak_mb"):
        told[figure] = [side[0].get(figure) for side in (mine, theirs) if side]
    return told


def _step(step: str, mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for kind in ("wall", "cpu"):
        own = statistics.median(run[step][kind] for run in mine)
        told[kind] = [round(own, 3)]
        others = [run[step][kind] for run in theirs if step in run]
        if others:
            told[kind].append(round(statistics.median(others), 3))
            told[f"{kind}_ratio"] = round(statistics.median(others) / own, 1)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=[], help="which customers: easy, hard, scattered")
    parser.add_argument("--peer", default="", help="a Python that has lifetimes")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ahead", type=float, default=39.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(ours(options.one, options.ahead)))
        return
    for name in options.names or ["easy", "hard", "scattered"]:
        print(json.dumps(compare(name, options)), flush=True)


if __name__ == "__main__":
    main()

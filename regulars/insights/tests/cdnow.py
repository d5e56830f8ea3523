"""The CDNOW customers, from their raw orders, and what others published about them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from regulars.insights.engine.clv.beta_geometric import BGNBD, MBGNBD
from regulars.insights.engine.clv.fitting import Fit, fit
from regulars.insights.engine.clv.forecast import People
from regulars.insights.engine.clv.pareto import PARETONBD
from regulars.insights.engine.clv.rows import fold
from regulars.insights.engine.clv.spend import SpendFit, fit_spend
from regulars.insights.engine.clv.valuation import summarise

DATA = Path(__file__).parent / "data"
CUT = date(1997, 9, 30).toordinal()
MODELS = {model.name: model for model in (BGNBD, MBGNBD, PARETONBD)}


@cache
def orders() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return person, day and amount of each order."""
    rows = [line.split() for line in (DATA / "cdnow_sample.txt").read_text().splitlines()]
    days = [date(int(row[2][:4]), int(row[2][4:6]), int(row[2][6:])).toordinal() for row in rows]
    return np.array([int(row[1]) for row in rows]), np.array(days), np.array([float(row[4]) for row in rows])


@cache
def customers() -> People:
    """Return the histories up to the cut, in weeks."""
    _ids, who = summarise(*orders(), CUT)
    return People(who.frequency, who.recency / 7, who.age / 7, who.spend)


@cache
def published(name: str) -> dict[str, np.ndarray]:
    """Return a summary that others made of the same orders."""
    table = np.genfromtxt(DATA / name, delimiter=",", names=True)
    return {column: table[column] for column in table.dtype.names}


@cache
def fitted(name: str) -> Fit:
    who = published("cdnow_summary.csv")
    return fit(MODELS[name], fold(who["frequency"], who["recency"], who["T"]))


@cache
def fitted_spend() -> SpendFit:
    who = published("cdnow_summary_with_spend.csv")
    return fit_spend(who["x"], who["zbar"])

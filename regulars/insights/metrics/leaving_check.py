"""How good the early warning is: the risk of leaving, as it was said earlier, beside what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.buying import as_number, purchase_days
from regulars.insights.metrics.intervals import wilson
from regulars.kit.metrics import Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

    from regulars.insights.engine.churn import Churn, Score

WITHIN = Choice("days", _l("Days without an order that count as lost"), 90)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the days everybody bought on: person_id, number (of the day), net_minor."""
    days = purchase_days(tables, ask.until)
    return days.select("person_id", number=days.day.epoch_days(), net_minor="net_minor")


def finish(rows: pa.Table, ask: Ask) -> pa.Table:
    """Return for each tenth of people by their risk what was said (`said`) and what happened (k of n), with both methods' scores."""
    churn = judged(rows, ask)
    score = churn.model_score if churn.method == "model" else churn.rule_score
    if score is None:
        return pa.table({"n": pa.array([], pa.int64()), "value": pa.array([], pa.float64())})
    told = {
        **_scores("rhythm", churn.rule_score),
        **_scores("model", churn.model_score),
        "method": churn.method,
        "why": churn.why,
    }
    found = []
    for place, part in enumerate(score.calibration):
        low, high = wilson(round(part.happened * part.people), part.people)
        found.append({
            "step": place, "label": _t("about %(share)d %%") % {"share": round(100 * part.said)}, "n": part.people,
            "value": part.happened, "low": low, "high": high, "said": part.said, **told,
        })  # fmt: skip
    return pa.Table.from_pylist(found)


def judged(rows: pa.Table, ask: Ask) -> Churn:
    """Return the rule of rhythm and the model, both judged on the last days of the period, having learned from the time before."""
    from regulars.insights.engine.histories import Histories
    from regulars.insights.engine.leaving import learn_leaving

    rows = rows.sort_by([("person_id", "ascending"), ("number", "ascending")])
    person, day, net = (
        rows[name].to_numpy().astype("int64") for name in ("person_id", "number", "net_minor")
    )
    return learn_leaving(Histories(person, day, net), as_number(ask.until) - 1, int(WITHIN.of(ask)))


def _scores(name: str, score: Score | None) -> dict[str, Any]:
    return {
        f"{name}_auc": score.auc if score else None,
        f"{name}_brier": score.brier if score else None,
        f"{name}_lift": score.lift if score else None,
    }


def people(tables: Tables, ask: Ask) -> Table:
    """Return everybody the risk was told of."""
    return purchase_days(tables, ask.until).select("person_id")


LEAVING_CHECK = Metric(
    name="leaving_check",
    room="insights",
    label=_l("Early warning, checked against what happened"),
    definition=_l(
        "Customers in tenths by their risk of leaving as it was told 90 days before the period’s end: of each tenth, the share that placed "
        "no order since. If the risk is honest, the share is what was said. The rule of everyone’s own rhythm and a model of behaviour are "
        "judged alike on later people; the model is used only where it ranks better beyond chance and is at least as honest."
    ),
    formula="people of the tenth without an order in the days after ÷ people of the tenth; AUC: the chance that somebody lost had the higher risk",
    source="Calibration and AUC on a later time (Hosmer, Lemeshow, Sturdivant 2013, Applied Logistic Regression, 3rd edition); the mean squared error is Brier's of 1950.",
    example="Of 400 people told a risk of about 80 %, 316 placed no order: 79 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    finish=finish,
    drawn="bar",
    interval="given",
    better="",
    choices=(WITHIN,),
)

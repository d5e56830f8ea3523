"""What everybody's histories teach, kept as plain numbers, so that a few people can be worked out the same way at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from regulars.insights.models import WorthState

if TYPE_CHECKING:
    from regulars.insights.engine.churn import Linear
    from regulars.insights.engine.clv.fitting import Fit
    from regulars.insights.engine.clv.forecast import People
    from regulars.insights.engine.clv.spend import MeanSpend, SpendFit
    from regulars.insights.engine.histories import Histories
    from regulars.insights.engine.rfm import Cuts
    from regulars.insights.engine.rhythm import Pace

# Raised when the numbers mean something else than before: then everybody is worked out anew.
VERSION = 1


@dataclass(frozen=True)
class Known:
    """What was learned of everybody; what these customers could not tell is None, and `refused` says why, by column and code.

    ninetieth: engagement before it becomes an index, of which nine in ten have less; leaving: the model of leaving where it beats the
    rule of rhythm.
    """

    cuts: Cuts
    pace: Pace | None = None
    fit: Fit | None = None
    spending: SpendFit | MeanSpend | None = None
    leaving: Linear | None = None
    ninetieth: float = 0.0
    refused: Mapping[str, str] = field(default_factory=dict)


def learn(seen: Histories, spent: Any, raw: Any, all_raw: Any, day: int) -> Known:
    """Learn from everybody.

    spent, raw: (n,) money in minor units and engagement of each in `seen.ids`; all_raw: engagement of everybody who did anything;
    day: today, as days since 1970.
    """
    from regulars.insights.engine.engagement import ninetieth_percentile
    from regulars.insights.engine.rfm import cut_points
    from regulars.insights.metrics.predicting import fit_of

    fitted = fit_of(people_of(seen, day)) if len(seen.ids) else None
    pace, refused = _pace(seen, day)
    leaving, why = _leaving(seen, day) if pace else (None, "")
    if fitted and fitted.refusal:
        refused["predicted"] = fitted.refusal.code
    elif fitted and fitted.spending_refusal:
        refused["spend"] = fitted.spending_refusal.code
    if why:
        refused["leaving"] = why
    return Known(
        cuts=cut_points(day - seen.last, seen.counts, spent),
        pace=pace,
        fit=fitted.fit if fitted else None,
        spending=fitted.spending if fitted else None,
        leaving=leaving,
        ninetieth=ninetieth_percentile(all_raw),
        refused=refused,
    )


def people_of(seen: Histories, day: int) -> People:
    """Return histories as the models of lifetime value take them, in days."""
    from regulars.insights.engine.clv.forecast import people

    return people(seen.counts - 1, seen.last - seen.first, day - seen.first, seen.spend)


def _pace(seen: Histories, day: int) -> tuple[Pace | None, dict[str, str]]:
    from regulars.insights.engine.rhythm import NoRhythm, learn_pace

    try:
        return learn_pace(*seen.gaps, (day - seen.last).astype(float)), {}
    except NoRhythm:
        return None, {"rhythm": "nobody_returned"}


def _leaving(seen: Histories, day: int) -> tuple[Linear | None, str]:
    """Return the model of leaving where it beats the rule, else why it does not."""
    from regulars.insights.engine.leaving import learn_leaving

    found = learn_leaving(seen, day)
    return found.linear, "" if found.method == "model" else found.why


def to_json(known: Known) -> dict[str, Any]:
    """Return what was learned as it is kept."""
    spending = known.spending
    return {
        "version": VERSION,
        "cuts": asdict(known.cuts),
        "pace": asdict(known.pace) if known.pace else None,
        "fit": {"model": known.fit.model.name, "params": known.fit.params} if known.fit else None,
        "spending": {
            "method": spending.method, "params": spending.params, "mean": getattr(spending, "mean", None),
            "spread": getattr(spending, "spread", None),
        } if spending else None,
        "leaving": asdict(known.leaving) if known.leaving else None,
        "ninetieth": known.ninetieth,
        "refused": dict(known.refused),
    }  # fmt: skip


def from_json(said: Mapping[str, Any]) -> Known | None:
    """Return what was kept, None before there is any or when it was another version's."""
    from regulars.insights.engine.churn import Linear
    from regulars.insights.engine.rfm import Cuts
    from regulars.insights.engine.rhythm import Pace

    if said.get("version") != VERSION:
        return None
    return Known(
        cuts=Cuts(**{name: tuple(values) for name, values in said["cuts"].items()}),
        pace=Pace(**said["pace"]) if said["pace"] else None,
        fit=_fit(said["fit"]),
        spending=_spending(said["spending"]),
        leaving=Linear(**said["leaving"]) if said["leaving"] else None,
        ninetieth=said["ninetieth"],
        refused=said["refused"],
    )


def is_learned() -> bool:
    """Tell whether what was learned of everybody is there, and this version's."""
    return bool(WorthState.current().known.get("version") == VERSION)


def _fit(said: Mapping[str, Any] | None) -> Fit | None:
    import numpy as np

    from regulars.insights.engine.clv.fitting import Fit
    from regulars.insights.engine.clv.valuation import MODELS

    if said is None:
        return None
    return Fit(dict(said["params"]), 0.0, 0, np.zeros((0, 0)), 0, 0, model=MODELS[said["model"]])


def _spending(said: Mapping[str, Any] | None) -> SpendFit | MeanSpend | None:
    import numpy as np

    from regulars.insights.engine.clv.spend import MeanSpend, SpendFit

    if said is None:
        return None
    base = (dict(said["params"]), 0.0, 0, np.zeros((0, 0)), 0, 0)
    if said["method"] == "group_mean":
        return MeanSpend(*base, mean=said["mean"], spread=said["spread"])
    return SpendFit(*base, correlation=0.0)

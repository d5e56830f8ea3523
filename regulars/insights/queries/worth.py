"""Worth as traits of people: what filters, lists, stage rules, export and API may ask of it."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.insights.models import TABLES, WorthState
from regulars.kit.traits import Join, Label, Trait, TraitType
from regulars.team.models import Business

SEE = "insights.see"
GROUP = _("Insights")
# The table that was read before stays as it is for hours, so nobody has to know at once.
REMEMBERED_SECONDS = 2.0
RFM_GROUPS: tuple[tuple[str, Label], ...] = (
    ("champions", _("Champions")), ("loyal", _("Loyal")), ("promising", _("Promising")), ("newcomers", _("Newcomers")),
    ("wavering", _("Wavering")), ("at_risk", _("At risk")), ("cannot_lose", _("Not to be lost")), ("hibernating", _("Asleep")),
    ("lost", _("Lost")),
)  # fmt: skip
HEALTHS: tuple[tuple[str, Label], ...] = (
    ("steady", _("Steady")), ("wavering", _("Wavering")), ("at_risk", _("At risk")), ("lapsed", _("Lapsed")),
)  # fmt: skip
REASONS: dict[str, Label] = {
    "very_late": _("Long overdue by their own rhythm"),
    "late": _("Overdue by their own rhythm"),
    "slowing": _("The last time between two purchases was longer than usual"),
    "spending_less": _("The last purchase was half as much as usual or less"),
    "one_purchase": _("Bought only once so far"),
    "in_rhythm": _("Buys as usual"),
    "few_purchases": _("Has bought less often than others"),
    "overdue": _("Has not bought for longer than usual"),
    "small_purchases": _("Spends less than others"),
    "newness": _("Has not been a customer for long"),
    "rhythm": _("Their own rhythm"),
}
REFUSED: dict[str, Label] = {
    "predicted": _("Value expected: %(why)s"),
    "spend": _("Spending expected is everybody’s mean: %(why)s"),
    "rhythm": _("Risk of leaving, health and next order: %(why)s"),
    "leaving": _("Risk of leaving follows each one’s rhythm: %(why)s"),
}
WHY_NO_MODEL: dict[str, Label] = {
    "too_few": _("Too few have left or stayed for a model."),
    "not_better": _("A model was no better on later customers."),
    "not_calibrated": _("A model told percentages less well on later customers."),
}
_known: tuple[float, str] = (0.0, "")


class WorthTraits:
    """The traits over the table of worth that is read now."""

    def version(self) -> Hashable:
        return current_letter()

    def traits(self) -> Iterable[Trait]:
        return worth_traits(current_letter())


def current_letter() -> str:
    """Return which table of worth is read; asked of the database every other second at most."""
    global _known
    asked_at, letter = _known
    if not letter or time.monotonic() - asked_at > REMEMBERED_SECONDS:
        letter = WorthState.current().letter
        _known = (time.monotonic(), letter)
    return letter


def worth_traits(letter: str) -> Iterable[Trait]:
    """Return what may be asked of people's worth in one of the two tables."""
    table = TABLES[letter]._meta.db_table
    join = Join("worth", f"LEFT JOIN {table} {{worth}} ON {{worth}}.person_id = {{t}}.id")

    def trait(name: str, type_: TraitType, label: Label, column: str, **more: Any) -> Trait:
        if type_ == "money":
            more["currency"] = _currency
        return Trait(
            name=f"insights.{name}", subject="person", type=type_, label=label, sql=f"{{worth}}.{column}", group=GROUP, join=join,
            see=SEE, sortable=True, sort_id="{worth}.person_id", **more,
        )  # fmt: skip

    yield trait("value", "money", _("Value so far"), "spent_minor")
    yield trait("average", "money", _("Average purchase"), "average_minor")
    yield trait("purchase_days", "number", _("Purchase days"), "purchase_days", absent=0)
    yield trait("rank", "number", _("Rank among customers"), "rank")
    yield trait("loyal_since", "date", _("Loyal since"), "loyal_since")
    yield trait("predicted", "money", _("Value expected"), "predicted_minor")
    yield trait("predicted_low", "money", _("Value expected, at least"), "predicted_low_minor")
    yield trait("predicted_high", "money", _("Value expected, at most"), "predicted_high_minor")
    yield trait("alive", "number", _("Probability still a customer"), "alive")
    yield trait("expected_purchases", "number", _("Purchases expected"), "expected_purchases")
    yield trait("next_order", "date", _("Next order expected"), "next_on")
    yield trait("engagement", "number", _("Engagement"), "engagement")
    yield trait("churn_risk", "number", _("Risk of leaving"), "churn_risk")
    yield trait("health", "choice", _("Health by rhythm"), "health", choices=lambda: HEALTHS)
    yield trait("recency", "number", _("Recency score"), "rfm_recency")
    yield trait("frequency", "number", _("Frequency score"), "rfm_frequency")
    yield trait("money", "number", _("Money score"), "rfm_money")
    yield trait("group", "choice", _("Customer group"), "rfm_group", choices=lambda: RFM_GROUPS)


def reasons_in_words(codes: Iterable[str] | None) -> list[Label]:
    """Return the reasons of a risk or a health in words, the weightiest first."""
    return [REASONS[code] for code in codes or () if code in REASONS]


def refusals() -> list[str]:
    """Return in words which columns are empty or rest on a simpler rule, and why; empty before anything was worked out."""
    refused = WorthState.current().known.get("refused", {})
    return [_refusal(column, refused[column]) for column in REFUSED if column in refused]


def _refusal(column: str, code: str) -> str:
    from regulars.insights.metrics.predicting import REFUSALS

    why = WHY_NO_MODEL.get(code) or REFUSALS.get(code, code)
    return str(REFUSED[column]) % {"why": why}


def _currency() -> str:
    return Business.current().currency

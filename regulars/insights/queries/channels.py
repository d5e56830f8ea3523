"""What winning customers cost by channel and campaign, beside what those who were won bring.

What was spent on a channel stands among the costs entered; where none is, what is known of single people counts. Campaigns have rows
of their own under their channel where a cost names one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regulars.insights.models.caring import Aim
from regulars.insights.queries.answers import Answer, Figure
from regulars.insights.queries.caring import costs_in
from regulars.insights.queries.definitions import definitions
from regulars.insights.queries.wishes import Count, Wish, figure_of, wish
from regulars.kit.metrics import Ask

COST_EACH = "acquisition_cost_minor"
KNOWN = ("new_customers", "acquisition_cost", "first_months_value", "value_to_cost", "payback_months")
# These hold for a cost that is said with the question.
BY_COST = ("value_to_cost", "payback_months")
# Figures by the name of their group in small letters, of each metric and grouping.
Known = Mapping[tuple[str, str], Mapping[str, Figure]]


@dataclass(frozen=True)
class Channel:
    """One channel, or one campaign of it: what was spent in the period (minor units), how many it won, and what one of them brings.

    `people` are those whose first purchase fell in the period, `costed` how many of them the cost is about. `worth` is what one brings
    in the first year, `ratio` that over the cost of one, `payback` the month by whose end the cost is back. Spend of which no channel
    is said has an empty name.
    """

    name: str
    campaign: str
    spent_minor: float
    is_entered: bool
    people: int = 0
    costed: int = 0
    worth: Figure | None = None
    ratio: Figure | None = None
    payback: Figure | None = None

    @property
    def each_minor(self) -> float | None:
        """What it cost to win one customer."""
        return self.spent_minor / self.costed if self.costed else None

    @property
    def by(self) -> str:
        """The grouping whose group this is."""
        return "campaign" if self.campaign else "channel"

    @property
    def group(self) -> str:
        """The group of that grouping whose people were won."""
        return self.campaign or self.name


def channels(count: Count, ask: Ask) -> list[Channel]:
    """Return every channel that cost something in the period, the dearest first, each followed by its campaigns."""
    ask, fixed = Ask(today=ask.today, until=ask.until, since=ask.start), definitions()
    spent = _spent(ask)
    ways = ("channel", "campaign") if any(campaign for _name, campaign in spent) else ("channel",)
    wishes = [wish(name, replace(ask, group=by), fixed) for by in ways for name in KNOWN]
    known = {(one.metric.name, one.ask.group): _by_name(one) for one in count(wishes)}
    entered = [_entered(name, campaign, minor, known) for (name, campaign), minor in spent.items()]
    asked = [_costed(one, ask, fixed) for one in entered]
    answers = iter(count([each for wishes in asked for each in wishes]))
    rows = [
        _with_answers(one, [next(answers) for _wish in own]) for one, own in zip(entered, asked, strict=True)
    ]
    return _in_order([*rows, *_of_people(known, {one.name for one in rows})])


def _spent(ask: Ask) -> dict[tuple[str, str], float]:
    """Add up what was spent to win customers, by channel and then by campaign of it; names differ by more than capitals."""
    sums: dict[tuple[str, str], float] = {}
    spelt: dict[str, str] = {}
    for cost, minor in costs_in(ask):
        if cost.aim == Aim.WIN and minor:
            name, campaign = (
                spelt.setdefault(said.strip().casefold(), said.strip())
                for said in (cost.channel, cost.programme)
            )
            for place in {(name, ""), (name, campaign if name else "")}:
                sums[place] = sums.get(place, 0.0) + minor
    return sums


def _by_name(found: Answer) -> dict[str, Figure]:
    """Return figures by the name of their group, in small letters; of names that differ by capitals the one with most."""
    return {one.group.casefold(): one for one in sorted(found.figures, key=lambda one: one.n) if one.group}


def _entered(name: str, campaign: str, minor: float, known: Known) -> Channel:
    by, own = ("campaign", campaign) if campaign else ("channel", name)
    won = known["new_customers", by].get(own.casefold())
    return Channel(
        name=_spelt(name, "channel", known), campaign=_spelt(campaign, "campaign", known), spent_minor=minor, is_entered=True,
        people=won.n if won else 0, costed=won.n if won else 0, worth=known["first_months_value", by].get(own.casefold()),
    )  # fmt: skip


def _spelt(name: str, by: str, known: Known) -> str:
    """Return a name as customers have it, so that it opens them."""
    found = known.get(("new_customers", by), {}).get(name.casefold())
    return found.group if found else name


def _costed(one: Channel, ask: Ask, fixed: Mapping[str, Any]) -> list[Wish]:
    """Return what has to be asked with the cost of this channel."""
    if not one.each_minor:
        return []
    own = replace(ask, group=one.by, only=one.group, chosen=((COST_EACH, round(one.each_minor, 4)),))
    return [wish(name, own, fixed) for name in BY_COST]


def _with_answers(one: Channel, answers: Sequence[Answer]) -> Channel:
    ratio, payback = (figure_of(found) for found in answers) if answers else (None, None)
    return replace(one, ratio=ratio, payback=payback)


def _of_people(known: Known, entered: set[str]) -> Iterator[Channel]:
    """Return the channels whose cost is known of single people and not entered."""
    taken = {name.casefold() for name in entered}
    of = {name: known[name, "channel"] for name in KNOWN}
    for name, cost in of["acquisition_cost"].items():
        if name not in taken and cost.value:
            won = of["new_customers"].get(name)
            yield Channel(
                cost.group, "", cost.value * cost.n, is_entered=False, people=won.n if won else cost.n, costed=cost.n,
                **{new: of[old].get(name) for new, old in _SHOWN.items()},
            )  # fmt: skip


_SHOWN = {"worth": "first_months_value", "ratio": "value_to_cost", "payback": "payback_months"}


def _in_order(rows: Sequence[Channel]) -> list[Channel]:
    whole = {one.name: one.spent_minor for one in rows if not one.campaign}
    # Spend of no channel stands last.
    return sorted(
        rows, key=lambda one: (not one.name, -whole[one.name], one.name, bool(one.campaign), -one.spent_minor)
    )

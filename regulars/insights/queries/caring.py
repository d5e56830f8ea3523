"""Does caring pay: what was spent in a period, entered and derived, beside what came back, of each programme and of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from regulars.insights.models.caring import Aim, Cost, CostKind
from regulars.insights.queries.answers import Figure
from regulars.insights.queries.definitions import definitions
from regulars.insights.queries.wishes import Count, figure_of, wish
from regulars.kit.metrics import Ask


@dataclass(frozen=True)
class Spent:
    """What one kind of thing cost in the period, in minor units; derived from facts or entered."""

    kind: str
    label: str
    aim: str
    minor: float
    is_derived: bool = False


@dataclass(frozen=True)
class Return:
    """What a programme cost and what came back, in minor units. `roi` is (back − cost) ÷ cost; None where one is not known.

    `basis` says in words what is counted as come back, or what is wanting; `metric` and the list `people_id` say who is behind it.
    """

    name: str
    cost_minor: float
    basis: str
    back: Figure | None = None
    metric: str = ""
    people_id: int | None = None

    @property
    def roi(self) -> float | None:
        return self._of(self.back.value) if self.back else None

    @property
    def roi_low(self) -> float | None:
        return self._of(self.back.low) if self.back else None

    @property
    def roi_high(self) -> float | None:
        return self._of(self.back.high) if self.back else None

    def _of(self, back: float | None) -> float | None:
        return None if back is None or not self.cost_minor else (back - self.cost_minor) / self.cost_minor


@dataclass(frozen=True)
class Head:
    """What it cost to win or to keep one customer: so much over so many."""

    cost_minor: float
    people: int

    @property
    def each(self) -> float | None:
        return self.cost_minor / self.people if self.people else None


@dataclass(frozen=True)
class Caring:
    """What caring cost and brought between two days (the second not counted)."""

    since: date
    until: date
    spent: list[Spent]
    programmes: list[Return]
    whole: Return
    win: Head
    keep: Head


def caring(count: Count, ask: Ask) -> Caring:
    """Set costs beside value back; without a beginning of the last 365 days."""
    ask, fixed = Ask(today=ask.today, until=ask.until, since=ask.start), definitions()
    costs = costs_in(ask)
    programmes = _named(costs)
    lists = {one.people.pk: one.people.filter for one, _minor in costs if one.people}
    wishes = [
        wish(name, ask, fixed)
        for name in ("answering_cost", "customer_retention", "new_customers", "value_back")
    ]
    wishes += [wish("value_back", ask, fixed, tree) for tree in lists.values()]
    derived, kept, new, back, *theirs = (figure_of(one) for one in count(wishes))
    backs = dict(zip(lists, theirs, strict=True))
    answering = (derived.value or 0.0) if derived else 0.0
    keep = sum(minor for one, minor in costs if one.aim == Aim.KEEP) + answering
    win = sum(minor for one, minor in costs if one.aim == Aim.WIN)
    returns = [_programme(name, parts, backs) for name, parts in programmes.items()]
    if answering:
        returns.append(_answering(answering, figure_of(count([wish("help_value", ask, fixed)])[0])))
    basis = _("All that came back, for whatever reason.")
    whole = Return(_("Everything"), keep, basis, back, "value_back")
    keeping = Head(keep, (kept.k or 0) if kept else 0)
    winning = Head(win, new.n if new else 0)
    return Caring(ask.start, ask.until, _spent(costs, answering), returns, whole, winning, keeping)


def share_of(cost: Cost, ask: Ask) -> float:
    """Return how much of a cost falls into the period, by days.

    >>> june = Cost(first_on=date(2026, 6, 1), last_on=date(2026, 6, 30), amount_minor=3000)
    >>> share_of(june, Ask(today=date(2026, 6, 21), since=date(2026, 6, 11), until=date(2026, 6, 21)))
    1000.0
    """
    first = max(cost.first_on, ask.start)
    after = min(cost.last_on + timedelta(days=1), ask.until)
    length = (cost.last_on - cost.first_on).days + 1
    return cost.amount_minor * max((after - first).days, 0) / length


def costs_in(ask: Ask) -> list[tuple[Cost, float]]:
    """Return the costs whose days fall into the period, each with how much of it does."""
    live = Cost.objects.filter(deleted_at=None, last_on__gte=ask.start, first_on__lt=ask.until)
    return [(one, share_of(one, ask)) for one in live.select_related("people").order_by("first_on", "pk")]


def _spent(costs: list[tuple[Cost, float]], answering: float) -> list[Spent]:
    sums: dict[tuple[str, str], float] = {}
    for one, minor in costs:
        sums[one.kind, one.aim] = sums.get((one.kind, one.aim), 0.0) + minor
    found = [Spent(kind, str(CostKind(kind).label), aim, minor) for (kind, aim), minor in sums.items()]
    if answering:
        found.append(
            Spent("answering", _("Answering, by the time it took"), Aim.KEEP, answering, is_derived=True)
        )
    return sorted(found, key=lambda one: -one.minor)


def _named(costs: list[tuple[Cost, float]]) -> dict[str, list[tuple[Cost, float]]]:
    named: dict[str, list[tuple[Cost, float]]] = {}
    for one, minor in costs:
        # Who was won by a channel's campaign stands beside its cost in the table of channels.
        is_campaign = one.aim == Aim.WIN and one.channel and not one.people_id
        if one.programme and not is_campaign:
            named.setdefault(one.programme, []).append((one, minor))
    return dict(sorted(named.items()))


def _programme(
    name: str, parts: list[tuple[Cost, float]], backs: Mapping[int, Figure | None]
) -> Return:  # fmt: skip
    lists = {one.people_id for one, _minor in parts if one.people_id}
    spent = sum(minor for _one, minor in parts)
    if len(lists) != 1:
        return Return(name, spent, _("Say for which list of people it was, to see what came back."))
    number = lists.pop()
    basis = _("What the people of its list brought again, for whatever reason.")
    return Return(name, spent, basis, backs[number], "value_back", number)


def _answering(spent: float, back: Figure | None) -> Return:
    basis = _("What those helped brought over what similar people brought who were not.")
    return Return(_("Answering customers"), spent, basis, back, "help_value")


def by_aim(spent: Iterable[Spent]) -> Mapping[str, float]:
    """Return what was spent to win and to keep."""
    sums = dict.fromkeys(Aim.values, 0.0)
    for one in spent:
        sums[one.aim] += one.minor
    return sums

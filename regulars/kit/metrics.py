"""The contract of metrics: a measure written once, of which page, console, API and docs all read.

A metric is data and two functions. `expression` gives its figures as an Ibis table over facts; `people` the people behind them.
Neither holds a string of SQL nor looks at the clock: all that differs from question to question stands in the `Ask`.

Rooms say from `apps.ready()` where theirs are (`offer_metrics("package.module:NAME")`), so that starting up loads no engine; a package
of its own offers them by the entry point group `regulars.metrics`. Either names a `Metric` or several of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Literal, Protocol

from django.utils.functional import Promise

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

# What a value is: money in minor units of the business's currency, a rate between 0 and 1, days or hours, a plain count, a ratio
# a : b, or an index without a unit.
Unit = Literal["money", "rate", "count", "days", "hours", "ratio", "index"]
# What one row counted in `n` stands for.
Grain = Literal["person", "order", "line", "refund", "product", "conversation", "touchpoint", "business"]
Drawn = Literal["number", "line", "bar", "grid", "distribution"]
# wilson: of k in n. mean: of `value` with its standard deviation `sd` over n. given: the expression has low and high itself.
Interval = Literal["none", "wilson", "mean", "given"]
Better = Literal["higher", "lower", ""]
GROUP = "group"
ENTRY_POINTS = "regulars.metrics"
YEAR_DAYS = 365


class Tables(Protocol):
    """Every fact as an Ibis table, by its name, already narrowed to the people of the question."""

    def __getattr__(self, name: str) -> ibis.Table: ...


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A question to a metric, apart from whose figures: that narrowing has happened to the tables already.

    The period runs from `since` to the day before `until`, in the business's days; without `since` from the beginning. `today` is
    the first day that is not whole. `group` names one of the metric's groupings; `only` keeps one of its groups, `cell` one step of
    a grid (for its people). `chosen` holds what was chosen for the metric's choices, by their names, and `worded` what was chosen for
    those that are words.
    """

    today: date
    until: date
    since: date | None = None
    group: str = ""
    only: str | None = None
    step: Literal["day", "week", "month", "quarter", "year"] = "month"
    cell: int | None = None
    chosen: tuple[tuple[str, float], ...] = ()
    worded: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def start(self) -> date:
        """The first day of the period; without one, a year before its end."""
        return self.since or self.until - timedelta(days=YEAR_DAYS)

    @property
    def period_days(self) -> int | None:
        return (self.until - self.since).days if self.since else None


@dataclass(frozen=True)
class Choice:
    """A number that a metric's definition leaves to the business, such as a horizon or a margin, with what holds unless chosen."""

    name: str
    label: str | Promise
    default: float

    def of(self, ask: Ask) -> float:
        """Return what was chosen in a question."""
        return dict(ask.chosen).get(self.name, self.default)


@dataclass(frozen=True)
class Words:
    """Words that a metric's definition leaves to the business, such as which channels are recommendations."""

    name: str
    label: str | Promise
    default: tuple[str, ...]

    def of(self, ask: Ask) -> tuple[str, ...]:
        """Return what was chosen in a question, in small letters."""
        return tuple(word.lower() for word in dict(ask.worded).get(self.name, self.default))


Expression = Callable[["Tables", Ask], "ibis.Table"]
Finish = Callable[["pa.Table", Ask], "pa.Table"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One measure.

    `expression` returns one row for each group, or just one: the column `group` (text; left out without a grouping), `n` (int64, how many
    it rests on), and `value` (float64, in `unit`), or `k` for a rate of k in n. A mean adds `sd`. A grid adds `step` (int64, how many
    steps after the beginning) and may add `is_whole` (whether that cell's time has passed). Rows come in no order.
    A distribution returns its bins as steps, with `n` and `value` (the share in the bin) and their edges.
    `people` returns `person_id` of those behind the figure (for a rate: the k), so that every figure opens a list.
    `finish` is for what no expression can say, such as fitting a model: it turns the expression's rows into figures as above.
    """

    name: str
    room: str
    label: str | Promise
    definition: str | Promise
    formula: str
    source: str
    example: str
    inputs: tuple[str, ...]
    unit: Unit
    grain: Grain
    expression: Expression
    people: Expression | None = None
    drawn: Drawn = "number"
    interval: Interval = "none"
    groups: tuple[str, ...] = ()
    better: Better = "higher"
    choices: tuple[Choice, ...] = ()
    wording: tuple[Words, ...] = ()
    finish: Finish | None = None
    see: str = "insights.see"


@dataclass(frozen=True, kw_only=True)
class PeopleGrouping:
    """A way to tell people apart that a room offers, such as their tier: a column of one of its facts with one row for each person.

    Who has no row, or nothing in the column, stands in the group without a name.
    """

    name: str
    label: str | Promise
    fact: str
    column: str


# A metric that can be told apart by this can be told apart by whatever is known of people.
OF_ANY_PEOPLE = "stage"
_offered: list[EntryPoint] = []
_groupings: dict[str, PeopleGrouping] = {}


def offer_grouping(*groupings: PeopleGrouping) -> None:
    """Offer ways to tell people apart to every metric of people; the same name again replaces one."""
    for grouping in groupings:
        _groupings[grouping.name] = grouping
    metrics.cache_clear()


def offered_groupings() -> Mapping[str, PeopleGrouping]:
    """Return the ways to tell people apart that rooms offer, by name."""
    return dict(_groupings)


def offer_metrics(place: str) -> None:
    """Say where a room's metrics are, as `package.module:NAME` of one metric or several; they are loaded when first asked for."""
    point = EntryPoint(name=place, value=place, group=ENTRY_POINTS)
    if point not in _offered:
        _offered.append(point)
        metrics.cache_clear()


@cache
def metrics() -> Mapping[str, Metric]:
    """Return every metric by its name; one that comes later under the same name replaces it, packages last."""
    found: dict[str, Metric] = {}
    for point in (*_offered, *entry_points(group=ENTRY_POINTS)):
        offered = point.load()
        found |= {one.name: one for one in ([offered] if isinstance(offered, Metric) else offered)}
    return {name: _with_offered(one) for name, one in sorted(found.items())}


def _with_offered(metric: Metric) -> Metric:
    if OF_ANY_PEOPLE not in metric.groups:
        return metric
    return replace(
        metric, groups=(*metric.groups, *(name for name in _groupings if name not in metric.groups))
    )

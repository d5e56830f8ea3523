"""A question as a page asks it: which metric, which period, whose figures, set beside what; and its answer, kept for the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from regulars.insights.facts.manifest import current_version
from regulars.insights.facts.reading import asked_facts, mirror_folder, open_facts
from regulars.insights.models import HeldAnswer
from regulars.insights.queries.answers import Answer, Figure, find_metric, people_behind
from regulars.insights.queries.periods import Period, period_of
from regulars.insights.queries.whose import SEE, find_segment, people_of, reach_of
from regulars.kit.clock import now, today
from regulars.kit.filters import Asker
from regulars.kit.metrics import Ask, Metric, metrics
from regulars.kit.refused import require
from regulars.team.models import Business
from regulars.team.rules import Scope, allowed, may

# Lists are read live; an answer about a list or about somebody's own customers is counted anew after so long.
NARROWED_SECONDS = 15 * 60
MOST_BEHIND = 200_000
COMPARISONS = ("", "before", "year")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What every figure of a page is asked for: the period, a saved list of people, and what is set beside it."""

    period: Period
    today: date
    segment: str = ""
    beside: str = ""

    @property
    def address(self) -> dict[str, str]:
        """The question as an address says it, without what goes without saying."""
        said = {**self.period.address, "segment": self.segment, "beside": self.beside}
        return {name: value for name, value in said.items() if value}

    def ask(self, *, by: str = "", only: str | None = None, cell: int | None = None) -> Ask:
        """Return the question to a metric, told apart by one of its groupings; `only` and `cell` keep one group and step."""
        period = self.period
        return Ask(
            today=self.today, since=period.since, until=period.until, group=by, only=only, cell=cell, step=period.step
        )  # fmt: skip

    def other(self) -> Question | None:
        """Return what stands beside it: an earlier period, or another list in the same one."""
        if self.beside.startswith("list:"):
            return replace(self, segment=self.beside.removeprefix("list:"), beside="")
        earlier = {"before": self.period.before, "year": self.period.year_before}.get(self.beside)
        found = earlier() if earlier else None
        return replace(self, period=found, beside="") if found else None


def question_of(said: Mapping[str, str]) -> Question:
    """Read the question that an address asks."""
    day = today(Business.current().time_zone)
    beside = said.get("beside", "")
    known = beside in COMPARISONS or beside.removeprefix("list:").isdecimal()
    return Question(
        period=period_of(said, day),
        today=day,
        segment=said.get("segment", "")[:80],
        beside=beside if known else "",
    )


def known_metrics(seer: Any) -> dict[str, Metric]:
    """Return the metrics that this member or key may see, by name."""
    return {name: one for name, one in metrics().items() if may(seer, one.see)}


def seen_metric(name: str, seer: Any) -> Metric:
    """Return a metric that this member or key may see."""
    metric = find_metric(name)
    require(may(seer, metric.see))
    return metric


def tree_of(question: Question, seer: Any) -> Any:
    """Return the filter of the list whose figures are asked for; None for everybody."""
    return find_segment(question.segment, seer).filter if question.segment else None


def key_of(metric: Metric, ask: Ask, tree: Any, seer: Any) -> str:
    """Return what an answer is kept under: the state of the facts, the question, and whose figures they may be."""
    decides = [current_version(mirror_folder()), metric.name, asdict(ask), reach_of(seer, tree)]
    return hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()


def held_answers(keys: Mapping[str, bool]) -> dict[str, Any]:
    """Return the answers kept under these keys that are still good, by key; each key says whether its answer is narrowed."""
    rows = HeldAnswer.objects.filter(pk__in=list(keys)).values_list("key", "body", "made_at")
    return {
        key: body
        for key, body, made_at in rows
        if not keys[key] or (now() - made_at).total_seconds() < NARROWED_SECONDS
    }


def is_narrowed(tree: Any, seer: Any) -> bool:
    """Tell whether an answer depends on lists and keepers as they are now."""
    return bool(tree) or allowed(seer, SEE) < Scope.ALL


_first_days: dict[int, date | None] = {}


def first_day() -> date | None:
    """Return the day of the first order there is, so that nobody sets figures beside a time before the shop."""
    version = current_version(mirror_folder())
    if version not in _first_days:
        with open_facts() as facts:
            # The whole business: an agent learns no more of it than since when there are orders.
            found = facts.run(facts.orders.filter(facts.orders.is_counted).day.min().as_table())
            _first_days.clear()
            _first_days[version] = found.column(0)[0].as_py()
    return _first_days[version]


def reaches_back(question: Question) -> bool:
    """Tell whether what is set beside lies whole in the time that orders are known of."""
    other, first = question.other(), None
    if other is None or other.period == question.period:
        return True
    first = first_day()
    return first is not None and other.period.since is not None and other.period.since >= first


def compute_people(metric: Metric, ask: Ask, tree: Any, seer: Any) -> list[int]:
    """Return the numbers of the people behind a figure, within the reach of whoever asks."""
    with asked_facts() as facts:
        return people_behind(metric, ask, facts.of(people_of(seer, tree)), most=MOST_BEHIND)


def pack(found: Answer) -> dict[str, Any]:
    """Return an answer as it is kept."""
    figures = [{**asdict(one), "more": _plain(one.more)} for one in found.figures]
    return {"version": found.version, "seen_at": found.seen_at.isoformat(), "figures": figures}


def unpack(metric: Metric, ask: Ask, body: Mapping[str, Any]) -> Answer:
    """Return an answer that was kept."""
    figures = [Figure(**one) for one in body["figures"]]
    return Answer(metric, ask, figures, body["version"], datetime.fromisoformat(body["seen_at"]))


def asker_of(seer: Any) -> Asker:
    """Return for whom a filter is read."""
    return Asker(now=now(), may_see=lambda verb: may(seer, verb), member_id=seer.member_id)


def _plain(more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | float | str | bool | None) else str(value)
        for name, value in more.items()
    }

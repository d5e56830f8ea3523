"""Several questions of one page, asked together: what each wants to know, and what answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.insights.facts.reading import Facts
from regulars.insights.queries.answers import Answer, Figure, answer, find_metric
from regulars.insights.queries.definitions import defined
from regulars.insights.queries.whose import people_lately
from regulars.kit.metrics import Ask, Metric


@dataclass(frozen=True)
class Wish:
    """A question to a metric about everybody within reach, or about those of them who pass the filter `tree`."""

    metric: Metric
    ask: Ask
    tree: Any = None


# Answers wishes in their order: from what is kept, or by counting.
Count = Callable[[Sequence[Wish]], list[Answer]]


def wish(name: str, ask: Ask, fixed: Mapping[str, Any], tree: Any = None) -> Wish:
    """Return a question to the metric of that name, by the definitions that the business has fixed."""
    metric = find_metric(name)
    return Wish(metric, defined(metric, ask, dict(fixed)), tree)


def counting(facts: Facts, seer: Any) -> Count:
    """Return what answers wishes by counting these facts; the people of each list are looked up once."""
    people: dict[str, Facts] = {}

    def theirs(tree: Any) -> Facts:
        if repr(tree) not in people:
            people[repr(tree)] = facts.of(people_lately(seer, tree))
        return people[repr(tree)]

    return lambda wishes: [answer(one.metric, one.ask, theirs(one.tree)) for one in wishes]


def figure_of(found: Answer) -> Figure | None:
    """Return the one figure of an answer that is not told apart; None where there is nothing to count."""
    return found.figures[0] if found.figures else None

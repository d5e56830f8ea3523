from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from regulars.kit.clock import now, today
from regulars.team.models import Business

if TYPE_CHECKING:
    from regulars.insights.queries.answers import Answer, Figure
    from regulars.kit.metrics import Ask


@dataclass(frozen=True)
class _Console:
    """Whoever sits at the machine sees everything."""

    role: str = "owner"
    member_id: int | None = None
    team_ids: tuple[int, ...] = ()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the metric, whose figures, of which period, told apart by what."""
    parser.add_argument("metric", nargs="?", default="", help="its name; without one all are listed")
    parser.add_argument("--segment", default="", help="a saved list of people, by name or number")
    parser.add_argument("--by", default="", metavar="GROUP", help="tell apart: cohort, channel, stage …")
    parser.add_argument(
        "--since", type=date.fromisoformat, default=None, metavar="DAY", help="the first day that counts"
    )
    parser.add_argument(
        "--until", type=date.fromisoformat, default=None, metavar="DAY", help="the day after the last"
    )
    parser.add_argument("--step", choices=("day", "week", "month", "quarter", "year"), default="month")
    parser.add_argument(
        "--choose",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        type=_choice,
        help="margin=0.4, months=24 …",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def _choice(said: str) -> tuple[str, float]:
    name, _, number = said.partition("=")
    return name.strip(), float(number)


def run(options: argparse.Namespace) -> int:
    """Print a metric's figures, or the list of metrics."""
    from regulars.insights.facts.reading import open_facts
    from regulars.insights.queries.answers import answer, find_metric
    from regulars.insights.queries.definitions import defined
    from regulars.insights.queries.whose import find_segment, people_of

    if not options.metric:
        return _list(options.json)
    metric = find_metric(options.metric)
    tree = find_segment(options.segment, _Console()).filter if options.segment else None
    with open_facts() as facts:
        found = answer(metric, defined(metric, _ask(options)), facts.of(people_of(_Console(), tree)))
    sys.stdout.write((json.dumps(as_json(found)) if options.json else _as_text(found)) + "\n")
    return 0


def _ask(options: argparse.Namespace) -> Ask:
    from regulars.kit.metrics import Ask

    day = today(Business.current().time_zone)
    return Ask(
        today=day,
        until=options.until or day,
        since=options.since,
        group=options.by,
        step=options.step,
        chosen=tuple(options.choose),
    )


def _list(is_json: bool) -> int:
    from regulars.kit.metrics import metrics

    known = [
        {"name": one.name, "label": str(one.label), "unit": one.unit, "definition": str(one.definition)}
        for one in metrics().values()
    ]
    lines = [f"{one['name']:<28} {one['definition']}" for one in known]
    sys.stdout.write((json.dumps(known) if is_json else "\n".join(lines)) + "\n")
    return 0


def as_json(found: Answer) -> Mapping[str, Any]:
    """Return an answer as it is told to programs: values in the metric's unit, money in minor units."""
    return {
        "metric": found.metric.name,
        "label": str(found.metric.label),
        "unit": found.metric.unit,
        "currency": Business.current().currency if found.metric.unit == "money" else None,
        "since": found.ask.since.isoformat() if found.ask.since else None,
        "until": found.ask.until.isoformat(),
        "by": found.ask.group or None,
        "seen_at": found.seen_at.isoformat(),
        "age_seconds": round((now() - found.seen_at).total_seconds()),
        "version": found.version,
        "figures": [_figure(one) for one in found.figures],
    }


def _figure(one: Figure) -> Mapping[str, Any]:
    return {
        "group": one.group or None, "value": one.value, "n": one.n, "k": one.k, "low": one.low, "high": one.high,
        "is_small": one.is_small, **one.more,
    }  # fmt: skip


def _as_text(found: Answer) -> str:
    head = f"{found.metric.label}: {found.metric.definition}"
    return "\n".join([head, *(_line(found, one) for one in found.figures)])


def _line(found: Answer, one: Figure) -> str:
    value = _words(found, one.value)
    between = (
        f", 95 % between {_words(found, one.low)} and {_words(found, one.high)}"
        if one.low is not None
        else ""
    )
    name = " · ".join(part for part in (one.group, str(one.more.get("label") or "")) if part) or "all"
    return f"  {name:<20} {value}  (n {one.n:,}{between})"


def _words(found: Answer, value: float | None) -> str:
    from regulars.kit.money import Money

    if value is None:
        return "–"
    if found.metric.unit == "money":
        return str(Money(round(value), Business.current().currency))
    return f"{value:.2%}" if found.metric.unit == "rate" else f"{value:,.2f}"

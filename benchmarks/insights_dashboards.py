"""The dashboards: the Loyalty board beside SQL written by hand, and every ready-made board through the door of a warm process.

    python benchmarks/insights_dashboards.py [--people N] [--orders N] [--touchpoints N] [--world URL] [--mirror FOLDER] [BOARD ...]

`--world` names a database that an earlier run or `insights_world.fill` has filled, `--mirror` the folder of its mirror, which is made
there when none stands. BOARD limits the second part to these boards; `sql` alone leaves it out. Prints JSON; seconds in the first part,
milliseconds in the second.

1. Each metric of the Loyalty board: the whole answer (expression, compiling, running, finishing) beside the queries of loyalty_sql.py
   over the same files, figures compared. `leaving_check` learns a model, which is no query: it is in neither sum. Promised: the sum of
   ours within 1.5 times that of theirs.
2. A board by an owner, narrowed to a saved list: its page, then each tile as the page asks for it. A list that was not asked before,
   beside the same compiled queries run straight on DuckDB for the same people (promised: within 1.5 times; models and what PostgreSQL
   says of the list are on our side alone, `in_queries` is our part that builds, compiles and runs); and the same requests asked
   again, each by itself, beside the empty shell (promised: within 4 times), both at p95.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, product
from math import isclose
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

from benchmarks.asked import PARTIAL, page, visitors
from benchmarks.cost import App, ask
from benchmarks.insights_mirror import compared, sizes, timed, world
from benchmarks.loyalty_sql import LOYALTY

NO_QUERY = "leaving_check"
RUNS, WARM, AGAIN = 3, 4, 5
COUNTRIES, CHANNELS = ("FI", "LT", "NO", "HU"), ("search", "social", "fair", "friend", "")
Runs = Callable[..., Any]


def main() -> None:
    options = _options()
    standing = nullcontext(options.mirror) if options.mirror else tempfile.TemporaryDirectory(prefix="bench-boards-")  # fmt: skip
    with world(options), standing as folder:
        _stand_on(Path(folder))
        for result in chain(_loyalty(Path(folder)), _boards(options.boards)):
            print(json.dumps(result), flush=True)


def _options() -> argparse.Namespace:
    parser = sizes()
    parser.add_argument("--mirror", default="")
    parser.add_argument("boards", nargs="*")
    return parser.parse_args()


def _stand_on(folder: Path) -> None:
    from django.conf import settings

    from regulars.insights.actions.mirror import refresh_mirror
    from regulars.insights.facts.manifest import read_manifest

    settings.INSIGHTS_DIR = str(folder)
    if read_manifest(folder) is None:
        refresh_mirror(full=True)


def _loyalty(folder: Path) -> Iterator[dict[str, Any]]:
    from regulars.insights.facts.reading import connect, open_facts

    hand, sums = connect(folder), [[0.0, 0.0], [0.0, 0.0]]
    with open_facts() as facts:
        for name, by, ours, theirs in _pairs(folder, facts, hand):
            _same_figures(name, ours(), theirs())
            runs = [(timed(ours), timed(theirs)) for _run in range(RUNS)]
            best = [tuple(median(run[side][place] for run in runs) for place in (0, 1)) for side in (0, 1)]
            sums = [[sums[side][place] + best[side][place] for place in (0, 1)] for side in (0, 1)]
            yield compared(" by ".join(filter(None, (name, by))), best[0], best[1])
    hand.close()
    yield compared("all loyalty metrics, beside hand-written SQL", tuple(sums[0]), tuple(sums[1]))


def _pairs(folder: Path, facts: Any, hand: Any) -> Iterator[tuple[str, str, Runs, Runs]]:
    """Return each metric of the board by name and grouping, with what asks it and what runs its SQL."""
    from regulars.insights.facts.manifest import FILES, read_manifest
    from regulars.insights.metrics.intervals import Z
    from regulars.insights.queries.asking import question_of
    from regulars.insights.queries.boards import READY, drawn_of, grouping_of, shown_tiles
    from regulars.insights.queries.definitions import defined
    from regulars.kit.metrics import metrics

    filed, question = read_manifest(folder), question_of({})
    assert filed
    assert question.period.step == "month"
    files = {
        name: [str(folder / FILES / one) for one in filed.facts[name].months.values()]
        for name in ("purchase_days", "people", "touchpoints")
    }
    for tile, metric in shown_tiles(READY["loyalty"], metrics()):
        if metric.name == NO_QUERY:
            continue
        by = grouping_of(metric, tile.by or ("period" if drawn_of(tile, metric) == "line" else ""))
        asked = defined(metric, question.ask(by=by))
        sql = LOYALTY[metric.name, by].format(z=Z, since=asked.since, until=asked.until, **files)
        yield metric.name, by, partial(_anew, metric, asked, facts), partial(_rows, hand, sql)


def _anew(metric: Any, asked: Any, facts: Any) -> Any:
    """Answer as the first one to ask: built and compiled too."""
    from regulars.insights.queries.answers import answer

    facts._engine.queries.clear()
    return answer(metric, asked, facts)


def _rows(hand: Any, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = hand.sql(sql).to_arrow_table().to_pylist()
    return found


def _same_figures(name: str, ours: Any, theirs: list[dict[str, Any]]) -> None:
    told = {
        (one.group, one.more.get("step")): {
            "n": one.n, "k": one.k, "value": one.value, "low": one.low, "high": one.high, **one.more
        }
        for one in ours.figures
    }  # fmt: skip
    assert len(told) == len(theirs) > 0, f"{name}: {len(told)} figures, {len(theirs)} by hand"
    for row in theirs:
        place = row.pop("group", ""), row.pop("step", None)
        for column, value in row.items():
            same = isclose(told[place][column], value, rel_tol=1e-7, abs_tol=1e-9)
            assert same, f"{name} {place} {column}: {told[place][column]}, by hand {value}"


@dataclass
class Recorder:
    """What the facts were asked while a board was drawn, with how long that took, to be run again without us."""

    asked: list[tuple[Any, str]] = field(default_factory=list)
    seconds: float = 0.0

    def run(self, original: Runs, facts: Any, expression: Any) -> Any:
        self.asked.append((facts, facts._backend.compile(expression.as_table())))
        return self.timed(original, facts, expression)

    def fetch(self, original: Runs, facts: Any, query: Any) -> Any:
        self.asked.append((facts, query.sql))
        return original(facts, query)

    def timed(self, original: Runs, *asked: Any) -> Any:
        began = time.perf_counter()
        try:
            return original(*asked)
        finally:
            self.seconds += time.perf_counter() - began

    def straight(self) -> float:
        """Return the seconds that the same queries take, on the same cursors (and so for the same people)."""
        began = time.perf_counter()
        for facts, sql in self.asked:
            facts._cursor.sql(sql).to_arrow_table()
        return time.perf_counter() - began


@contextmanager
def _recorded() -> Iterator[Recorder]:
    from regulars.insights.facts.reading import Facts

    recorder = Recorder()
    ways = {"run": recorder.run, "_fetch": recorder.fetch, "run_kept": recorder.timed}
    originals = {name: getattr(Facts, name) for name in ways}
    for name, way in ways.items():
        setattr(Facts, name, _through(way, originals[name]))
    try:
        yield recorder
    finally:
        for name, original in originals.items():
            setattr(Facts, name, original)


def _through(way: Runs, original: Runs) -> Runs:
    return lambda facts, *asked: way(original, facts, *asked)


@dataclass
class Times:
    """Seconds of one board: whole, for lists new to it; and of single requests asked again."""

    new: list[float] = field(default_factory=list)
    straight: list[float] = field(default_factory=list)
    in_queries: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    tiles: list[float] = field(default_factory=list)
    shell: list[float] = field(default_factory=list)


def _boards(wanted: list[str]) -> Iterator[dict[str, Any]]:
    from regulars.config.wsgi import application as app
    from regulars.insights.queries.boards import READY

    owner, lists = visitors().owner, _lists()
    for slug in READY:
        if not wanted or slug in wanted:
            yield from _told(slug, _measured(app, owner, slug, lists))


def _lists() -> list[int]:
    """Save lists that differ, those of an earlier run thrown away with what was answered about them."""
    from regulars.insights.models import HeldAnswer
    from regulars.kit.actor import Actor
    from regulars.people.actions.views import save_view
    from regulars.people.models import View

    View.objects.filter(name__startswith="bench ").delete()
    HeldAnswer.objects.all().delete()
    found = []
    for country, channel in product(COUNTRIES, CHANNELS):
        from_there = {"field": "country", "op": "is", "value": country}
        through = {"field": "acquired_channel", "op": "is", "value": channel}
        if not channel:
            through = {"field": "acquired_channel", "op": "empty"}
        values = {"name": f"bench {country} {channel}", "filter": {"and": [from_there, through]}}
        found.append(save_view("person", {**values, "is_shared": True}, by=Actor.clock()).pk)
    return found


def _measured(app: App, owner: str, slug: str, lists: list[int]) -> Times:
    times = Times()
    get = partial(_get, app, owner)
    for place, number in enumerate(lists):
        address = f"/insights/boards/{slug}/?segment={number}"
        with _recorded() as recorder:
            seconds, text = get(address)
            tiles = _tile_addresses(text)
            seconds += sum(get(one, PARTIAL)[0] for one in tiles)
        straight = recorder.straight()
        if place < WARM:
            continue
        times.new.append(seconds)
        times.straight.append(straight)
        times.in_queries.append(recorder.seconds)
        for _time in range(AGAIN):
            times.shell.append(get("/kit/shell/")[0])
            times.page.append(get(address)[0])
            times.tiles += [get(one, PARTIAL)[0] for one in tiles]
    return times


def _get(app: App, owner: str, address: str, more: dict[str, str] | None = None) -> tuple[float, str]:
    once = page(address, owner, address, more)
    began = time.perf_counter()
    text = ask(app, once, 0)
    return time.perf_counter() - began, text.decode()


def _tile_addresses(text: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'hx-get="(/insights/tiles/[^"]*)"', text)]


def _told(slug: str, times: Times) -> Iterator[dict[str, Any]]:
    new, straight, again, shell = (
        _quantiles(one) for one in (times.new, times.straight, times.page + times.tiles, times.shell)
    )
    yield {
        "name": f"{slug}: a list not asked before", "ours_ms": new, "baseline_ms": straight, "ratio_p50": _ratio(new[0], straight[0]),
        "ratio_p95": _ratio(new[1], straight[1]), "in_queries_ms": _quantiles(times.in_queries), "lists": len(times.new),
    }  # fmt: skip
    yield {
        "name": f"{slug}: asked again, beside the empty shell", "ours_ms": again, "baseline_ms": shell, "ratio_p50": _ratio(again[0], shell[0]),
        "ratio_p95": _ratio(again[1], shell[1]), "page_ms": _quantiles(times.page), "tiles_ms": _quantiles(times.tiles),
    }  # fmt: skip


def _quantiles(seconds: list[float]) -> tuple[float, float]:
    """Return p50 and p95 in milliseconds."""
    cuts = quantiles(seconds, n=20, method="inclusive")
    return round(cuts[9] * 1000, 2), round(cuts[18] * 1000, 2)


def _ratio(ours: float, baseline: float) -> float:
    return round(ours / baseline, 2)


if __name__ == "__main__":
    main()

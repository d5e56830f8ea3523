"""Clean the largest real mails and draw the page of their frame, against the cleaner's library alone with the same rules.

    python benchmarks/mail_html.py [MAILS]

The mails with the most HTML of the shared data folder are filed as any mail is; `ours` is what one look at a mail costs, from its
row to the page that is sent: its own pictures looked up, cleaned, put in, and the frame around it. Medians of many turns, taken by
turns, in CPU-milliseconds of this process, since others may use the machine. Prints JSON lines (promised: at most twice for the largest).
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.scratch import scratch_database

TURNS = 101


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, scratch_database("regulars_html"):
        from django.conf import settings

        settings.DATA_DIR = Path(folder)
        for number, (name, raw) in enumerate(_largest(count)):
            _measure(name, raw, promise=2 if number == 0 else None)


def _largest(count: int) -> list[tuple[str, bytes]]:
    """Return the mails with the most HTML, each source once."""
    from regulars.messaging.engine.reading import read_mail
    from regulars.messaging.tests.real_mail import every_mail

    found = {(read_mail(raw).letter.html): (name, raw) for name, raw in every_mail()}
    return [found[html] for html in sorted(found, key=len, reverse=True)[:count]]


def _measure(name: str, raw: bytes, promise: int | None) -> None:
    from regulars.messaging.engine.cleaning import CLEANER, clean
    from regulars.messaging.views.frames import frame_of

    message = _filed(raw)
    html = message.html
    alone, cleaned, shown, with_pictures = _medians(
        lambda: CLEANER.clean(html),
        lambda: clean(html),
        lambda: frame_of(message),
        lambda: frame_of(message, with_pictures=True),
    )
    told = {
        "name": f"HTML of a mail, cleaned and drawn: {name}",
        "ours": shown,
        "baseline": alone,
        "ratio": round(shown / alone, 2),
        "unit": "CPU-ms",
        "promise": promise,
        "characters": len(html),
        "cleaned_alone": cleaned,
        "with_pictures_of_others": with_pictures,
    }
    print(json.dumps(told), flush=True)


def _filed(raw: bytes) -> object:
    from regulars.kit.actor import Actor
    from regulars.kit.clock import now
    from regulars.messaging.actions import channel_named
    from regulars.messaging.actions.intake import read_arrival, take_in

    by = Actor.clock("benchmark")
    channel = channel_named(by=by, at=now(), address="desk@example.com")
    return read_arrival(take_in(raw, channel, by=by, at=now()), by=by).message


def _medians(*works: Callable[[], object]) -> list[float]:
    """Return the median CPU-milliseconds of each, taken by turns, so that a busy moment hits all of them."""
    took: list[list[float]] = [[] for _work in works]
    for _turn in range(TURNS):
        for work, times in zip(works, took, strict=True):
            began = time.process_time()
            work()
            times.append((time.process_time() - began) * 1000)
    return [round(statistics.median(times), 2) for times in took]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)

"""Take in real mails and file them, one process, against our own parser alone on the same mails.

    python benchmarks/intake.py [MAILS] [--profile]

The mails are those of the shared data folder, each as often as needed with ids of its own, and every answer answers its own copy.
Prints JSON: mails a second of both, and their ratio (promised: at least 0.25).
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.scratch import scratch_database


def main(count: int, *, is_profiled: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, scratch_database("regulars_intake"):
        from django.conf import settings

        settings.DATA_DIR = Path(folder)
        from regulars.messaging.tests.real_mail import copies

        mails = copies(count)
        parsing = _rate(lambda: _parse(mails), count)
        taking, reading = _intake(mails, is_profiled=is_profiled)
        whole = 1 / (1 / taking + 1 / reading)
        return {
            "name": "intake",
            "ours": round(whole, 1),
            "baseline": round(parsing, 1),
            "ratio": round(whole / parsing, 3),
            "unit": "mails a second",
            "mails": count,
            "taking_in": round(taking, 1),
            "reading": round(reading, 1),
            "reading_ratio": round(reading / parsing, 3),
        }


def _parse(mails: list[bytes]) -> None:
    from regulars.messaging.engine.reading import read_mail

    for raw in mails:
        read_mail(raw)


def _intake(mails: list[bytes], *, is_profiled: bool) -> tuple[float, float]:
    from regulars.kit.actor import Actor
    from regulars.kit.clock import now
    from regulars.messaging.actions import channel_named
    from regulars.messaging.actions.intake import read_everything, take_in
    from regulars.messaging.models import Arrival

    by = Actor.clock("benchmark")
    channel = channel_named(by=by, at=now(), address="desk@example.com")

    def take() -> None:
        for raw in mails:
            take_in(raw, channel, by=by, at=now())

    taking = _rate(take, len(mails))
    profile = cProfile.Profile()
    if is_profiled:
        profile.enable()
    reading = _rate(read_everything, len(mails))
    if is_profiled:
        profile.disable()
        pstats.Stats(profile, stream=sys.stderr).sort_stats("cumulative").print_stats(70)
    unread = Arrival.objects.exclude(state="read").count()
    if unread:
        raise SystemExit(f"{unread} mails were not read.")
    return taking, reading


def _rate(work: Callable[[], object], count: int) -> float:
    began = time.monotonic()
    work()
    return count / (time.monotonic() - began)


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:] if one.isdecimal()]
    sys.stdout.write(
        json.dumps(main(numbers[0] if numbers else 10_000, is_profiled="--profile" in sys.argv)) + "\n"
    )

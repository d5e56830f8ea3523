"""Read real mails with the worker killed by SIGKILL every few seconds, and hold the outcome against the same mails read in one go.

    python benchmarks/kills.py [MAILS]

Takes in the mails of the shared data folder, each as often as needed with ids of its own, and a tenth of them twice. Prints JSON: how
many were lost, doubled or put aside, and whether every thread holds the same messages in the same order as after the calm run
(promised: 10,000 mails, none lost, none doubled, all threads right).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.scratch import scratch_database

PROGRAM = ROOT / "regulars" / "messaging" / "tests" / "worker_program.py"
SECONDS = (2.0, 6.0)
PATIENCE_SECONDS = 600


def main(count: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, scratch_database("regulars_kills") as url:
        from django.conf import settings
        from django.core.management import call_command

        settings.DATA_DIR = Path(folder)
        from regulars.messaging.tests import kill_runs

        mails = kill_runs.real_mails(count, again=count // 10)
        began = time.monotonic()
        calm = kill_runs.read_calmly(mails)
        calm_seconds = time.monotonic() - began
        call_command("flush", verbosity=0, interactive=False)
        began = time.monotonic()
        kills = kill_runs.read_while_killing(mails, lambda: start_worker(url, folder), seconds=SECONDS)
        seconds = time.monotonic() - began
        hear_the_rest(url, folder)
        return {
            "name": f"{len(mails)} real mails, the worker killed every few seconds",
            "kills": kills,
            **compared(calm, kill_runs.threads_of()),
            **left_behind(),
            "seconds": round(seconds),
            "seconds_of_the_calm_run": round(calm_seconds),
            "promised": "lost, doubled, put_aside and threads_unlike_the_calm_run are 0",
        }


def compared(calm: list[tuple[str, ...]], killed: list[tuple[str, ...]]) -> dict[str, int]:
    """Count what the killed run lost, doubled or threaded otherwise than the calm one."""
    wanted = Counter(key for thread in calm for key in thread)
    found = Counter(key for thread in killed for key in thread)
    unlike = Counter(calm) - Counter(killed)
    return {
        "messages": found.total(),
        "threads": len(killed),
        "threads_of_several": sum(len(thread) > 1 for thread in killed),
        "lost": (wanted - found).total(),
        "doubled": (found - wanted).total(),
        "threads_unlike_the_calm_run": unlike.total(),
    }


def left_behind() -> dict[str, int]:
    """Count what stands otherwise than it should in arrivals, on the timeline and in the inbox."""
    from regulars.inbox.models import Conversation
    from regulars.messaging.models import Arrival, Message, Thread
    from regulars.timeline.models import Touchpoint

    told = Touchpoint.objects.filter(kind__in=("message.received", "message.automatic")).count()
    with_mail = Thread.objects.filter(merged_into=None).exclude(messages=None)
    return {
        "put_aside": Arrival.objects.exclude(state="read").count(),
        "touchpoints_too_many_or_few": told - Message.objects.count(),
        "threads_without_conversation": with_mail.exclude(pk__in=Conversation.objects.values("pk")).count(),
    }


def start_worker(url: str, folder: str) -> subprocess.Popen[bytes]:
    own = {"REGULARS_DATABASE_URL": url, "REGULARS_DATA": folder, "REGULARS_SECRET_KEY": "kills"}
    with (Path(folder) / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            env={**os.environ, **own, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )


def hear_the_rest(url: str, folder: str) -> None:
    """Let one worker live until every reaction is done."""
    from regulars.timeline.models import Hearing

    worker = start_worker(url, folder)
    end = time.monotonic() + PATIENCE_SECONDS
    try:
        while Hearing.objects.filter(failed_at=None).exists():
            if time.monotonic() > end:
                raise SystemExit("The reactions are not done in time.")
            time.sleep(0.5)
    finally:
        worker.terminate()
        worker.wait(60)


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:] if one.isdecimal()]
    sys.stdout.write(json.dumps(main(numbers[0] if numbers else 10_000)) + "\n")

from __future__ import annotations

from datetime import UTC, datetime

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.worker import BULK, defer, every, is_stopping, task
from regulars.people.actions.stage_rules import EVALUATE_ALL, evaluate_batch


@task(EVALUATE_ALL, queue=BULK)
def evaluate_all(after: int = 0) -> None:
    """Ask the rules about everybody behind an id, batch by batch; asked to stop, leave the rest to another job."""
    by, at, last = Actor.clock("stage rules"), now(), after
    while (found := evaluate_batch(last, by=by, at=at)) is not None:
        last = found
        if is_stopping():
            defer(EVALUATE_ALL, queue=BULK, after=last)
            return


@every("41 2 * * *", "people.nightly_stages")
def nightly(timestamp: int) -> None:
    """Ask the rules about everybody, for what moves by time alone: a rhythm that passed."""
    if datetime.fromtimestamp(timestamp, UTC) <= now():
        evaluate_all(0)

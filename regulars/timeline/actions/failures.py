"""What failed for good waits here until somebody tries it again or lets it go."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.worker import KNOCK
from regulars.timeline.actions.hearing import words_of
from regulars.timeline.events import FailureDiscarded, FailureRetried
from regulars.timeline.models import Hearing, JobFailure
from regulars.timeline.queries.failures import Failure, failed_for_good

RETRY_JOB = "SELECT procrastinate_retry_job_v2(id, %s, NULL, NULL, NULL) FROM procrastinate_jobs WHERE id = %s AND status = 'failed'"
DISCARD_JOB = "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'"


def note_job_failure(job_id: int, problem: BaseException) -> None:
    """Keep why a job failed last, for the page that lists them."""
    JobFailure.objects.update_or_create(job_id=job_id, defaults={"at": now(), "error": words_of(problem)})


def forget_old_failures() -> None:
    """Drop the reasons of jobs that were done or let go since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM timeline_jobfailure f WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = f.job_id)"
        )


@transaction.atomic
def retry_failure(failure: Failure, *, by: Actor, at: datetime) -> None:
    """Try once more, at once, what had failed for good."""
    if failure.source == "job":
        done = _run(RETRY_JOB, at, failure.number)
    else:
        rows = Hearing.objects.filter(pk=failure.number, failed_at__isnull=False)
        # One attempt is left: a person asked for it, and sees at once whether it helped.
        done = rows.update(failed_at=None, due_at=at)
    if not done:
        raise NotThere
    _run("SELECT pg_notify(%s, '')", KNOCK)
    announce(FailureRetried(what=failure.name, number=failure.number), by=by)


@transaction.atomic
def retry_every_failure(*, by: Actor, at: datetime) -> int:
    """Try everything once more that had failed for good; return how much that is."""
    found = failed_for_good()
    for one in found:
        retry_failure(one, by=by, at=at)
    return len(found)


@transaction.atomic
def discard_failure(failure: Failure, reason: str, *, by: Actor) -> None:
    """Give up what had failed for good, for a reason that the audit log keeps."""
    if not reason.strip():
        raise Invalid({"reason": _("Say why, so that nobody wonders later.")})
    if failure.source == "job":
        done = _run(DISCARD_JOB, failure.number)
    else:
        done = Hearing.objects.filter(pk=failure.number, failed_at__isnull=False).delete()[0]
    if not done:
        raise NotThere
    changes = {"error": [failure.reason, None], "about": [failure.about, None]}
    event = FailureDiscarded(what=failure.name, number=failure.number, reason=reason.strip()[:500])
    announce(event, by=by, changes={**changes, "reason": [None, event.reason]})


def _run(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)  # type: ignore[arg-type]
        return int(cursor.rowcount)

"""What failed for good waits here until somebody tries it again or lets it go."""

from __future__ import annotations

from django.db import connection

from regulars.kit.clock import now
from regulars.timeline.actions.hearing import words_of
from regulars.timeline.models import JobFailure


def note_job_failure(job_id: int, problem: BaseException) -> None:
    """Keep why a job failed last, for the page that lists them."""
    JobFailure.objects.update_or_create(job_id=job_id, defaults={"at": now(), "error": words_of(problem)})


def forget_old_failures() -> None:
    """Drop the reasons of jobs that were done or let go since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM timeline_jobfailure f WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = f.job_id)"
        )

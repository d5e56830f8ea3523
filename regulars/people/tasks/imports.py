from __future__ import annotations

import logging

from procrastinate import RetryStrategy

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.worker import BULK, every, task
from regulars.people.actions.imports import run_import
from regulars.people.actions.imports.uploads import forget_uploads
from regulars.people.models import ImportRun

log = logging.getLogger(__name__)


@task("people.import", queue=BULK, retry=RetryStrategy(max_attempts=3, wait=5))
def take_in_file(run_id: int) -> None:
    """Take in a file that waits, or go on with one whose worker died."""
    run = (
        ImportRun.objects.select_related("author")
        .filter(pk=run_id, status__in=("waiting", "running", "failed"))
        .first()
    )
    if run is not None:
        author = run.author
        by = (
            Actor("member", author.pk, str(author), member_id=author.pk)
            if author
            else Actor("import", label=run.author_label)
        )
        run_import(run, by=by)


@every("37 3 * * *", "people.forget_import_files")
def forget_files(timestamp: int) -> None:
    """Delete uploaded files two weeks after their import."""
    forget_uploads(at=now())

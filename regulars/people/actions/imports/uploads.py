from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from regulars.people.models import ImportRun

KEPT_DAYS = 14


def forget_uploads(*, at: datetime) -> int:
    """Delete uploaded files two weeks after their import; counts and refused rows stay. Return how many were deleted."""
    long_ago = at - timedelta(days=KEPT_DAYS)
    over = ImportRun.objects.exclude(path="").filter(created_at__lt=long_ago, options__is_upload=True)
    runs = list(over.exclude(status__in=("waiting", "running")))
    for run in runs:
        Path(run.path).unlink(missing_ok=True)
        ImportRun.objects.filter(pk=run.pk).update(path="")
    return len(runs)

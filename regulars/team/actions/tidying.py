from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from regulars.team.models import IdempotencyKey, Notice, RateWindow, SignInLink

DAY = timedelta(days=1)


def tidy_up(*, at: datetime) -> None:
    """Delete what has lost its meaning: old counts, spent links, ended sessions, answers kept for repeated requests."""
    RateWindow.objects.filter(starts_at__lt=at - DAY).delete()
    SignInLink.objects.filter(expires_at__lt=at - DAY).delete()
    IdempotencyKey.objects.filter(created_at__lt=at - DAY).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    Notice.objects.filter(read_at__lt=at - 90 * DAY).delete()

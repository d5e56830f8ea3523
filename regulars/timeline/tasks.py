from __future__ import annotations

from django.db import connection

from regulars.kit.worker import NOW, every, loop, task
from regulars.timeline.actions.booking import HEAR
from regulars.timeline.actions.following import follow_all
from regulars.timeline.actions.hearing import AGAIN, hear_again, hear_touchpoints


@task(HEAR, queue=NOW)
def hear(touchpoint: int) -> None:
    """Let everybody hear one announced touchpoint."""
    hear_touchpoints(touchpoint)


@task(AGAIN, queue=NOW)
def hear_once_more(touchpoint: int, reaction: str) -> None:
    """Try one failed reaction again."""
    hear_again(touchpoint, reaction)


@loop("followers")
def followers_step() -> bool:
    """Let the followers read on."""
    return follow_all()


@every("17 3 * * *", "timeline.forget_heard")
def forget_heard(timestamp: int) -> None:
    """Drop the marks of what was heard a week ago; no job is that old."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM timeline_heard WHERE at < now() - interval '7 days'")

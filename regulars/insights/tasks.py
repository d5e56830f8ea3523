"""What insights do by the clock: bring the mirror up to date, and everybody's worth each night."""

from __future__ import annotations

from datetime import UTC, datetime

from regulars.insights.actions.asking import sweep_answers
from regulars.insights.actions.keeping import keep_up, keep_up_at_night
from regulars.insights.actions.mailing import send_due
from regulars.kit.clock import today
from regulars.kit.worker import BRIEF, BULK, every, task
from regulars.team.models import Business


@every("*/10 * * * *", "insights.keep_up")
def every_ten_minutes(_planned: int) -> None:
    keep_up()


@every("40 2 * * *", "insights.at_night")
def each_night(_planned: int) -> None:
    keep_up_at_night()


@every("50 3 * * *", "insights.sweep")
def sweep(planned: int) -> None:
    sweep_answers(datetime.fromtimestamp(planned, UTC))


@every("20 5 * * *", "insights.mail")
def mail(planned: int) -> None:
    send_due(at=datetime.fromtimestamp(planned, UTC), today=today(Business.current().time_zone))


@task("insights.refresh", queue=BULK, retry=BRIEF)
def refresh(full: bool = False) -> None:
    keep_up(full=full)

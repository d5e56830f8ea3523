from __future__ import annotations

from regulars.kit.clock import now
from regulars.kit.worker import every, task
from regulars.team.actions import mail
from regulars.team.actions.tidying import tidy_up


@task(mail.DELIVER)
def deliver_mail(letter: str) -> None:
    """Hand a mail to the SMTP server; tried again for hours when it does not answer."""
    mail.deliver_mail(letter)


@every("23 * * * *", "team.tidy_up")
def tidy_up_hourly(timestamp: int) -> None:
    """Forget counted tries, spent links and ended sessions."""
    tidy_up(at=now())

"""Whether a robot of ours may answer: the backstop against two of them writing to each other for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.messaging.engine.kinds import AUTO_REPLY, HUMAN
from regulars.messaging.models import Direction, Message, Proof
from regulars.messaging.queries.placing import own_addresses

MOST_MAILS, WITHIN = 20, timedelta(hours=2)
ONE_ANSWER_IN = timedelta(hours=24)
NOBODY = (
    "no-reply@",
    "noreply@",
    "no_reply@",
    "donotreply@",
    "do-not-reply@",
    "mailer-daemon@",
    "postmaster@",
)


def may_answer_automatically(sender: str, at: datetime) -> bool:
    """Tell whether an automatic answer may go to an address: one a day, none to robots, none to whoever writes all the time."""
    email = sender.strip().lower()
    if not email or email.startswith(NOBODY) or email in own_addresses():
        return False
    theirs = Message.objects.filter(sender_email=email, direction=Direction.IN, received_at__gt=at - WITHIN)
    if theirs.count() >= MOST_MAILS:
        return False
    last = Message.objects.filter(sender_email=email, direction=Direction.IN).order_by("-received_at").first()
    if last is not None and (last.kind != HUMAN or last.proof == Proof.FAIL):
        return False
    return not Message.objects.filter(
        direction=Direction.OUT,
        kind=AUTO_REPLY,
        thread__participants__email=email,
        sent_at__gt=at - ONE_ANSWER_IN,
    ).exists()

"""Answers that leave by themselves: through the one door, never to a robot, and only with every gap filled."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.moving import locked, moved
from regulars.inbox.actions.templates import GapsLeft, filled_for, open_gaps
from regulars.inbox.engine.gaps import left_open
from regulars.inbox.models import Conversation, Template, TemplateUse
from regulars.inbox.queries.writing import answering_channel, goes_by_letter
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.messaging.actions import write_message
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Direction, Message, MessageKind
from regulars.messaging.queries.robots import may_answer_automatically
from regulars.people.engine.markdown import to_html

# Our own number, so that the locks of addresses meet no others.
ROBOT_LOCK = 7_403_116
# What was fetched days later is not answered as if it had just come.
FRESH = timedelta(hours=12)


class NotAnsweredByItself(Refused):
    """No automatic answer goes there now: a robot, a list, an address that had one today, or an old letter."""

    code = "not_answered"
    default = gettext_lazy(
        "No automatic answer goes to this address now, so that two robots never write to each other."
    )


class NoMail(Refused):
    """Automatic answers go by mail only."""

    code = "no_mail"
    default = gettext_lazy("Automatic answers go by mail only.")


class CameLongAgo(Refused):
    """A letter that came long ago is not answered by itself."""

    code = "came_long_ago"
    default = gettext_lazy("It came too long ago to be answered by itself.")


@transaction.atomic
def answer_by_template(conversation: Conversation, template: Template, *, by: Actor, at: datetime) -> Message:
    """Send a template as an automatic answer, in the customer's language; refused while a gap in it is open."""
    language, filled = filled_for(template, conversation, member=None)
    if filled.missing:
        raise GapsLeft(open_gaps(filled.missing), gaps=list(filled.missing))
    message = answer_by_itself(conversation, filled.text, by=by, at=at)
    TemplateUse.objects.create(
        template=template, conversation=conversation, language=language, at=at, sent_at=at
    )
    return message


@transaction.atomic
def answer_by_itself(conversation: Conversation, text: str, *, by: Actor, at: datetime) -> Message:
    """Send an automatic answer to who wrote last; it is still our turn, so no promise of an answer is kept by it."""
    found = locked(conversation)
    refuse_robots(found, at=at)
    gaps = left_open(text)
    if gaps:
        raise GapsLeft(open_gaps(gaps), gaps=list(gaps))
    letter = OutgoingLetter(text=text, html=to_html(text), is_automatic=True)
    message = write_message(found.thread, answering_channel(found), letter, by=by, at=at, hold=timedelta())
    moved(found, "auto_answered", by=by, at=at, words=message.text, message=message.pk)
    return message


def refuse_robots(conversation: Conversation, *, at: datetime) -> None:
    """Refuse when no automatic answer may go to who wrote last; whoever asks at the same time for one address waits."""
    if not goes_by_letter(conversation):
        raise NoMail
    rows = Message.objects.filter(thread=conversation.pk, direction=Direction.IN).exclude(sender_email="")
    last = rows.order_by("-received_at", "-pk").first()
    if last is None or last.kind != MessageKind.HUMAN:
        raise NotAnsweredByItself
    if now() - last.received_at > FRESH:
        raise CameLongAgo
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ROBOT_LOCK, last.sender_email])
    if not may_answer_automatically(last.sender_email, at):
        raise NotAnsweredByItself

"""When a visitor has left the page: what the team answered goes to them by mail, and what they answer there stays in the thread."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.kit.wording import to_customer_lazy as _
from regulars.messaging.actions.writing import write_message
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient
from regulars.messaging.models import (
    Channel,
    ChannelKind,
    ChatSite,
    ChatVisitor,
    Direction,
    Message,
)
from regulars.messaging.queries.chat import SHOWN_STATES, first_name, shown_to, unmailed_answers
from regulars.messaging.queries.chat_words import mail_words, words_in
from regulars.team.models import Business

# A visitor whose stream stays open is seen often; one mail an interval, whatever is said meanwhile.
PAUSE = timedelta(minutes=15)
# What nobody mailed for so long, because no worker ran, is not news any more.
LOOKED_BACK = timedelta(days=3)
AT_ONCE, MOST_LINES = 50, 500


class NothingToSend(Refused):
    """No conversation, no answer in it, no address, or no mailbox to send from."""

    code = "nothing_to_send"
    default = _("Leave your e-mail, and our answer finds you when you have left the page.")


def mail_unseen_answers(*, at: datetime) -> int:
    """Mail each visitor who has gone what the team answered them meanwhile, all in one letter; return how many got one."""
    waiting = (
        ChatVisitor.objects.filter(
            Q(mailed_at__isnull=True) | Q(mailed_at__lt=at - PAUSE),
            thread__messages__sendings__state__in=SHOWN_STATES,
            thread__messages__channel=F("site__channel"),
            last_seen_at__lt=at - timedelta(minutes=1),
            thread__last_message_at__gt=at - LOOKED_BACK,
        )
        .exclude(email="")
        .annotate(newest=Max("thread__messages__pk"))
        .filter(newest__gt=Greatest("mailed_until", "read_until"))
    )
    numbers = list(waiting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_mail_one(number, at) for number in numbers)


@transaction.atomic
def _mail_one(number: int, at: datetime) -> bool:
    rows = ChatVisitor.objects.select_for_update(of=("self",), skip_locked=True)
    visitor = rows.select_related("site__channel", "site__mail_channel", "thread").filter(pk=number).first()
    if visitor is None or visitor.thread is None:
        return False
    gone_since = at - timedelta(minutes=visitor.site.mails_after_minutes)
    answers = unmailed_answers(visitor)
    mailbox = mailbox_of(visitor.site)
    if mailbox is None or not answers or visitor.last_seen_at > gone_since or answers[0].sent_at > gone_since:
        return False
    words = mail_words(_language(visitor), business=Business.current().name)
    text = "\n\n".join([words["answer_lead"], *(_said(one) for one in answers), words["answer_end"]])
    _write(visitor, mailbox, words["answer_subject"], text, at)
    ChatVisitor.objects.filter(pk=visitor.pk).update(mailed_until=answers[-1].pk, mailed_at=at)
    return True


@transaction.atomic
def mail_transcript(visitor: ChatVisitor, *, at: datetime) -> str:
    """Mail a visitor the whole conversation at their wish; return the address it goes to.

    Only once the team has answered: nobody may have us write their words to a stranger's address.
    """
    rows = shown_to(visitor).order_by("pk").defer("html")
    lines = list(rows[:MOST_LINES])
    mailbox = mailbox_of(visitor.site)
    answered = any(one.direction == Direction.OUT for one in lines)
    if not visitor.email or not answered or mailbox is None or visitor.thread is None:
        raise NothingToSend
    language = _language(visitor)
    words, chat = mail_words(language, business=Business.current().name), words_in(language)
    zone = Business.current().time_zone or "UTC"
    with timezone.override(zone):
        told = [_stamped(one, chat["you"]) for one in lines]
    _write(visitor, mailbox, words["transcript_subject"], "\n\n".join([words["transcript_lead"], *told]), at)
    return visitor.email


def mailbox_of(site: ChatSite) -> Channel | None:
    """Return the mailbox from which a chat's mails go: the one chosen, else the first there is."""
    return (
        site.mail_channel
        or Channel.objects.filter(kind=ChannelKind.EMAIL).exclude(address="").order_by("pk").first()
    )


def _write(visitor: ChatVisitor, mailbox: Channel, subject: str, text: str, at: datetime) -> None:
    if visitor.thread is None:
        raise NothingToSend
    letter = OutgoingLetter(
        text=text, subject=subject, to=(Recipient(visitor.email, visitor.name),), is_automatic=True
    )
    write_message(visitor.thread, mailbox, letter, by=Actor.clock("chat"), at=at, hold=timedelta(0))


def _language(visitor: ChatVisitor) -> str:
    return visitor.language or visitor.site.language


def _said(message: Message) -> str:
    return f"{first_name(message)}: {message.text}".removeprefix(": ")


def _stamped(message: Message, you: str) -> str:
    who = you if message.direction == Direction.IN else first_name(message) or Business.current().name
    return f"[{timezone.localtime(message.sent_at):%Y-%m-%d %H:%M}] {who}\n{message.text}"


def mail_due() -> int:
    """Mail what is due now, for the clock."""
    return mail_unseen_answers(at=now())

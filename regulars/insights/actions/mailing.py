"""Dashboards by mail: the figures a colleague may see, in plain text and as a PDF, each day, week or month."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.insights.actions.asking import ask_metric
from regulars.insights.actions.printing import PDF, pdf_name, print_board
from regulars.insights.models import Mailing
from regulars.insights.queries import words
from regulars.insights.queries.asking import Question, known_metrics, question_of
from regulars.insights.queries.boards import find_board, shown_tiles
from regulars.kit.metrics import Metric
from regulars.kit.refused import Refused
from regulars.team.actions.mail import Enclosure, can_mail, send_mail
from regulars.team.models import Member

log = logging.getLogger(__name__)


class NoMail(Refused):
    """Mail to colleagues is not set up."""

    default = gettext_lazy(
        "Mail to colleagues is not set up yet: name an SMTP server in the settings of the installation."
    )


@transaction.atomic
def subscribe(
    board: str, address: Mapping[str, str], *, member: Member, every: str, at: datetime, today: date
) -> Mailing | None:
    """Send a dashboard to a colleague from now on, or (with an empty `every`) no more; a matter of taste, so nothing is announced."""
    if not every:
        Mailing.objects.filter(member=member, board=board).delete()
        return None
    if not can_mail():
        raise NoMail
    values = {"address": dict(address), "every": every, "next_on": _next(every, today), "created_at": at}
    return Mailing.objects.update_or_create(member=member, board=board, defaults=values)[0]


def send_due(*, at: datetime, today: date) -> int:
    """Send what is due and return how many went out; one that fails leaves the others alone and stays due.

    Raises an ExceptionGroup of what failed, after all were tried.
    """
    sent, failed = 0, []
    for number in list(Mailing.objects.filter(next_on__lte=today).values_list("pk", flat=True)):
        try:
            sent += _send(number, at=at, today=today)
        except Exception as problem:
            log.exception("A dashboard could not be mailed.")
            failed.append(problem)
    if failed:
        raise ExceptionGroup(
            f"Dashboards that could not be mailed: {len(failed)}, the first for {failed[0]!r}", failed
        )
    return sent


@transaction.atomic
def _send(number: int, *, at: datetime, today: date) -> int:
    known = Mailing.objects.select_for_update(skip_locked=True, of=("self",)).select_related("member")
    mailing = known.filter(pk=number, next_on__lte=today).first()
    if mailing is None:
        return 0
    mailing.next_on = _next(mailing.every, today)
    is_sent = mailing.member.is_active and can_mail()
    if is_sent:
        subject, text = letter(mailing)
        send_mail(mailing.member.email, subject, text, files=[enclosure(mailing)])
        mailing.sent_at = at
    mailing.save(update_fields=["next_on", "sent_at"])
    return int(is_sent)


def letter(mailing: Mailing) -> tuple[str, str]:
    """Write the mail: a line for each figure of the dashboard, within the colleague's own reach."""
    member = mailing.member
    with translation.override(getattr(member, "language", "") or settings.LANGUAGE_CODE):
        board, question = find_board(mailing.board, member), question_of(mailing.address)
        lines = [
            _line(metric, question, member)
            for metric in dict.fromkeys(metric for _tile, metric in shown_tiles(board, known_metrics(member)))
        ]
        head = [str(board.name), words.period_words(question.period), ""]
        foot = ["", _link(mailing), "", _("You asked for this mail. Under More on the dashboard you end it.")]
        return _("%(board)s: your figures") % {"board": board.name}, "\n".join([*head, *lines, *foot])


def enclosure(mailing: Mailing) -> Enclosure:
    """Return the dashboard as a PDF, in the colleague's language and within their reach."""
    member = mailing.member
    with translation.override(getattr(member, "language", "") or settings.LANGUAGE_CODE):
        board, question = find_board(mailing.board, member), question_of(mailing.address)
        return Enclosure(pdf_name(board, question), PDF, print_board(board, question, member))


def _line(metric: Metric, question: Question, member: Member) -> str:
    try:
        found = ask_metric(metric, question, member).figures
    except Refused as problem:
        return f"{metric.label}: {problem}"
    if len(found) != 1:
        return f"{metric.label}: {_('see the dashboard')}"
    one = found[0]
    about = ", ".join(part for part in (words.between(metric, one), words.counted(metric, one)) if part)
    return f"{metric.label}: {words.said(metric, one.value)}" + (f" ({about})" if about else "")


def _link(mailing: Mailing) -> str:
    path = reverse("insights:board", args=[mailing.board])
    said: dict[str, Any] = mailing.address
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}" + (f"?{urlencode(said)}" if said else "")


def _next(every: str, today: date) -> date:
    if every == Mailing.Every.DAY:
        return today + timedelta(days=1)
    if every == Mailing.Every.WEEK:
        return today + timedelta(days=7 - today.weekday())
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)

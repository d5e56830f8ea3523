"""After a conversation was closed: how did it go? Asked once, in the customer's language, counted only when they say so."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join

from regulars.inbox.actions.moving import about_event, tell
from regulars.inbox.events import SatisfactionGiven, SatisfactionSettingsChanged
from regulars.inbox.models import (
    Conversation,
    FollowUp,
    PastAnswer,
    Satisfaction,
    SatisfactionSettings,
    State,
)
from regulars.inbox.queries.satisfaction import SCORES, language_of
from regulars.inbox.queries.writing import answering_channel, goes_by_letter
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.kit.wording import to_customer, to_customer_lazy
from regulars.messaging.actions import write_message
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.team.models import Business

AT_ONCE = 50
# What was said may be said differently for this long; after that it is history.
OPEN_FOR = timedelta(days=1)
MOST_COMMENT = 4_000


class TooLateToSay(Refused):
    """A score is a day old and stays as it is."""

    code = "too_late_to_say"
    default = to_customer_lazy("Thank you, your answer is with us already.")


@transaction.atomic
def set_satisfaction(*, is_active: bool, wait_hours: int, quiet_days: int, by: Actor) -> SatisfactionSettings:
    """Say whether and when customers are asked how it went."""
    one = SatisfactionSettings.current()
    wanted = {"is_active": is_active, "wait_hours": wait_hours, "quiet_days": quiet_days}
    changes = changed({name: getattr(one, name) for name in wanted}, wanted)
    for name, value in wanted.items():
        setattr(one, name, value)
    one.pk = 1
    one.save()
    if changes:
        announce(SatisfactionSettingsChanged(), by=by, changes=changes)
    return one


@transaction.atomic
def plan_satisfaction(conversation_id: int, *, at: datetime) -> Satisfaction | None:
    """Plan to ask how a closed conversation went; only whom a person answered, and nobody twice in the quiet days."""
    how = SatisfactionSettings.current()
    talk = (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("person", "channel")
        .filter(pk=conversation_id)
    )
    found = talk.first()
    if not how.is_active or found is None or found.person is None or found.state != State.CLOSED:
        return None
    if not goes_by_letter(found):
        return None
    if found.first_answered_at is None or _was_asked(found.person.pk, at - timedelta(days=how.quiet_days)):
        return None
    return Satisfaction.objects.create(
        conversation=found, person=found.person, member_id=found.assignee_id, secret=secrets.token_urlsafe(24),
        language=language_of(found.person), created_at=at, due_at=at + timedelta(hours=how.wait_hours),
    )  # fmt: skip


def _was_asked(person_id: int, since: datetime) -> bool:
    rows = Satisfaction.objects.filter(person=person_id)
    return rows.filter(asked_at__gt=since).exists() or rows.filter(due_at__isnull=False).exists()


@transaction.atomic
def ask_due(*, by: Actor, at: datetime) -> int:
    """Send the requests whose time has come; return how many were looked at."""
    rows = Satisfaction.objects.filter(due_at__lte=at).select_for_update(of=("self",), skip_locked=True)
    found = list(rows.select_related("conversation__thread", "conversation__channel", "person")[:AT_ONCE])
    for one in found:
        one.due_at, one.reason = None, _reason_not_to(one)
        if not one.reason:
            _ask(one, by=by, at=at)
        one.save()
    return len(found)


def _reason_not_to(one: Satisfaction) -> str:
    if one.conversation.state != State.CLOSED:
        return "open_again"
    if one.person is None or one.person.deleted_at is not None:
        return "person_gone"
    return "" if settings.PUBLIC_URL else "no_public_address"


def _ask(one: Satisfaction, *, by: Actor, at: datetime) -> None:
    talk = one.conversation
    try:
        with transaction.atomic():
            letter = request_letter(one)
            write_message(
                talk.thread,
                answering_channel(talk),
                letter,
                message_class="service",
                by=by,
                at=at,
                hold=timedelta(),
            )
            one.asked_at = at
    except Refused as problem:
        # Nobody to write to, or a door that is closed: it is noted, and nobody is asked again.
        one.reason = problem.code[:30]


def request_letter(one: Satisfaction) -> OutgoingLetter:
    """Write the request in the customer's language: five links, each of which only opens the page."""
    url = settings.PUBLIC_URL.rstrip("/") + reverse("inbox:how", args=[one.secret])
    with translation.override(one.language):
        first = one.person.first_name if one.person else ""
        hello = to_customer("Hello %(name)s,") % {"name": first} if first else to_customer("Hello,")
        about = one.conversation.subject
        asks = (
            to_customer("how did we do with “%(subject)s”? One tap is enough.") % {"subject": about}
            if about
            else to_customer("how did we do? One tap is enough.")
        )
        ends = to_customer("Nothing is counted until you press the button on the page. Thank you!")
        choices = [(score, str(label), f"{url}?score={score}") for score, label in reversed(SCORES)]
        lines = [f"{label}: {link}" for _score, label, link in choices]
        name = Business.current().name
        text = "\n\n".join([hello, asks, "\n".join(lines), ends, name])
        links = format_html_join(
            "", '<p><a href="{}">{}</a></p>', ((link, label) for _score, label, link in choices)
        )
        html = format_html("<p>{}</p><p>{}</p>{}<p>{}</p><p>{}</p>", hello, asks, links, ends, name)
    return OutgoingLetter(text=text, html=str(html), is_automatic=True)


@transaction.atomic
def say_how_it_went(
    one: Satisfaction, *, score: int, comment: str = "", address: str | None = None, at: datetime
) -> Satisfaction:
    """Count what a customer says about a conversation; within a day they may say it differently."""
    held = Satisfaction.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=one.pk)
    if score not in dict(SCORES):
        raise Invalid({"score": to_customer("Choose one of the five.")})
    if held.answered_at is not None and at - held.answered_at > OPEN_FOR:
        raise TooLateToSay
    is_first = held.answered_at is None
    held.score, held.comment = score, comment.strip()[:MOST_COMMENT]
    held.answered_at, held.due_at = held.answered_at or at, None
    held.save()
    who = held.person
    by = Actor("customer", held.person_id, who.display_name if who else "", address)
    event = SatisfactionGiven(**about_event(held.conversation), score=score, comment=held.comment[:300])
    # A second answer takes the place of the first on the page; the timeline keeps the first moment only.
    announce(event, by=by, source_key=f"satisfaction:{held.pk}", occurred_at=at)
    if is_first:
        tell(held.conversation)
    return held


@transaction.atomic
def forget_what_they_said(person_ids: Sequence[int]) -> int:
    """Take the words of erased people out of what they said, and ask them nothing more; the scores stay."""
    rows = Satisfaction.objects.filter(person__in=person_ids)
    FollowUp.objects.filter(conversation__person__in=person_ids).update(note="")
    PastAnswer.objects.filter(message__thread__conversation__person__in=person_ids).delete()
    return rows.update(comment="", due_at=None, secret=Concat(Value("erased-"), Cast("pk", CharField())))

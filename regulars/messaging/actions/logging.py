"""Calls and visits, written down by whoever took them: they stand on the timeline and among the messages."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid
from regulars.messaging.actions.filing import BEGINNING, plain
from regulars.messaging.events import ContactLogged
from regulars.messaging.models import Channel, ChannelKind, Direction, Message, Thread
from regulars.people.models import Person
from regulars.team.models import Member

KINDS = (ChannelKind.PHONE, ChannelKind.VISIT)
LONGEST = 20_000
MOST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Contact:
    """What is said of a call or visit: by what means, who began it, what it was about, and how long it took."""

    kind: str
    direction: str
    text: str
    happened_at: datetime
    minutes: int | None = None


@transaction.atomic
def log_contact(person: Person, contact: Contact, *, by: Actor, at: datetime) -> Message:
    """Write down a call or visit that took place; the future is refused."""
    _check(contact, at)
    channel = _log(contact.kind, at)
    text = plain(contact.text.strip(), LONGEST)
    moment = contact.happened_at
    thread = Thread.objects.create(
        person=person, subject=plain(" ".join(text.split()), 80), started_at=moment, last_message_at=moment
    )
    author = Member.objects.filter(pk=by.member_id).first() if by.member_id else None
    message = Message.objects.create(
        thread=thread, channel=channel, direction=contact.direction, person=person, author=author,
        author_label=plain(by.label, 150), sender_name=plain(person.name if contact.direction == Direction.IN else by.label, 300),
        content_key=hashlib.sha256(secrets.token_bytes(32)).hexdigest(), text=text, minutes=contact.minutes,
        sent_at=moment, received_at=at,
    )  # fmt: skip
    announce(
        ContactLogged(
            person_id=person.pk, thread_id=thread.pk, message_id=message.pk,
            beginning=" ".join(text.split())[:BEGINNING], minutes=contact.minutes,
        ),
        by=by,
        occurred_at=moment,
        channel=contact.kind,
    )  # fmt: skip
    return message


def _check(contact: Contact, at: datetime) -> None:
    if contact.kind not in KINDS:
        raise Invalid({"kind": _("Choose a call or a visit.")})
    if contact.direction not in Direction.values:
        raise Invalid({"direction": _("Say who began it.")})
    if not contact.text.strip():
        raise Invalid({"text": _("Say what it was about.")})
    if len(contact.text) > LONGEST:
        raise Invalid({"text": _("At most %(most)d characters are possible here.") % {"most": LONGEST}})
    if contact.happened_at > at:
        raise Invalid({"happened_at": _("That is still to come. Make a task of it.")})
    if contact.minutes is not None and not 0 <= contact.minutes <= MOST_MINUTES:
        raise Invalid({"minutes": _("Say how many minutes it took, up to a day.")})


def _log(kind: str, at: datetime) -> Channel:
    """Return the log of calls or of visits."""
    found = Channel.objects.filter(kind=kind).order_by("pk").first()
    if found is not None:
        return found
    name = str(ChannelKind(kind).label)
    Channel.objects.bulk_create(
        [Channel(kind=kind, name=name, address=kind, created_at=at)], ignore_conflicts=True
    )
    return Channel.objects.filter(kind=kind).order_by("pk").first() or Channel.objects.create(
        kind=kind, name=f"{name} ({kind})", address=kind, created_at=at
    )

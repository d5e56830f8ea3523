"""How a letter is written: it is stored with its Message-ID and one sending for each recipient, before anything leaves."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.keeping import keep
from regulars.kit.refused import Invalid, Refused
from regulars.kit.worker import KNOCK
from regulars.messaging.actions.filing import LONGEST_HTML, LONGEST_TEXT, plain
from regulars.messaging.actions.reserving import Errand, errand_for, reserve
from regulars.messaging.actions.text_checks import check_text
from regulars.messaging.actions.texts import BY_NUMBER
from regulars.messaging.engine.html_text import text_of
from regulars.messaging.engine.letters import Address, Letter
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient, new_message_id, reference_chain
from regulars.messaging.engine.reading import content_key, normal_id
from regulars.messaging.engine.threads import subject_of, token
from regulars.messaging.events import MessageTakenBack
from regulars.messaging.models import (
    MAIL_KINDS,
    UNASKED_CLASSES,
    Channel,
    ChannelKind,
    Direction,
    Message,
    MessageFile,
    MessageKind,
    MessageTemplate,
    Participant,
    Role,
    Sending,
    SendingState,
    Thread,
)
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.chat import chat_address, visitor_of_thread
from regulars.messaging.queries.outlets import domain_of, outlet_of, sender_of
from regulars.messaging.queries.placing import survivor_of, thread_secret
from regulars.people.models import IdentityKind, Person
from regulars.team.models import Member

HOLD = timedelta(seconds=10)
# Who wrote by these has an address that a letter reaches.
BY_LETTER = (ChannelKind.EMAIL, ChannelKind.FORM)
ADDRESS = re.compile(r"[^\s@<>\x00-\x1f\x7f\"(),:;\[\]\\]{1,64}@[^\s@<>\x00-\x1f\x7f\"(),:;\[\]\\]{1,253}")
MOST_RECIPIENTS, MOST_FILE_BYTES = 100, 25_000_000


class EmptyLetter(Refused):
    """There is nothing in the letter."""

    code = "empty_letter"
    default = gettext_lazy("There is nothing in this letter yet.")


class NoRecipient(Refused):
    """Nobody is named, and the thread knows nobody who could be meant."""

    code = "no_recipient"
    default = gettext_lazy("Nobody to write to: this person has no e-mail address.")


class TooLate(Refused):
    """It has left, or is leaving."""

    code = "too_late"
    default = gettext_lazy("It is too late: the letter has left.")


class NoPublicAddress(Refused):
    """Letters that people may unsubscribe from need a link that works."""

    code = "no_public_address"
    default = gettext_lazy(
        "Mail that is not an answer carries a link to unsubscribe. Set REGULARS_URL to your public address first."
    )


@transaction.atomic
def start_thread(*, subject: str, person: Person | None, channel: Channel, by: Actor, at: datetime) -> Thread:
    """Begin a thread with a person, for a letter that answers none."""
    words = plain(subject_of(" ".join(subject.split())).words, 300)
    thread = Thread.objects.create(subject=words, person=person, started_at=at, last_message_at=at)
    email = _address_of(person, channel) if person else None
    if email is not None and email.email != channel.address:
        Participant.objects.create(thread=thread, email=email.email, person=person)
    return thread


@transaction.atomic
def write_message(  # noqa: PLR0913  every room sends through this one door
    thread: Thread,
    channel: Channel,
    letter: OutgoingLetter,
    *,
    message_class: str = "answer",
    purpose: str = "",
    by: Actor,
    at: datetime,
    due_at: datetime | None = None,
    hold: timedelta = HOLD,
) -> Message:
    """Store a letter and a sending for each recipient; it leaves when it was held long enough, or at `due_at`.

    Until then it can be taken back. Who may not be written to is named with the reason, and gets nothing.
    """
    thread, errand = survivor_of(thread), errand_for(message_class, purpose, channel.kind)
    if message_class not in UNASKED_CLASSES and not settings.PUBLIC_URL:
        raise NoPublicAddress
    if channel.kind in MAIL_KINDS:
        _check(letter)
    else:
        check_text(thread, channel, letter)
    is_chat = channel.kind == ChannelKind.CHAT
    recipients = _visitors(thread, channel) if is_chat else _recipients(thread, channel, letter)
    moment = max(due_at or at + hold, at)
    message = _message(thread, channel, letter, errand, by=by, at=at, moment=moment)
    Sending.objects.bulk_create(
        _sending(message, one, role, errand, at=at, due_at=moment) for role, one in recipients
    )
    _keep_files(message, letter)
    _keep_template(message, letter)
    if not is_chat:
        _let_take_part(thread, [one for _role, one in recipients], channel)
    Thread.objects.filter(pk=thread.pk).update(last_message_at=Greatest("last_message_at", at))
    knock()
    return message


@transaction.atomic
def take_back(message: Message, *, by: Actor, at: datetime) -> Message:
    """Cancel a letter that has not left; refused as soon as one recipient's copy is on its way."""
    rows = list(Sending.objects.filter(message=message).select_for_update())
    waiting = [one for one in rows if one.state == SendingState.HELD]
    moved = [one for one in rows if one.state not in (SendingState.HELD, SendingState.SUPPRESSED)]
    if moved or not waiting:
        raise TooLate
    Sending.objects.filter(pk__in=[one.pk for one in waiting]).update(
        state=SendingState.CANCELLED, ended_at=at
    )
    announce(
        MessageTakenBack(
            person_id=message.thread.person_id,
            thread_id=message.thread_id,
            message_id=message.pk,
            subject_line=message.subject[:120],
        ),
        by=by,
        occurred_at=at,
    )
    return message


def knock() -> None:
    """Let the worker look at once, after the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [KNOCK])


def _check(letter: OutgoingLetter) -> None:
    if not (letter.text.strip() or letter.html.strip() or letter.files):
        raise EmptyLetter
    if sum(len(one.content) for one in letter.files) > MOST_FILE_BYTES:
        raise Invalid({"files": _("Files of up to 25 MB together can be sent.")})
    for field in ("to", "cc", "bcc"):
        for one in getattr(letter, field):
            if not ADDRESS.fullmatch(one.email.strip()):
                raise Invalid({field: _("“%(value)s” is no e-mail address.") % {"value": one.email[:100]}})
    if len(letter.to) + len(letter.cc) + len(letter.bcc) > MOST_RECIPIENTS:
        raise Invalid({"to": _("At most %(most)d recipients are possible.") % {"most": MOST_RECIPIENTS}})


def _recipients(thread: Thread, channel: Channel, letter: OutgoingLetter) -> list[tuple[str, Recipient]]:
    """Return who gets it, each once, in the first line that names them."""
    named = [*_named(Role.TO, letter.to), *_named(Role.CC, letter.cc), *_named(Role.BCC, letter.bcc)]
    if not named:
        named = [(Role.TO, _who_is_meant(thread, channel))]
    found: dict[str, tuple[str, Recipient]] = {}
    for role, one in named:
        found.setdefault(one.email, (role, one))
    return list(found.values())


def _visitors(thread: Thread, channel: Channel) -> list[tuple[str, Recipient]]:
    """Return the visitor who chats in this thread, under a name that no mail can be sent to."""
    found = visitor_of_thread(thread, channel)
    if found is None:
        raise NoRecipient(gettext_lazy("Nobody chats in this conversation. Answer by mail instead."))
    return [(Role.TO, Recipient(chat_address(found), found.name))]


def _named(role: str, recipients: Sequence[Recipient]) -> Iterator[tuple[str, Recipient]]:
    for one in recipients:
        yield role, Recipient(one.email.strip().lower(), plain(" ".join(one.name.split()), 300))


def _who_is_meant(thread: Thread, channel: Channel) -> Recipient:
    """Return who wrote last by this kind of channel, else the person's own address."""
    wrote = thread.messages.filter(direction=Direction.IN, kind=MessageKind.HUMAN).exclude(sender_email="")
    kinds = BY_LETTER if channel.kind in MAIL_KINDS else (channel.kind,)
    last = wrote.filter(channel__kind__in=kinds).order_by("-sent_at", "-pk").first()
    if last is not None:
        return Recipient(last.sender_email, last.sender_name)
    found = _address_of(thread.person, channel) if thread.person else None
    if found is None:
        raise NoRecipient
    return found


def _address_of(person: Person, channel: Channel) -> Recipient | None:
    kinds = (IdentityKind.EMAIL,) if channel.kind in MAIL_KINDS else BY_NUMBER.get(channel.kind, ())
    rows = person.identities.filter(kind__in=kinds, ended_at__isnull=True)
    found = rows.order_by("-is_primary", "id").first()
    return Recipient(found.value, person.name) if found else None


def _message(
    thread: Thread,
    channel: Channel,
    letter: OutgoingLetter,
    errand: Errand,
    *,
    by: Actor,
    at: datetime,
    moment: datetime,
) -> Message:
    outlet = outlet_of(channel)
    sender = sender_of(channel, outlet)
    chosen = new_message_id(token(thread.pk, thread_secret()), secrets.token_hex(8), domain_of(sender.email))
    answered, chain = _chain(thread)
    author = Member.objects.filter(pk=by.member_id).first() if by.member_id else None
    # The date is whole seconds, as it stands in the letter, so that the letter is known again when it comes back to us.
    dated = moment.replace(microsecond=0)
    text = letter.text if letter.text.strip() or not letter.html else text_of(letter.html).strip("\n")
    return Message.objects.create(
        thread=thread, channel=channel, direction=Direction.OUT,
        kind=MessageKind.AUTO_REPLY if letter.is_automatic else MessageKind.HUMAN,
        person=thread.person, author=author, author_label=plain(by.label, 150),
        message_class=errand.message_class, purpose=errand.purpose.key if errand.purpose else "",
        sender_name=plain(sender.name, 300), sender_email=plain(sender.email, 320).lower(),
        subject=plain(_subject(thread, letter), 1000), message_id=normal_id(chosen.strip("<>")),
        content_key=_key(chosen, sender, dated), in_reply_to=plain(answered, 500),
        reference_ids=plain(" ".join(chain), LONGEST_TEXT), text=plain(text, LONGEST_TEXT),
        signature=plain(outlet.signature if outlet else "", LONGEST_TEXT), html=plain(letter.html, LONGEST_HTML),
        sent_at=dated, received_at=at,
    )  # fmt: skip


def _key(message_id: str, sender: Recipient, dated: datetime) -> str:
    """Return the key under which the letter would be filed if it came in by the same channel: it is ours already."""
    seen = Letter(
        message_id=message_id.strip("<>"),
        sender=Address("", sender.email.lower()),
        sent_at=dated.astimezone(UTC),
    )
    return content_key(seen, b"")


def _subject(thread: Thread, letter: OutgoingLetter) -> str:
    said = " ".join(letter.subject.split())
    if said:
        return said
    has_earlier = thread.messages.exists()
    return f"Re: {thread.subject}".strip() if has_earlier else thread.subject


def _chain(thread: Thread) -> tuple[str, tuple[str, ...]]:
    """Return which message a letter answers, and every id of the thread that mail programs may know it by."""
    rows = thread.messages.exclude(message_id="").exclude(
        sendings__state=SendingState.CANCELLED, direction=Direction.OUT
    )
    earlier = list(rows.order_by("sent_at", "pk").values_list("message_id", "direction", "kind").distinct())
    theirs = [
        one for one, direction, kind in earlier if direction == Direction.IN and kind == MessageKind.HUMAN
    ]
    answered = (theirs or [one for one, _direction, _kind in earlier] or [""])[-1]
    return answered, reference_chain((one for one, _direction, _kind in earlier), answered)


def _sending(
    message: Message, one: Recipient, role: str, errand: Errand, *, at: datetime, due_at: datetime
) -> Sending:
    verdict = reserve(one.email, errand, due_at=due_at)
    return Sending(
        message=message, email=one.email, name=one.name, domain=one.email.rpartition("@")[2][:253], role=role,
        is_urgent=errand.message_class in UNASKED_CLASSES,
        state=SendingState.HELD if verdict.may_go else SendingState.SUPPRESSED, reason=verdict.reason,
        due_at=verdict.due_at, created_at=at, ended_at=None if verdict.may_go else at,
    )  # fmt: skip


def _keep_files(message: Message, letter: OutgoingLetter) -> None:
    files = [(one, keep(FILES, one.content)) for one in letter.files]
    MessageFile.objects.bulk_create(
        MessageFile(
            message=message, name=plain(one.name, 300) or "file", content_type=plain(one.content_type, 100),
            size=len(one.content), content=kept.content, path=kept.path,
        )
        for one, kept in files
    )  # fmt: skip


def _keep_template(message: Message, letter: OutgoingLetter) -> None:
    if letter.template is not None:
        MessageTemplate.objects.create(
            message=message, name=letter.template.name, language=letter.template.language,
            fillings=[asdict(one) for one in letter.template.fillings],
        )  # fmt: skip


def _let_take_part(thread: Thread, recipients: Sequence[Recipient], channel: Channel) -> None:
    """Let everybody who is written to take part, so that their answers are let in."""
    rows = [
        Participant(thread=thread, email=one.email)
        for one in sorted(recipients, key=lambda one: one.email)
        if one.email != channel.address
    ]
    Participant.objects.bulk_create(rows, ignore_conflicts=True)

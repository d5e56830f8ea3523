"""A sending as the letter it becomes."""

from __future__ import annotations

from regulars.kit.keeping import read_kept
from regulars.messaging.engine.outgoing import OutgoingFile, Recipient, Written, marked
from regulars.messaging.engine.threads import token
from regulars.messaging.models import Message, Outlet, Role, Sending, SendingState
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.leaving import footing_of, one_click_address
from regulars.messaging.queries.outlets import outlet_of
from regulars.messaging.queries.placing import thread_secret


def written_for(sending: Sending, outlet: Outlet | None = None) -> Written:
    """Return the letter as this recipient gets it."""
    message = sending.message
    outlet = outlet or outlet_of(message.channel)
    named = [one for one in message.sendings.all() if one.state != SendingState.SUPPRESSED or one == sending]
    return Written(
        message_id=message.message_id,
        sent_at=message.sent_at,
        sender=Recipient(message.sender_email, message.sender_name),
        subject=message.subject,
        text=message.text,
        html=message.html,
        signature=message.signature,
        to=_named(named, Role.TO),
        cc=_named(named, Role.CC),
        reply_to=_reply_to(message, outlet),
        in_reply_to=message.in_reply_to,
        references=tuple(message.reference_ids.split()),
        files=_files(message),
        is_automatic=message.is_automatic,
        unsubscribe_url=one_click_address(sending),
        footing=footing_of(sending),
    )


def _named(sendings: list[Sending], role: str) -> tuple[Recipient, ...]:
    return tuple(Recipient(one.email, one.name) for one in sendings if one.role == role)


def _reply_to(message: Message, outlet: Outlet | None) -> str:
    address = message.channel.address
    if not address or (outlet is not None and not outlet.marks_address):
        return ""
    return marked(address, token(message.thread_id, thread_secret()))


def _files(message: Message) -> tuple[OutgoingFile, ...]:
    return tuple(
        OutgoingFile(one.name, one.content_type, read_kept(FILES, one.kept)) for one in message.files.all()
    )

"""Every write of the messaging room: one verb, one transaction each."""

from regulars.messaging.actions.channels import DEFAULT_CHANNEL, channel_named
from regulars.messaging.actions.erasing import forget_mail
from regulars.messaging.actions.filing import Filed, file_mail
from regulars.messaging.actions.intake import (
    EmptyMail,
    MailTooLarge,
    NotPutAside,
    raw_bytes,
    read_arrival,
    read_waiting,
    retry_arrival,
    take_in,
)
from regulars.messaging.actions.writing import (
    HOLD,
    EmptyLetter,
    NoPublicAddress,
    NoRecipient,
    TooLate,
    start_thread,
    take_back,
    write_message,
)

__all__ = [
    "DEFAULT_CHANNEL",
    "EmptyMail",
    "Filed",
    "MailTooLarge",
    "NotPutAside",
    "channel_named",
    "file_mail",
    "forget_mail",
    "raw_bytes",
    "read_arrival",
    "read_waiting",
    "retry_arrival",
    "take_in",
    "HOLD",
    "EmptyLetter",
    "NoPublicAddress",
    "NoRecipient",
    "TooLate",
    "start_thread",
    "take_back",
    "write_message",
]

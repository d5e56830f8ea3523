"""Every write of the messaging room: one verb, one transaction each."""

from regulars.messaging.actions.channels import DEFAULT_CHANNEL, channel_named
from regulars.messaging.actions.erasing import forget_mail
from regulars.messaging.actions.filing import Filed, Incoming, file_mails
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
from regulars.messaging.actions.joining import join_threads, part_thread, split_thread
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
    "Incoming",
    "MailTooLarge",
    "NotPutAside",
    "channel_named",
    "file_mails",
    "forget_mail",
    "join_threads",
    "part_thread",
    "raw_bytes",
    "read_arrival",
    "read_waiting",
    "retry_arrival",
    "split_thread",
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

from regulars.messaging.models.channels import Channel, ChannelKind
from regulars.messaging.models.letters import Arrival, ArrivalState, RawLetter
from regulars.messaging.models.mailboxes import Auth, Mailbox, MailboxState, Problem, Security
from regulars.messaging.models.messages import (
    Direction,
    Message,
    MessageFile,
    MessageKind,
    MissedParent,
    Proof,
    Threading,
)
from regulars.messaging.models.threads import Participant, Thread

__all__ = [
    "Arrival",
    "ArrivalState",
    "Auth",
    "Channel",
    "ChannelKind",
    "Direction",
    "Mailbox",
    "MailboxState",
    "Message",
    "MessageFile",
    "MessageKind",
    "MissedParent",
    "Participant",
    "Problem",
    "Proof",
    "RawLetter",
    "Security",
    "Thread",
    "Threading",
]

from regulars.messaging.models.channels import Channel, ChannelKind
from regulars.messaging.models.consent import (
    ConsentChannel,
    ConsentEntry,
    ConsentState,
    LegalBasis,
    Purpose,
    Rhythm,
    SendingRule,
    Suppression,
    SuppressionReason,
)
from regulars.messaging.models.letters import Arrival, ArrivalState, RawLetter
from regulars.messaging.models.messages import Direction, Message, MessageFile, MessageKind, Threading
from regulars.messaging.models.outlets import Outlet, Security, Via
from regulars.messaging.models.sendings import (
    DUE_STATES,
    FAILED_STATES,
    LEFT_STATES,
    UNASKED_CLASSES,
    MessageClass,
    Role,
    Sending,
    SendingState,
)
from regulars.messaging.models.threads import Participant, Thread, let_see

__all__ = [
    "Arrival",
    "ArrivalState",
    "Channel",
    "ChannelKind",
    "ConsentChannel",
    "ConsentEntry",
    "ConsentState",
    "DUE_STATES",
    "Direction",
    "FAILED_STATES",
    "LEFT_STATES",
    "LegalBasis",
    "Message",
    "MessageClass",
    "MessageFile",
    "MessageKind",
    "Outlet",
    "Participant",
    "Purpose",
    "RawLetter",
    "Rhythm",
    "Role",
    "Security",
    "Sending",
    "SendingRule",
    "SendingState",
    "Suppression",
    "SuppressionReason",
    "Thread",
    "Threading",
    "UNASKED_CLASSES",
    "Via",
    "let_see",
]

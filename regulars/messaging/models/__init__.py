from regulars.messaging.models.channels import MAIL_KINDS, Channel, ChannelKind
from regulars.messaging.models.chat import ChatProof, ChatRating, ChatSite, ChatVisitor
from regulars.messaging.models.confirmations import Confirmation
from regulars.messaging.models.connections import Connection
from regulars.messaging.models.consent import (
    ConsentChannel,
    ConsentEntry,
    ConsentNow,
    ConsentState,
    LegalBasis,
    Purpose,
    Rhythm,
    SendingRule,
    Suppression,
    SuppressionReason,
)
from regulars.messaging.models.letters import Arrival, ArrivalState, RawLetter
from regulars.messaging.models.mailboxes import Auth, Mailbox, MailboxSecurity, MailboxState, Problem
from regulars.messaging.models.messages import (
    Direction,
    Message,
    MessageFile,
    MessageKind,
    MissedParent,
    Proof,
    Threading,
)
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
from regulars.messaging.models.text_templates import MessageTemplate, TextTemplate
from regulars.messaging.models.threads import Participant, Thread, let_see
from regulars.messaging.models.web_forms import WebForm

__all__ = [
    "Arrival",
    "ArrivalState",
    "Auth",
    "Channel",
    "ChannelKind",
    "Confirmation",
    "Connection",
    "ConsentChannel",
    "ConsentEntry",
    "ConsentNow",
    "ConsentState",
    "DUE_STATES",
    "ChatProof",
    "ChatRating",
    "ChatSite",
    "ChatVisitor",
    "Direction",
    "FAILED_STATES",
    "MAIL_KINDS",
    "LEFT_STATES",
    "LegalBasis",
    "Mailbox",
    "MailboxSecurity",
    "MailboxState",
    "Message",
    "MessageClass",
    "MessageFile",
    "MessageKind",
    "MessageTemplate",
    "MissedParent",
    "Outlet",
    "Participant",
    "Problem",
    "Proof",
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
    "TextTemplate",
    "Thread",
    "Threading",
    "UNASKED_CLASSES",
    "Via",
    "WebForm",
    "let_see",
]

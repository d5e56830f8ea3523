from regulars.messaging.models.channels import Channel, ChannelKind
from regulars.messaging.models.letters import Arrival, ArrivalState, RawLetter
from regulars.messaging.models.messages import Direction, Message, MessageFile, MessageKind, Threading
from regulars.messaging.models.threads import Participant, Thread, let_see

__all__ = [
    "Arrival",
    "ArrivalState",
    "Channel",
    "ChannelKind",
    "Direction",
    "Message",
    "MessageFile",
    "MessageKind",
    "Participant",
    "RawLetter",
    "Thread",
    "Threading",
    "let_see",
]

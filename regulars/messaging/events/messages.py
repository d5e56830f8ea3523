from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class _MessageEvent(Event):
    """What every message tells: its thread, its subject, and how its new text begins."""

    on_timeline: ClassVar[bool] = True
    # The arrival and the raw letter are the record; an audit entry for each mail would bury what people did.
    audited: ClassVar[bool] = False
    thread_id: int
    message_id: int
    message_kind: str = ""
    subject_line: str = ""
    beginning: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "thread", self.thread_id

    def title(self) -> str:
        return " · ".join(piece for piece in (self.subject_line, self.beginning) if piece)


@dataclass(frozen=True, kw_only=True)
class MessageReceived(_MessageEvent):
    """A person wrote to us."""

    kind: ClassVar[str] = "message.received"
    label: ClassVar[str | Promise] = _("Wrote")
    icon: ClassVar[str] = "mail"


@dataclass(frozen=True, kw_only=True)
class AutomaticMessageReceived(_MessageEvent):
    """A robot wrote to us: an automatic answer, a bounce, a list."""

    kind: ClassVar[str] = "message.automatic"
    label: ClassVar[str | Promise] = _("Automatic mail")
    icon: ClassVar[str] = "robot"
    touches: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class ContactLogged(_MessageEvent):
    """A call or visit was written down."""

    kind: ClassVar[str] = "contact.logged"
    label: ClassVar[str | Promise] = _("Call or visit")
    icon: ClassVar[str] = "phone"
    audited: ClassVar[bool] = True
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class _ThreadEvent(Event):
    """What tells of a thread and another one."""

    thread_id: int
    other_id: int
    subject_line: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "thread", self.thread_id

    def title(self) -> str:
        return self.subject_line


@dataclass(frozen=True, kw_only=True)
class ThreadJoined(_ThreadEvent):
    """A thread became part of another, which is `other_id`."""

    kind: ClassVar[str] = "thread.joined"
    label: ClassVar[str | Promise] = _("Joined to another conversation")
    icon: ClassVar[str] = "git-merge"


@dataclass(frozen=True, kw_only=True)
class ThreadParted(_ThreadEvent):
    """A thread that was part of another stands alone again."""

    kind: ClassVar[str] = "thread.parted"
    label: ClassVar[str | Promise] = _("Parted from another conversation")
    icon: ClassVar[str] = "git-fork"


@dataclass(frozen=True, kw_only=True)
class ThreadSplit(_ThreadEvent):
    """The end of a thread became a thread of its own, which is `other_id`."""

    kind: ClassVar[str] = "thread.split"
    label: ClassVar[str | Promise] = _("Split off a conversation")
    icon: ClassVar[str] = "git-fork"


@dataclass(frozen=True, kw_only=True)
class MessageSent(_MessageEvent):
    """A letter of ours has left for its first recipient."""

    kind: ClassVar[str] = "message.sent"
    label: ClassVar[str | Promise] = _("Was written to")
    icon: ClassVar[str] = "send"
    message_class: str = ""
    purpose: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageFailed(_MessageEvent):
    """A letter of ours did not reach somebody, or nobody knows whether it did."""

    kind: ClassVar[str] = "message.failed"
    label: ClassVar[str | Promise] = _("Letter did not arrive")
    icon: ClassVar[str] = "mail-off"
    touches: ClassVar[bool] = False
    sending_id: int
    state: str
    email: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageTakenBack(_MessageEvent):
    """A letter was taken back before it left."""

    kind: ClassVar[str] = "message.taken_back"
    label: ClassVar[str | Promise] = _("Letter taken back")
    icon: ClassVar[str] = "arrow-back-up"
    on_timeline: ClassVar[bool] = False
    audited: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class VisitorProven(Event):
    """The business vouched for who a chat's visitor is; their thread belongs to that person from now on."""

    kind: ClassVar[str] = "chat.proven"
    label: ClassVar[str | Promise] = _("Known in the chat")
    icon: ClassVar[str] = "user-check"
    on_timeline: ClassVar[bool] = True
    touches: ClassVar[bool] = False
    visitor_id: int
    thread_id: int | None = None

    def subject(self) -> tuple[str, int | None]:
        return "thread", self.thread_id


@dataclass(frozen=True, kw_only=True)
class ChatRated(Event):
    """Somebody said how they found the help they got in a chat."""

    kind: ClassVar[str] = "chat.rated"
    label: ClassVar[str | Promise] = _("Rated the help in a chat")
    icon: ClassVar[str] = "star"
    on_timeline: ClassVar[bool] = True
    # The rating itself is the record.
    audited: ClassVar[bool] = False
    thread_id: int
    rating_id: int
    score: int
    comment: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "thread", self.thread_id

    def title(self) -> str:
        return " · ".join(piece for piece in (f"{self.score}/5", self.comment) if piece)


@dataclass(frozen=True, kw_only=True)
class SendingMinded(Event):
    """Somebody decided by hand what becomes of a letter that failed, waits, or perhaps left."""

    kind: ClassVar[str] = "sending.minded"
    label: ClassVar[str | Promise] = _("Decided about a letter")
    icon: ClassVar[str] = "send"
    sending_id: int
    message_id: int
    email: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "message", self.message_id

    def title(self) -> str:
        return self.email

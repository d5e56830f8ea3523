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
class ChannelAdded(Event):
    """A way for people to write to us was added."""

    kind: ClassVar[str] = "channel.added"
    label: ClassVar[str | Promise] = _("Channel added")
    icon: ClassVar[str] = "inbox"
    channel_id: int
    name: str

    def subject(self) -> tuple[str, int | None]:
        return "channel", self.channel_id

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class ArrivalRetried(Event):
    """A mail that could not be read is tried once more."""

    kind: ClassVar[str] = "arrival.retried"
    label: ClassVar[str | Promise] = _("Mail tried again")
    icon: ClassVar[str] = "refresh"
    arrival_id: int

    def subject(self) -> tuple[str, int | None]:
        return "arrival", self.arrival_id


@dataclass(frozen=True, kw_only=True)
class _MailboxEvent(Event):
    """What every mailbox's event tells: which one, and its user name."""

    icon: ClassVar[str] = "inbox"
    mailbox_id: int
    name: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "mailbox", self.mailbox_id

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class MailboxAdded(_MailboxEvent):
    """A mailbox was connected; its mail comes in."""

    kind: ClassVar[str] = "mailbox.added"
    label: ClassVar[str | Promise] = _("Mailbox added")


@dataclass(frozen=True, kw_only=True)
class MailboxChanged(_MailboxEvent):
    """How a mailbox is reached was changed, or it was paused or resumed."""

    kind: ClassVar[str] = "mailbox.changed"
    label: ClassVar[str | Promise] = _("Mailbox changed")


@dataclass(frozen=True, kw_only=True)
class MailboxRemoved(_MailboxEvent):
    """A mailbox was disconnected; the mail that came from it stays."""

    kind: ClassVar[str] = "mailbox.removed"
    label: ClassVar[str | Promise] = _("Mailbox removed")

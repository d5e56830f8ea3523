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

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
class ChannelConnected(ChannelAdded):
    """A channel was connected to its provider, or what was entered for it was changed."""

    kind: ClassVar[str] = "channel.connected"
    label: ClassVar[str | Promise] = _("Channel connected")
    icon: ClassVar[str] = "plug-connected"


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


@dataclass(frozen=True, kw_only=True)
class _ChatSiteEvent(Event):
    """What every event of a chat on a website tells: which one, by its name."""

    site_id: int
    name: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "chat_site", self.site_id

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class ChatSiteChanged(_ChatSiteEvent):
    """How the chat of a website looks, what it asks, or where it may stand was changed."""

    kind: ClassVar[str] = "chat_site.changed"
    label: ClassVar[str | Promise] = _("Website chat changed")
    icon: ClassVar[str] = "message-circle"


@dataclass(frozen=True, kw_only=True)
class IdentityKeyRenewed(_ChatSiteEvent):
    """The key by which the business vouches for visitors was made anew; what the old one signed is refused."""

    kind: ClassVar[str] = "chat_site.key_renewed"
    label: ClassVar[str | Promise] = _("Identity key of a chat renewed")
    icon: ClassVar[str] = "key"


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
class WebFormChanged(Event):
    """What a web form asks, says, or where it may be embedded was changed."""

    kind: ClassVar[str] = "web_form.changed"
    label: ClassVar[str | Promise] = _("Web form changed")
    icon: ClassVar[str] = "forms"
    form_id: int
    name: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "web_form", self.form_id

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class _SuppressionEvent(Event):
    """What is told of an address that is not written to."""

    on_timeline: ClassVar[bool] = True
    touches: ClassVar[bool] = False
    suppression_id: int
    address: str = ""
    reason: str = ""
    source: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "suppression", self.suppression_id

    def title(self) -> str:
        return f"{self.address} · {self.reason}"


@dataclass(frozen=True, kw_only=True)
class SuppressionAdded(_SuppressionEvent):
    """An address is not written to any more."""

    kind: ClassVar[str] = "suppression.added"
    label: ClassVar[str | Promise] = _("Not written to any more")
    icon: ClassVar[str] = "ban"


@dataclass(frozen=True, kw_only=True)
class SuppressionRemoved(_SuppressionEvent):
    """An address may be written to again."""

    kind: ClassVar[str] = "suppression.removed"
    label: ClassVar[str | Promise] = _("May be written to again")
    icon: ClassVar[str] = "mail"


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


@dataclass(frozen=True, kw_only=True)
class ConsentRecorded(Event):
    """Somebody agreed to a purpose, was asked, or declined."""

    kind: ClassVar[str] = "consent.recorded"
    label: ClassVar[str | Promise] = _("Consent")
    icon: ClassVar[str] = "shield-check"
    on_timeline: ClassVar[bool] = True
    touches: ClassVar[bool] = False
    entry_id: int
    purpose: str
    purpose_name: str
    channel_kind: str
    state: str
    source: str = ""

    def title(self) -> str:
        return f"{self.purpose_name} · {self.channel_kind} · {self.state}"


@dataclass(frozen=True, kw_only=True)
class RhythmChosen(Event):
    """Somebody said how often they want to hear from us."""

    kind: ClassVar[str] = "rhythm.chosen"
    label: ClassVar[str | Promise] = _("Rhythm chosen")
    icon: ClassVar[str] = "clock"
    on_timeline: ClassVar[bool] = True
    touches: ClassVar[bool] = False
    days: int

    def title(self) -> str:
        return str(self.days)


@dataclass(frozen=True, kw_only=True)
class PurposeChanged(Event):
    """What people can agree to was added or changed."""

    kind: ClassVar[str] = "purpose.changed"
    label: ClassVar[str | Promise] = _("Purpose of mail changed")
    icon: ClassVar[str] = "shield-check"
    purpose_id: int
    name: str

    def subject(self) -> tuple[str, int | None]:
        return "purpose", self.purpose_id

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class SendingRuleChanged(Event):
    """How much of a class people get, or when, was changed."""

    kind: ClassVar[str] = "sending_rule.changed"
    label: ClassVar[str | Promise] = _("Sending rule changed")
    icon: ClassVar[str] = "clock"
    message_class: str

    def title(self) -> str:
        return self.message_class


@dataclass(frozen=True, kw_only=True)
class ChannelChanged(Event):
    """A channel's address, or how it sends, was changed."""

    kind: ClassVar[str] = "channel.changed"
    label: ClassVar[str | Promise] = _("Channel changed")
    icon: ClassVar[str] = "inbox"
    channel_id: int
    name: str

    def subject(self) -> tuple[str, int | None]:
        return "channel", self.channel_id

    def title(self) -> str:
        return self.name


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

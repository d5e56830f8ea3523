from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


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

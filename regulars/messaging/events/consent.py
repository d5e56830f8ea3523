from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


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

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class _ConversationEvent(Event):
    """What every event of a conversation tells: which one, and its subject."""

    touches: ClassVar[bool] = False
    conversation_id: int
    subject_line: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "conversation", self.conversation_id

    def title(self) -> str:
        return self.subject_line


@dataclass(frozen=True, kw_only=True)
class ConversationOpened(_ConversationEvent):
    """A conversation began, by somebody who wrote to us or by a member."""

    kind: ClassVar[str] = "conversation.opened"
    label: ClassVar[str | Promise] = _("Conversation began")
    icon: ClassVar[str] = "messages"
    # The message itself is the record.
    audited: ClassVar[bool] = False
    follows_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationReopened(_ConversationEvent):
    """A conversation that was closed or snoozed is open again."""

    kind: ClassVar[str] = "conversation.reopened"
    label: ClassVar[str | Promise] = _("Conversation reopened")
    icon: ClassVar[str] = "refresh"


@dataclass(frozen=True, kw_only=True)
class ConversationClosed(_ConversationEvent):
    """A conversation was dealt with."""

    kind: ClassVar[str] = "conversation.closed"
    label: ClassVar[str | Promise] = _("Conversation closed")
    icon: ClassVar[str] = "circle-check"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ConversationSnoozed(_ConversationEvent):
    """A conversation was put aside until a time."""

    kind: ClassVar[str] = "conversation.snoozed"
    label: ClassVar[str | Promise] = _("Conversation snoozed")
    icon: ClassVar[str] = "clock-pause"


@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(_ConversationEvent):
    """A conversation was given to a member or a team, or to nobody."""

    kind: ClassVar[str] = "conversation.assigned"
    label: ClassVar[str | Promise] = _("Conversation assigned")
    icon: ClassVar[str] = "user-share"
    assignee_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationChanged(_ConversationEvent):
    """A conversation's priority or tags were changed, or it was called spam."""

    kind: ClassVar[str] = "conversation.changed"
    label: ClassVar[str | Promise] = _("Conversation changed")
    icon: ClassVar[str] = "edit"


@dataclass(frozen=True, kw_only=True)
class ConversationAnswered(_ConversationEvent):
    """A member answered in a conversation."""

    kind: ClassVar[str] = "conversation.answered"
    label: ClassVar[str | Promise] = _("Answered")
    icon: ClassVar[str] = "arrow-back-up"
    message_id: int = 0
    is_first: bool = False


@dataclass(frozen=True, kw_only=True)
class ConversationNoted(_ConversationEvent):
    """A member wrote a note for colleagues in a conversation, or took it away."""

    kind: ClassVar[str] = "conversation.noted"
    label: ClassVar[str | Promise] = _("Note in a conversation")
    icon: ClassVar[str] = "note"
    note_id: int = 0


@dataclass(frozen=True, kw_only=True)
class ConversationsMerged(_ConversationEvent):
    """A conversation became part of another."""

    kind: ClassVar[str] = "conversation.merged"
    label: ClassVar[str | Promise] = _("Conversations merged")
    icon: ClassVar[str] = "git-merge"
    merged_id: int = 0


@dataclass(frozen=True, kw_only=True)
class ConversationFollowed(_ConversationEvent):
    """A member wants to hear of a conversation, or no longer."""

    kind: ClassVar[str] = "conversation.followed"
    label: ClassVar[str | Promise] = _("Conversation followed")
    icon: ClassVar[str] = "bell"
    audited: ClassVar[bool] = False
    is_followed: bool = True


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event):
    """A member went away or came back, or takes another number of conversations."""

    kind: ClassVar[str] = "availability.changed"
    label: ClassVar[str | Promise] = _("Availability changed")
    icon: ClassVar[str] = "user-cog"
    member_id: int

    def subject(self) -> tuple[str, int | None]:
        return "member", self.member_id


@dataclass(frozen=True, kw_only=True)
class ArrivalRuleChanged(Event):
    """A rule on arrival was made, changed or thrown away."""

    kind: ClassVar[str] = "arrival_rule.changed"
    label: ClassVar[str | Promise] = _("Rule on arrival changed")
    icon: ClassVar[str] = "route"
    rule_id: int
    name: str = ""
    is_deleted: bool = False

    def subject(self) -> tuple[str, int | None]:
        return "arrival_rule", self.rule_id

    def title(self) -> str:
        return self.name

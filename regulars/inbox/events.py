from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
class _TargetEvent(_ConversationEvent):
    """What is told of a promise of an answer: which one, and when its time is up."""

    # The promise's own row is the record.
    audited: ClassVar[bool] = False
    clock_id: int = 0
    promise: str = ""
    target_id: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TargetWarned(_TargetEvent):
    """A promise of an answer breaks soon unless somebody acts."""

    kind: ClassVar[str] = "target.warned"
    label: ClassVar[str | Promise] = _("Answer due soon")
    icon: ClassVar[str] = "hourglass"


@dataclass(frozen=True, kw_only=True)
class TargetMissed(_TargetEvent):
    """A promise of an answer broke: its time is up."""

    kind: ClassVar[str] = "target.missed"
    label: ClassVar[str | Promise] = _("Answer late")
    icon: ClassVar[str] = "alarm"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class SatisfactionGiven(_ConversationEvent):
    """A customer said how a conversation went."""

    kind: ClassVar[str] = "satisfaction.given"
    label: ClassVar[str | Promise] = _("Said how it went")
    icon: ClassVar[str] = "mood-smile"
    on_timeline: ClassVar[bool] = True
    audited: ClassVar[bool] = False
    touches: ClassVar[bool] = True
    score: int = 0
    comment: str = ""

    def title(self) -> str:
        return " · ".join(piece for piece in (f"{self.score}/5", self.comment or self.subject_line) if piece)


@dataclass(frozen=True, kw_only=True)
class FollowUpPlanned(_ConversationEvent):
    """A member wants to look at a conversation again later, or no longer."""

    kind: ClassVar[str] = "follow_up.planned"
    label: ClassVar[str | Promise] = _("Reminder of a conversation")
    icon: ClassVar[str] = "bell"


@dataclass(frozen=True, kw_only=True)
class _SetupEvent(Event):
    """What is told of a piece of the inbox's setup: its number and name."""

    touches: ClassVar[bool] = False
    name: str = ""

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class BusinessHoursChanged(_SetupEvent):
    """Business hours, or a day that differs from them, were made, changed or thrown away."""

    kind: ClassVar[str] = "business_hours.changed"
    label: ClassVar[str | Promise] = _("Business hours changed")
    icon: ClassVar[str] = "clock"
    hours_id: int = 0

    def subject(self) -> tuple[str, int | None]:
        return "business_hours", self.hours_id


@dataclass(frozen=True, kw_only=True)
class ResponseTargetChanged(_SetupEvent):
    """A promise of an answer was made, changed or taken back."""

    kind: ClassVar[str] = "response_target.changed"
    label: ClassVar[str | Promise] = _("Response target changed")
    icon: ClassVar[str] = "target"
    target_id: int = 0

    def subject(self) -> tuple[str, int | None]:
        return "response_target", self.target_id


@dataclass(frozen=True, kw_only=True)
class TemplateChanged(_SetupEvent):
    """A template for answers was made, changed, put away or taken out again."""

    kind: ClassVar[str] = "template.changed"
    label: ClassVar[str | Promise] = _("Template changed")
    icon: ClassVar[str] = "template"
    template_id: int = 0

    def subject(self) -> tuple[str, int | None]:
        return "template", self.template_id


@dataclass(frozen=True, kw_only=True)
class MacroChanged(_SetupEvent):
    """A macro was made, changed, ordered, put away or taken out again."""

    kind: ClassVar[str] = "macro.changed"
    label: ClassVar[str | Promise] = _("Macro changed")
    icon: ClassVar[str] = "bolt"
    macro_id: int = 0

    def subject(self) -> tuple[str, int | None]:
        return "macro", self.macro_id


@dataclass(frozen=True, kw_only=True)
class SkillChanged(_SetupEvent):
    """A skill was made or thrown away, or who has it or what needs it was changed."""

    kind: ClassVar[str] = "skill.changed"
    label: ClassVar[str | Promise] = _("Skill changed")
    icon: ClassVar[str] = "user-search"
    skill_id: int = 0

    def subject(self) -> tuple[str, int | None]:
        return "skill", self.skill_id


@dataclass(frozen=True, kw_only=True)
class ConversationSplit(_ConversationEvent):
    """Messages of a conversation began one of their own."""

    kind: ClassVar[str] = "conversation.split"
    label: ClassVar[str | Promise] = _("Conversation split")
    icon: ClassVar[str] = "git-fork"
    new_id: int = 0


@dataclass(frozen=True, kw_only=True)
class DraftShared(_ConversationEvent):
    """A member lets colleagues read and take over a draft, or no longer."""

    kind: ClassVar[str] = "draft.shared"
    label: ClassVar[str | Promise] = _("Draft shared")
    icon: ClassVar[str] = "pencil"
    draft_id: int = 0
    is_shared: bool = True


@dataclass(frozen=True, kw_only=True)
class DraftTaken(_ConversationEvent):
    """A member made a colleague's draft their own."""

    kind: ClassVar[str] = "draft.taken"
    label: ClassVar[str | Promise] = _("Draft taken over")
    icon: ClassVar[str] = "pencil"
    draft_id: int = 0


@dataclass(frozen=True, kw_only=True)
class MacroRun(_ConversationEvent):
    """A macro was run on a conversation, or what it did there was taken back."""

    kind: ClassVar[str] = "macro.run"
    label: ClassVar[str | Promise] = _("Macro run")
    icon: ClassVar[str] = "bolt"
    macro_id: int = 0
    is_undone: bool = False


@dataclass(frozen=True, kw_only=True)
class ArticleChanged(_SetupEvent):
    """A linked article was written down, changed, put away or taken out again."""

    kind: ClassVar[str] = "article.changed"
    label: ClassVar[str | Promise] = _("Article changed")
    icon: ClassVar[str] = "book"
    article_id: int = 0

    def subject(self) -> tuple[str, int | None]:
        return "article", self.article_id


@dataclass(frozen=True, kw_only=True)
class SatisfactionSettingsChanged(Event):
    """Whether and when customers are asked how it went was changed."""

    kind: ClassVar[str] = "satisfaction_settings.changed"
    label: ClassVar[str | Promise] = _("Satisfaction request changed")
    icon: ClassVar[str] = "mood-smile"
    touches: ClassVar[bool] = False


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

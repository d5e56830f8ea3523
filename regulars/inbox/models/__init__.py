from regulars.inbox.models.articles import LinkedArticle
from regulars.inbox.models.conversations import Conversation, Priority, State, reach
from regulars.inbox.models.facts import Asking
from regulars.inbox.models.hours import BusinessHours, Holiday
from regulars.inbox.models.macros import Macro, MacroUse
from regulars.inbox.models.ruling import ArrivalRule, Turn
from regulars.inbox.models.satisfaction import FollowUp, Satisfaction, SatisfactionSettings
from regulars.inbox.models.skills import Skill
from regulars.inbox.models.suggestions import Likeness, LikeQuestions, PastAnswer
from regulars.inbox.models.targets import Clock, ClockKind, ResponseTarget
from regulars.inbox.models.templates import Situation, Template, TemplateUse, TemplateVersion
from regulars.inbox.models.ungiven import Ungiven
from regulars.inbox.models.work import (
    Absence,
    ConversationNote,
    Draft,
    DraftFile,
    Follower,
    Line,
    Reader,
)

__all__ = [
    "Absence",
    "Asking",
    "BusinessHours",
    "Clock",
    "ClockKind",
    "ArrivalRule",
    "Conversation",
    "ConversationNote",
    "Draft",
    "DraftFile",
    "FollowUp",
    "Follower",
    "Holiday",
    "LikeQuestions",
    "Likeness",
    "Line",
    "Macro",
    "MacroUse",
    "LinkedArticle",
    "PastAnswer",
    "Priority",
    "Reader",
    "ResponseTarget",
    "Satisfaction",
    "SatisfactionSettings",
    "Situation",
    "Skill",
    "State",
    "Template",
    "TemplateUse",
    "TemplateVersion",
    "Turn",
    "Ungiven",
    "reach",
]

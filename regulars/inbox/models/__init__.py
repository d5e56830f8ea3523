from regulars.inbox.models.conversations import Conversation, Priority, State, reach
from regulars.inbox.models.hours import BusinessHours, Holiday
from regulars.inbox.models.ruling import ArrivalRule, Turn
from regulars.inbox.models.satisfaction import FollowUp, Satisfaction, SatisfactionSettings
from regulars.inbox.models.suggestions import PastAnswer
from regulars.inbox.models.targets import Clock, ClockKind, ResponseTarget
from regulars.inbox.models.templates import Situation, Template, TemplateUse, TemplateVersion
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
    "Line",
    "PastAnswer",
    "Priority",
    "Reader",
    "ResponseTarget",
    "Satisfaction",
    "SatisfactionSettings",
    "Situation",
    "State",
    "Template",
    "TemplateUse",
    "TemplateVersion",
    "Turn",
    "reach",
]

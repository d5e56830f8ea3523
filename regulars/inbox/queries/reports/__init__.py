"""What the inbox did in a period, in figures: each of them can be opened as the conversations it counts."""

from regulars.inbox.queries.reports.figures import Figures, figures_by, spread_of, whole_and_by
from regulars.inbox.queries.reports.period import Period, period_of
from regulars.inbox.queries.reports.series import by_day, contacts_per_order
from regulars.inbox.queries.reports.sources import BY, MEASURES, conversations_behind

__all__ = [
    "BY",
    "MEASURES",
    "Figures",
    "Period",
    "by_day",
    "contacts_per_order",
    "conversations_behind",
    "figures_by",
    "period_of",
    "spread_of",
    "whole_and_by",
]

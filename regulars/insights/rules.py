from __future__ import annotations

from regulars.insights.models import Dashboard
from regulars.team.rules import Seer, may

SEE, CHANGE, COSTS = "insights.see", "insights.change", "costs.see"


def can_change_board(seer: Seer | None, board: Dashboard) -> bool:
    """Tell whether this member may arrange a dashboard: the author may, and whoever may change insights when it is shared."""
    if seer is None or not may(seer, CHANGE):
        return False
    return (seer.member_id is not None and board.author_id == seer.member_id) or bool(board.roles)

from regulars.insights.models.caring import Aim, Cost, CostKind, Definition, Goal
from regulars.insights.models.dashboards import Annotation, Crowd, Dashboard, HeldAnswer, Mailing
from regulars.insights.models.mirror import Change, Mirror
from regulars.insights.models.worth import TABLES, Worth, WorthA, WorthB, WorthState

__all__ = [
    "TABLES", "Aim", "Annotation", "Change", "Cost", "CostKind", "Crowd", "Dashboard", "Definition", "Goal", "HeldAnswer", "Mailing",
    "Mirror", "Worth", "WorthA", "WorthB", "WorthState",
]  # fmt: skip

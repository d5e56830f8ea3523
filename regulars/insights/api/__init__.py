"""Insights for programs."""

from ninja import Router

from regulars.insights.api.caring import router as caring
from regulars.insights.api.measures import router as measures

router = Router(tags=["insights"])
for part in (measures, caring):
    router.add_router("", part)

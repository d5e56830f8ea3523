from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.inbox.queries.reports import Figures, contacts_per_order, figures_by, period_of
from regulars.kit.api import ERRORS, answer
from regulars.kit.clock import today
from regulars.team.gate import seer_of
from regulars.team.models import Business

router = Router(tags=["inbox reports"])


class ReportQuery(Schema):
    """The period, by a preset or by its days, and by what the figures are told apart."""

    period: str = Field("30", max_length=12, description="7, 30, 90, month, last_month or own.")
    first: str = Field(
        "", max_length=10, description="With period own: its first day.", examples=["2026-11-01"]
    )
    last: str = Field(
        "", max_length=10, description="With period own: its last day.", examples=["2026-11-30"]
    )
    by: Literal["", "channel", "member", "team", "tag", "hour"] = ""


class TimesOut(Schema):
    """How long something took, in seconds; `ninth`: nine of ten took no longer."""

    count: int = Field(..., examples=[41])
    median: float | None
    ninth: float | None
    calendar_median: float | None
    calendar_ninth: float | None


class FiguresOut(Schema):
    """The figures of one group, or of all together."""

    key: str = Field(..., examples=["all"])
    label: str
    counts: dict[str, int]
    first: TimesOut
    next: TimesOut
    resolved: TimesOut
    kept: float | None
    reopened: float | None
    satisfaction: float | None


class Report(Schema):
    """What the inbox did in a period."""

    first: str
    last: str
    contacts_per_order: float | None
    items: list[FiguresOut]


@router.get("/inbox/report", response={200: Report, **ERRORS}, summary="Report on the inbox")
def report(request: HttpRequest, query: Query[ReportQuery]) -> HttpResponse:
    """Return the figures of a period, all together or told apart."""
    seer_of(request, "reports.see")
    zone = Business.current().time_zone
    period = period_of(query.period, query.first, query.last, today=today(zone), zone=zone)
    groups = figures_by(period, query.by)
    whole = groups[0] if not query.by else figures_by(period)[0]
    each = contacts_per_order(period, whole.counts["began"]).per_order
    about = {"first": period.first.isoformat(), "last": period.last.isoformat(), "contacts_per_order": each}
    return answer({**about, "items": [_shape(one) for one in groups]})


def _shape(one: Figures) -> dict[str, Any]:
    times = {kind: vars(one.time(kind)) for kind in ("first", "next", "resolved")}
    shares = {"kept": one.kept, "reopened": one.reopened, "satisfaction": one.score}
    return {"key": one.key, "label": one.label, "counts": one.counts, **times, **shares}

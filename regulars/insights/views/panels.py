"""What insights show on a person's page: what they are worth, how sure that is, and what may be coming."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.insights.models import TABLES, Worth
from regulars.insights.queries.worth import RFM_GROUPS, current_letter, reasons_in_words
from regulars.kit.clock import today
from regulars.kit.money import format_money
from regulars.kit.panels import Panel, register_panel
from regulars.people.models import Person
from regulars.team.models import Business

LOW_RISK, HIGH_RISK = 0.35, 0.65
WIDTH = 100


def register_panels() -> None:
    """Offer the panel of a person's worth."""
    register_panel(
        Panel(
            "worth", "person", str(gettext_lazy("Worth")), "insights/panels/_worth.html", worth, order=12,
            see="insights.see", icon="chart-line",
        )
    )  # fmt: skip


def worth(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return a person's value with its interval, rank, risk with its reasons, and when the next order is due."""
    rows: Any = TABLES[current_letter()]
    held = rows.objects.filter(person_id=person.pk).first()
    if held is None or not held.purchase_days:
        return {"worth": None}
    currency = Business.current().currency
    return {
        "worth": held,
        "spent": format_money(held.spent_minor, currency, whole=True),
        "predicted": _money(held.predicted_minor, currency),
        "bar": _bar(held),
        "low": _money(held.predicted_low_minor, currency),
        "high": _money(held.predicted_high_minor, currency),
        "group": dict(RFM_GROUPS).get(held.rfm_group, ""),
        "scores": _scores(held),
        "risk": _risk(held),
        "reasons": [str(one) for one in reasons_in_words(held.churn_reasons)],
        "next_words": _next(held),
    }


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else format_money(minor, currency, whole=True)


def _bar(held: Worth) -> dict[str, float] | None:
    """Return where the interval and the value lie on a line from nothing to the highest, in hundredths."""
    low, value, high = held.predicted_low_minor, held.predicted_minor, held.predicted_high_minor
    if low is None or value is None or not high:
        return None
    start, middle = round(WIDTH * low / high, 1), round(WIDTH * value / high, 1)
    return {"start": start, "length": round(WIDTH - start, 1), "middle": middle}


def _scores(held: Worth) -> list[dict[str, Any]]:
    named = (
        (_("How lately"), held.rfm_recency), (_("How often"), held.rfm_frequency), (_("How much"), held.rfm_money),
    )  # fmt: skip
    return [{"label": label, "value": value, "dots": [n < value for n in range(5)]} for label, value in named]


def _risk(held: Worth) -> dict[str, Any] | None:
    risk = held.churn_risk
    if risk is None:
        return None
    word = _("low") if risk < LOW_RISK else _("high") if risk > HIGH_RISK else _("middling")
    tone = "green" if risk < LOW_RISK else "brick" if risk > HIGH_RISK else "amber"
    return {"word": word, "tone": tone, "share": f"{risk * 100:.0f} %"}


def _next(held: Worth) -> str:
    if held.next_on is None:
        return ""
    late = (today(Business.current().time_zone) - held.next_on).days
    if late <= 0:
        return ""
    return ngettext("%(n)d day late", "%(n)d days late", late) % {"n": late}

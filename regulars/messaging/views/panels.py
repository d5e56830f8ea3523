"""What messaging shows on a person's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regulars.kit.panels import Panel, register_panel
from regulars.messaging.queries.consent import ledger_of, standings, suppressions_of
from regulars.messaging.queries.story import threads_of
from regulars.people.models import Person
from regulars.team.rules import reaches

SHOWN = 6
HISTORY = 20


def register_panels() -> None:
    """Offer the panel of a person's threads."""
    register_panel(
        Panel(
            "mail", "person", str(_("Mail")), "messaging/panels/_mail.html", mail,
            order=12, see="messages.see", icon="mail",
        )
    )  # fmt: skip
    register_panel(
        Panel(
            "consent", "person", str(_("Consent")), "messaging/panels/_consent.html", consent,
            order=45, see="consent.see", icon="shield-check",
        )
    )  # fmt: skip


def consent(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return how the person's addresses stand with each purpose, and what was said before."""
    shown = standings(person)
    stopped = suppressions_of({one.identity.value for one in shown if one.channel_kind == "email"})
    member = getattr(request, "member", None)
    return {
        "person": person,
        "shown": shown,
        "stopped": list(stopped.values()),
        "ledger": ledger_of(person, HISTORY),
        "may_change": reaches(member, "consent.change", person),
    }


def mail(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return the newest threads; what is older stands on the timeline."""
    found = threads_of(person, SHOWN + 1)
    return {"threads": found[:SHOWN], "has_more": len(found) > SHOWN}

"""What messaging shows on a person's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regulars.kit.panels import Panel, register_panel
from regulars.messaging.queries.story import threads_of
from regulars.people.models import Person
from regulars.team.rules import reaches

SHOWN = 6


def register_panels() -> None:
    """Offer the panel of a person's threads."""
    register_panel(
        Panel(
            "mail", "person", str(_("Mail")), "messaging/panels/_mail.html", mail,
            order=12, see="messages.see", icon="mail",
        )
    )  # fmt: skip


def mail(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return the newest threads; what is older stands on the timeline."""
    found = threads_of(person, SHOWN + 1)
    seer = getattr(request, "member", None)
    return {
        "threads": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "may_log": seer is not None and reaches(seer, "messages.log", person),
    }

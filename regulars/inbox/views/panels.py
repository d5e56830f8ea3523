"""What the inbox shows on a person's page: their conversations, in the place where messaging shows bare threads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regulars.inbox.models import Conversation
from regulars.inbox.rules import ANSWER
from regulars.kit.panels import Panel, register_panel
from regulars.people.models import Person
from regulars.team.rules import reaches

SHOWN = 6


def register_panels() -> None:
    """Offer the panel of a person's conversations."""
    register_panel(
        Panel(
            "mail", "person", str(_("Conversations")), "inbox/panels/_conversations.html", conversations,
            order=12, see="conversations.see", icon="messages",
        )
    )  # fmt: skip


def conversations(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return a person's newest conversations; what is older stands on the timeline."""
    member = getattr(request, "member", None)
    rows: Any = Conversation.objects.filter(person=person)
    found = list(
        rows.whole().visible_to(member).select_related("assignee").order_by("-last_message_at")[: SHOWN + 1]
    )
    return {
        "person": person,
        "conversations": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "may_write": reaches(member, ANSWER, person),
        "may_log": reaches(member, "messages.log", person),
    }

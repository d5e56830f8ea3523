from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.inbox.engine.gaps import chosen
from regulars.inbox.models import Conversation, FollowUp, Satisfaction
from regulars.people.models import Person
from regulars.team.models import Business

SCORES: list[tuple[int, str | Promise]] = [
    (1, _("Very bad")),
    (2, _("Bad")),
    (3, _("All right")),
    (4, _("Good")),
    (5, _("Very good")),
]
# The mouth of each face, as a path in a box of 24.
FACES = {
    1: "M8.5 16.6c1-2.4 6-2.4 7 0",
    2: "M9 16c1-1.1 5-1.1 6 0",
    3: "M9 15.2h6",
    4: "M9 14.6c1 1.2 5 1.2 6 0",
    5: "M8.2 14c1 3.4 6.6 3.4 7.6 0z",
}


def language_of(person: Person | None) -> str:
    """Return in which of our languages a person is written to: their own, else the business's, else English."""
    ours = Business.current().languages or []
    wanted = tuple(one for one in (person.language if person else "", *ours, "en") if one)
    return chosen(dict.fromkeys(code for code, _name in settings.LANGUAGES), wanted) or "en"


def request_by(secret: str) -> Satisfaction | None:
    """Return the request behind a link."""
    rows = Satisfaction.objects.select_related("conversation", "person")
    return rows.filter(secret=secret).first()


def said_about(conversation: Conversation) -> list[dict[str, Any]]:
    """Return what was said about a conversation, the newest first."""
    rows = Satisfaction.objects.filter(conversation=conversation, score__isnull=False).order_by(
        "-answered_at"
    )
    words = dict(SCORES)
    return [
        {"score": one.score, "words": words[one.score or 1], "comment": one.comment, "at": one.answered_at}
        for one in rows
    ]


def reminders_of(conversation: Conversation, member: Any) -> list[FollowUp]:
    """Return a member's own reminders of a conversation that are still to come."""
    rows = FollowUp.objects.filter(
        conversation=conversation, member=member, reminded_at=None, cancelled_at=None
    )
    return list(rows.order_by("due_at"))

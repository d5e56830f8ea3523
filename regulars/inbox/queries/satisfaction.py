from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.inbox.engine.gaps import chosen
from regulars.inbox.models import Satisfaction
from regulars.kit.wording import to_customer_lazy
from regulars.people.models import Person
from regulars.team.models import Business

SCORES: list[tuple[int, str | Promise]] = [
    (1, to_customer_lazy("Very bad")),
    (2, to_customer_lazy("Bad")),
    (3, to_customer_lazy("All right")),
    (4, to_customer_lazy("Good")),
    (5, to_customer_lazy("Very good")),
]
# The same for the team.
FELT: dict[int, str | Promise] = {
    1: _("Very bad"),
    2: _("Bad"),
    3: _("All right"),
    4: _("Good"),
    5: _("Very good"),
}
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


def said_as(score: int, comment: str, at: datetime | None) -> dict[str, Any]:
    """Return what somebody said as it is shown."""
    return {"score": score, "words": FELT[score], "comment": comment, "at": at}

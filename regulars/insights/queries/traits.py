"""What filters and lists may ask about people that only insights knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from regulars.insights.models import Crowd
from regulars.kit.clock import now
from regulars.kit.traits import Exists, Trait

BEHIND = "insights.behind"
OFFERED_DAYS = 2
# The row rule of every list stands beside it, so nobody sees more people by knowing the word of a crowd.
_IN_CROWD = """SELECT 1 FROM insights_crowd c CROSS JOIN LATERAL unnest(c.person_ids) AS member(id)
    WHERE member.id = {t}.id AND {value}"""


def figures_opened() -> Iterable[tuple[str, str]]:
    """Return the figures opened lately, by their word."""
    fresh = Crowd.objects.filter(made_at__gt=now() - timedelta(days=OFFERED_DAYS))
    return list(fresh.order_by("-made_at").values_list("token", "label")[:50])


def person_traits() -> Iterable[Trait]:
    """Return what can be asked about a person."""
    yield Trait(
        name=BEHIND, subject="person", type="choice", label=_("Is behind the figure"), sql="c.token", group=_("Insights"),
        exists=Exists(_IN_CROWD), choices=figures_opened, open_choices=True, operators=("is", "is_not"), see="insights.see",
    )  # fmt: skip

"""How a touchpoint is shown: ready words for the timeline's items, and days to stand under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from regulars.kit.clock import now
from regulars.kit.events import event_class
from regulars.kit.markup import ICONS
from regulars.people.models import Company, Health, Person, Stage
from regulars.timeline.actions.posting import words_of_kind
from regulars.timeline.models import Touchpoint, TouchpointKind

PAGES = {
    "person": "people:person",
    "company": "people:company",
    "order": "commerce:order",
    "product": "commerce:product",
    "thread": "messaging:thread",
}
TONES = {
    "order": "green",
    "subscription": "teal",
    "note": "amber",
    "task": "sky",
    "message": "olive",
    "stage": "plum",
    "health": "rose",
    "custom": "indigo",
}
HEALTH_TONES = {
    "steady": "green",
    "wavering": "amber",
    "at_risk": "brick",
    "lapsed": "stone",
    "won_back": "sky",
}
MOVES = {"stage.moved": Stage, "health.moved": Health}
MOST_SHOWN = 12
# So many days stand under their own heading; what is older stands under its month.
DAYS_APART = 14


@dataclass(frozen=True)
class Moment:
    """One item of the timeline, ready to be shown."""

    id: int
    title: str
    at: datetime
    icon: str = "point"
    tone: str = ""
    value: str = ""
    sub: str = ""
    actor: str = ""
    url: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    fresh: bool = False


@dataclass(frozen=True)
class Day:
    """What happened on one day, further back in one month; without a heading when it goes on from the page before."""

    key: str
    heading: str
    moments: list[Moment]


@dataclass(frozen=True)
class Words:
    """What a kind is called and how it is drawn."""

    label: str
    icon: str


def days_of(
    touchpoints: Sequence[Touchpoint],
    about: Person | Company,
    *,
    going_on_from: datetime | None = None,
    fresh: bool = False,
) -> list[Day]:
    """Return touchpoints as moments under their days."""
    words = words_of([touchpoint.kind for touchpoint in touchpoints])
    moments = [moment_of(one, words[one.kind], about, fresh=fresh) for one in touchpoints]
    today = timezone.localtime(now()).date()
    open_key = key_of(going_on_from, today) if going_on_from else ""
    groups = [
        (key, list(group)) for key, group in groupby(moments, key=lambda moment: key_of(moment.at, today))
    ]
    return [
        Day(key, "" if key == open_key else heading_of(group[0].at, today), group) for key, group in groups
    ]


def words_of(kinds: Sequence[str]) -> dict[str, Words]:
    """Return what kinds are called: as their room says, or as the business named its own."""
    unknown = [kind for kind in set(kinds) if _is_own(kind)]
    own = {kind.name: kind for kind in TouchpointKind.objects.filter(name__in=unknown)} if unknown else {}
    return {kind: _words(kind, own.get(kind)) for kind in set(kinds)}


def _is_own(kind: str) -> bool:
    event = event_class(kind)
    return event is None or event.kind.endswith("*")


def _words(kind: str, own: TouchpointKind | None) -> Words:
    if own is not None:
        return Words(own.label or words_of_kind(kind), own.icon if own.icon in ICONS else "point")
    event = event_class(kind)
    if event is None or event.kind.endswith("*"):
        return Words(words_of_kind(kind) or kind, "point")
    return Words(str(event.label) or words_of_kind(kind), event.icon if event.icon in ICONS else "point")


def moment_of(
    touchpoint: Touchpoint, words: Words, about: Person | Company, *, fresh: bool = False
) -> Moment:
    """Return a touchpoint as it is shown on the page of a person or company."""
    is_money = "currency" in touchpoint.payload
    moved = _moved(touchpoint)
    return Moment(
        id=touchpoint.pk,
        title=words.label,
        at=touchpoint.occurred_at,
        icon=words.icon,
        tone=HEALTH_TONES.get(touchpoint.payload.get("after", ""))
        or TONES.get(touchpoint.kind.partition(".")[0], ""),
        value=touchpoint.label if is_money else moved,
        # A move says where to already; what is worth a line of its own is why.
        sub="" if is_money else touchpoint.payload.get("reason", "") if moved else touchpoint.label,
        actor=actor_of(touchpoint),
        url=_url(touchpoint, about),
        facts=facts_of(touchpoint),
        fresh=fresh,
    )


def _moved(touchpoint: Touchpoint) -> str:
    axis = MOVES.get(touchpoint.kind)
    if axis is None:
        return ""
    names = dict(axis.choices)
    pair = [names.get(touchpoint.payload.get(side, ""), "") for side in ("before", "after")]
    return " → ".join(str(name) for name in pair if name)


def facts_of(touchpoint: Touchpoint) -> tuple[tuple[str, str], ...]:
    """Return what a posted touchpoint carries, in words; our own say all in their title."""
    facts = touchpoint.payload.get("facts")
    if not touchpoint.kind.startswith("custom.") or not isinstance(facts, dict):
        return ()
    return tuple((name.replace("_", " "), _plain(value)) for name, value in list(facts.items())[:MOST_SHOWN])


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)[:300]


def actor_of(touchpoint: Touchpoint) -> str:
    """Return who did it, in words; nothing for what happened by itself."""
    if touchpoint.actor_kind == "import":
        return _("imported")
    if touchpoint.actor_kind in ("member", "key") and touchpoint.actor_label:
        return _("by %(name)s") % {"name": touchpoint.actor_label}
    return ""


def _url(touchpoint: Touchpoint, about: Person | Company) -> str:
    if (
        isinstance(about, Company)
        and touchpoint.person_id
        and touchpoint.subject_type not in ("order", "product", "thread")
    ):
        return reverse("people:person", args=[touchpoint.person_id])
    name = PAGES.get(touchpoint.subject_type)
    is_here = touchpoint.subject_type in ("person", "company")
    if name is None or is_here or touchpoint.subject_id is None:
        return ""
    try:
        return reverse(name, args=[touchpoint.subject_id])
    except NoReverseMatch:
        return ""


def key_of(at: datetime, today: date) -> str:
    """Return the group a moment stands in: its day, further back its month."""
    on = timezone.localtime(at).date()
    return on.isoformat() if _is_near(on, today) else f"{on:%Y-%m}"


def heading_of(at: datetime, today: date) -> str:
    """Say a day: today, yesterday or its date; further back the month, with the year when it is not this one."""
    on = timezone.localtime(at).date()
    if not _is_near(on, today):
        return formats.date_format(on, "F" if on.year == today.year else "F Y")
    near: dict[int, str | Promise] = {0: _("Today"), 1: _("Yesterday")}
    return str(near.get((today - on).days) or formats.date_format(on, "l j F"))


def _is_near(on: date, today: date) -> bool:
    return abs((today - on).days) < DAYS_APART

"""Touchpoints that other programs post: a visit to the shop, a call by phone, whatever the business has a word for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, announce_many, changed
from regulars.kit.refused import Invalid, Text
from regulars.people.actions.stage_rules import evaluate_rules
from regulars.people.models import Company, Person
from regulars.timeline.events import CustomTouchpoint, TouchpointKindDefined
from regulars.timeline.models import Touchpoint, TouchpointKind

KIND = re.compile(r"custom\.[a-z][a-z0-9_]{0,49}")
LARGEST_PAYLOAD = 8_000
OLDEST = datetime(1900, 1, 1, tzinfo=UTC)
# Keys of other programs and our own must not meet.
KEY = "posted:{}"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A touchpoint to be posted."""

    about: Person | Company
    kind: str
    occurred_at: datetime | None = None
    label: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    channel: str = ""
    source_key: str | None = None


@transaction.atomic
def post_touchpoint(
    draft: Draft, *, by: Actor, at: datetime, silent: bool = False
) -> tuple[Touchpoint, bool]:
    """Write down what happened elsewhere; return the touchpoint and whether it is new, since a source key counts once."""
    check_draft(draft, at)
    _know_kinds([draft.kind])
    number = announce(
        event_of_draft(draft),
        by=by,
        source_key=_key(draft),
        silent=silent,
        occurred_at=draft.occurred_at,
        channel=draft.channel,
    )
    if number is not None:
        _move_stages([draft], by=by, at=at, silent=silent)
        return Touchpoint.objects.get(pk=number), True
    return Touchpoint.objects.get(source_key=_key(draft)), False


@transaction.atomic
def post_touchpoints(
    drafts: Sequence[Draft], *, by: Actor, at: datetime, silent: bool = False
) -> list[int | None]:
    """Write down many at once; return the id of each, None for those whose source key was there before."""
    for draft in drafts:
        check_draft(draft, at)
    _know_kinds([draft.kind for draft in drafts])
    by_channel: dict[str, list[int]] = {}
    for place, draft in enumerate(drafts):
        by_channel.setdefault(draft.channel, []).append(place)
    numbers: list[int | None] = [None] * len(drafts)
    for channel, places in by_channel.items():
        chosen = [drafts[place] for place in places]
        written = announce_many(
            [event_of_draft(draft) for draft in chosen],
            by=by,
            source_keys=[_key(draft) for draft in chosen],
            silent=silent,
            occurred_at=[draft.occurred_at for draft in chosen],
            channel=channel,
        )
        for place, number in zip(places, written, strict=True):
            numbers[place] = number
    _move_stages(drafts, by=by, at=at, silent=silent)
    return numbers


def _move_stages(drafts: Sequence[Draft], *, by: Actor, at: datetime, silent: bool) -> None:
    """Let the stages follow what happened; history waits for the night."""
    people = [draft.about.pk for draft in drafts if isinstance(draft.about, Person)]
    if people and not silent:
        evaluate_rules(people, by=by, at=at)


def event_of_draft(draft: Draft) -> CustomTouchpoint:
    """Return the event that a draft becomes."""
    about = (
        {"person_id": draft.about.pk} if isinstance(draft.about, Person) else {"company_id": draft.about.pk}
    )
    return CustomTouchpoint(
        name=draft.kind.removeprefix("custom."), words=draft.label.strip(), facts=draft.payload, **about
    )


def check_draft(draft: Draft, at: datetime) -> None:
    """Refuse a draft that cannot be kept, naming each field."""
    wrong: dict[str, Text] = {}
    if not KIND.fullmatch(draft.kind):
        wrong["kind"] = _("A kind of your own is written custom.some_words, in small letters.")
    if draft.occurred_at is not None and not OLDEST <= draft.occurred_at <= at + timedelta(days=1):
        wrong["occurred_at"] = _("It must have happened between 1900 and tomorrow.")
    if len(json.dumps(draft.payload)) > LARGEST_PAYLOAD:
        wrong["payload"] = _("At most 8 kB of JSON fit.")
    for name, value, most in (
        ("label", draft.label, 300),
        ("channel", draft.channel, 30),
        ("source_key", draft.source_key or "", 190),
    ):
        if len(value) > most:
            wrong[name] = _("At most %(most)s characters fit.") % {"most": most}
    texts = (
        draft.label,
        draft.channel,
        draft.source_key or "",
        json.dumps(draft.payload, ensure_ascii=False),
    )
    if any(not _is_storable(text) for text in texts):
        wrong["payload"] = _("Text with a zero byte or half a character cannot be kept.")
    if wrong:
        raise Invalid(wrong)


def _is_storable(text: str) -> bool:
    return (
        "\0" not in text
        and "\\u0000" not in text
        and text.encode("utf-8", "replace") == text.encode("utf-8", "surrogatepass")
    )


def _key(draft: Draft) -> str | None:
    return KEY.format(draft.source_key) if draft.source_key else None


def _know_kinds(kinds: Sequence[str]) -> None:
    """Let every kind have a row, so that a business can give it words and an icon."""
    known = set(TouchpointKind.objects.filter(name__in=set(kinds)).values_list("name", flat=True))
    missing = sorted(set(kinds) - known)
    rows = [TouchpointKind(name=kind, label=words_of_kind(kind)) for kind in missing]
    TouchpointKind.objects.bulk_create(rows, ignore_conflicts=True)


def words_of_kind(kind: str) -> str:
    """Return words for a kind that nobody has named.

    >>> words_of_kind("custom.store_visit")
    'Store visit'
    """
    return kind.partition(".")[2].replace("_", " ").capitalize()


@transaction.atomic
def define_touchpoint_kind(name: str, *, label: str, icon: str = "point", by: Actor) -> TouchpointKind:
    """Say what a kind of custom touchpoint is called and which icon it has."""
    if not KIND.fullmatch(name):
        raise Invalid({"name": _("A kind of your own is written custom.some_words, in small letters.")})
    before: dict[str, Any] = dict(
        TouchpointKind.objects.filter(name=name).values("label", "icon").first() or {}
    )
    after = {"label": label.strip()[:100] or words_of_kind(name), "icon": icon[:40]}
    kind, _is_new = TouchpointKind.objects.update_or_create(name=name, defaults=after)
    announce(
        TouchpointKindDefined(name=name, words=str(after["label"])),
        by=by,
        changes=changed(before, after),
    )
    return kind

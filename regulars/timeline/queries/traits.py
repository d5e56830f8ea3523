"""What programs may ask of touchpoints, and which of them an asker may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.kit.traits import Behaviour, Label, Trait, TraitType
from regulars.people.models import Company, Person
from regulars.team.rules import Seer
from regulars.timeline.models import Touchpoint
from regulars.timeline.queries.feed import hidden_kinds

ALWAYS: Mapping[str, Any] = {"sortable": True, "not_null": True}
SHOWN: Mapping[str, Any] = {"not_null": True}
ACTORS = [
    ("member", _("Team member")),
    ("key", _("API key")),
    ("customer", _("Customer")),
    ("import", _("Import")),
    ("clock", _("Clock")),
]


def touchpoint_traits() -> Iterable[Trait]:
    """Return all that can be asked about a touchpoint."""
    made: list[tuple[str, TraitType, Label, str, Mapping[str, Any]]] = [
        ("id", "number", _("Number"), "{t}.id", ALWAYS),
        ("kind", "text", _("Kind"), "{t}.kind", SHOWN),
        ("person", "ref", _("Customer"), "{t}.person_id", {}),
        ("company", "ref", _("Company"), "{t}.company_id", {}),
        ("occurred_at", "datetime", _("Happened"), "{t}.occurred_at", ALWAYS),
        ("recorded_at", "datetime", _("Recorded"), "{t}.recorded_at", SHOWN),
        ("actor", "choice", _("By whom"), "{t}.actor_kind", {"not_null": True, "choices": lambda: ACTORS}),
        ("channel", "text", _("Channel"), "{t}.channel", SHOWN),
        ("label", "text", _("Label"), "{t}.label", SHOWN),
    ]
    for name, type_, label, sql, more in made:
        yield Trait(name=name, subject="touchpoint", type=type_, label=label, sql=sql, **more)


def behaviours() -> Iterable[Behaviour]:
    """Return what a customer did elsewhere, as programs posted it, so that rules and lists can count it."""
    yield Behaviour(
        name="touchpoint.custom", subject="person", label=_("had a touchpoint of our own"), table="timeline_touchpoint",
        key="{e}.person_id", at="{e}.occurred_at", condition="starts_with({e}.kind, 'custom.')", where="touchpoint",
        where_fields=("kind", "channel", "label"), see="timeline.see",
    )  # fmt: skip


def touchpoints_within(seer: Seer) -> QuerySet[Touchpoint]:
    """Return the touchpoints that are shown, of the people and companies within an asker's reach."""
    people = Person.objects.visible_to(seer, "timeline.see").filter(pk=OuterRef("person_id"))
    companies = Company.objects.visible_to(seer, "timeline.see").filter(pk=OuterRef("company_id"))
    rows = Touchpoint.objects.filter(Exists(people) | Q(person=None) & Exists(companies))
    return rows.exclude(kind__in=hidden_kinds())

"""What can be asked of conversations: in saved lists, in rules on arrival, and by programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.inbox.models import Priority, State
from regulars.kit.traits import Join, Label, Trait, TraitType
from regulars.messaging.models import Channel
from regulars.people.queries.choices import (
    member_choices,
    member_names,
    tag_choices,
    team_choices,
    team_names,
)

PERSON = Join("person", "LEFT JOIN people_person {person} ON {person}.id = {t}.person_id")

DUE = """(SELECT min(k.due_at) FROM inbox_clock k
    WHERE k.conversation_id = {t}.id AND k.done_at IS NULL AND k.cancelled_at IS NULL)"""

MISSING = "(SELECT cardinality(a.missing) FROM inbox_asking a WHERE a.conversation_id = {t}.id)"


def _trait(name: str, type_: TraitType, label: Label, sql: str = "", **more: Any) -> Trait:
    return Trait(
        name=name, subject="conversation", type=type_, label=label, sql=sql or f"{{t}}.{name}", **more
    )


def _channels() -> Iterable[tuple[str, Label]]:
    return [(str(number), name) for number, name in Channel.objects.values_list("pk", "name")]


def _priorities() -> Iterable[tuple[str, Label]]:
    return [(str(value), label) for value, label in Priority.choices]


def conversation_traits() -> Iterable[Trait]:
    """Return all that can be asked about a conversation."""
    always: dict[str, Any] = {"sortable": True, "not_null": True}
    yield _trait("id", "number", _("Number"), **always)
    yield _trait("state", "choice", _("State"), choices=lambda: State.choices, not_null=True)
    yield _trait("assignee", "ref", _("Assignee"), "{t}.assignee_id", choices=member_choices, names=member_names,
                 refers_to="member")  # fmt: skip
    yield _trait("team", "ref", _("Team"), "{t}.team_id", choices=team_choices, names=team_names)
    yield _trait("priority", "choice", _("Priority"), "{t}.priority::text", choices=_priorities, sortable=True,
                 sort_sql="{t}.priority", sort_type="number", not_null=True)  # fmt: skip
    yield _trait(
        "tags", "tags", _("Tags"), "{t}.tag_ids", array_of="bigint", choices=tag_choices, not_null=True
    )
    yield _trait("channel", "choice", _("Channel"), "{t}.channel_id::text", choices=_channels, not_null=True)
    yield _trait("person", "ref", _("Customer"), "{t}.person_id", refers_to="person")
    yield _trait("stage", "text", _("Customer's stage"), "{person}.stage", join=PERSON)
    yield _trait("subject", "text", _("Subject"), not_null=True)
    yield _trait("sender", "text", _("Last sender"), not_null=True)
    yield _trait("beginning", "text", _("Last message begins"), not_null=True)
    yield _trait("started_at", "datetime", _("Began"), not_null=True)
    yield _trait("last_message_at", "datetime", _("Last message"), **always)
    yield _trait("waiting_since", "datetime", _("Waiting since"), sortable=True)
    yield _trait("due_at", "datetime", _("Answer due"), DUE, sortable=True)
    yield _trait("facts_missing", "number", _("Facts still missing"), MISSING)
    yield _trait("snoozed_until", "datetime", _("Snoozed until"), sortable=True)
    yield _trait("first_answered_at", "datetime", _("First answered"))
    yield _trait("closed_at", "datetime", _("Closed"), sortable=True)
    yield _trait("reopened_count", "number", _("Times reopened"), not_null=True)

"""What programs may ask of the records beside people and companies: identities, notes, tasks, memos, fields, lists, imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.kit.traits import Label, Trait, TraitType
from regulars.people.models import IdentityKind, ImportRun
from regulars.people.models.fields import FieldType
from regulars.people.queries.choices import member_choices, member_names

ID, PERSON, COMPANY = _("Number"), _("Customer"), _("Company")
CREATED, CHANGED = _("Created"), _("Changed")


def record_traits() -> Iterable[Trait]:
    """Return what can be asked of every kind of record."""
    for subject, traits in SUBJECTS.items():
        yield _trait(subject, "id", "number", ID, sortable=True, not_null=True)
        for name, type_, label, more in traits:
            yield _trait(subject, name, type_, label, **more)


def _trait(subject: str, name: str, type_: TraitType, label: Label, sql: str = "", **more: Any) -> Trait:
    return Trait(name=name, subject=subject, type=type_, label=label, sql=sql or f"{{t}}.{name}", **more)


def _choices(pairs: Iterable[tuple[str, Label]]) -> Callable[[], Iterable[tuple[str, Label]]]:
    found = list(pairs)
    return lambda: found


Row = tuple[str, TraitType, Label, dict[str, Any]]
ALWAYS: dict[str, Any] = {"sortable": True, "not_null": True}
SHOWN: dict[str, Any] = {"not_null": True}
SEEN_BY: dict[str, Any] = {"refers_to": "member", "choices": member_choices, "names": member_names}
ABOUT_PERSON: Row = ("person", "ref", PERSON, {"sql": "{t}.person_id"})
ABOUT_COMPANY: Row = ("company", "ref", COMPANY, {"sql": "{t}.company_id"})
CREATED_AT: Row = ("created_at", "datetime", CREATED, ALWAYS)
UPDATED_AT: Row = ("updated_at", "datetime", CHANGED, ALWAYS)
AUTHOR: Row = ("author", "text", _("Written by"), {"sql": "{t}.author_label", "not_null": True})

SUBJECTS: dict[str, list[Row]] = {
    "identity": [
        ABOUT_PERSON,
        ("kind", "choice", _("Kind"), {"choices": _choices(IdentityKind.choices), "not_null": True}),
        ("value", "text", _("Value"), {**ALWAYS, "sort_sql": '{t}.value COLLATE "C"'}),
        ("label", "text", _("Label"), SHOWN),
        ("is_primary", "bool", _("Is the first choice"), SHOWN),
        ("is_verified", "bool", _("Is verified"), SHOWN),
        ("is_shared", "bool", _("Is shared"), SHOWN),
        ("bounced_at", "datetime", _("Bounced"), {}),
        ("ended_at", "datetime", _("Ended"), {}),
        CREATED_AT,
    ],
    "note": [
        ABOUT_PERSON, ABOUT_COMPANY, AUTHOR, CREATED_AT, UPDATED_AT,
        ("body", "text", _("Text"), SHOWN),
        ("pinned", "bool", _("Is pinned"), {"sql": "({t}.pinned_at IS NOT NULL)", "not_null": True}),
    ],
    "task": [
        ABOUT_PERSON, ABOUT_COMPANY, CREATED_AT, UPDATED_AT,
        ("title", "text", _("Title"), {**ALWAYS, "sort_sql": '{t}.title COLLATE "C"'}),
        ("assignee", "ref", _("For"), {"sql": "{t}.assignee_id", **SEEN_BY}),
        ("due_at", "datetime", _("Due"), {"sortable": True}),
        ("remind_at", "datetime", _("Remind"), {"sortable": True}),
        ("done_at", "datetime", _("Done"), {"sortable": True}),
        ("done", "bool", _("Is done"), {"sql": "({t}.done_at IS NOT NULL)", "not_null": True}),
    ],
    "memo": [ABOUT_PERSON, AUTHOR, CREATED_AT, ("text", "text", _("Text"), SHOWN)],
    "field": [
        ("subject", "choice", _("Of"), {"choices": _choices([("person", _("Person")), ("company", COMPANY), ("order", _("Order"))]),
                                        "not_null": True}),
        ("key", "text", _("Key"), {**ALWAYS, "sort_sql": '{t}.key COLLATE "C"'}),
        ("label", "text", _("Label"), SHOWN),
        ("type", "choice", _("Type"), {"choices": _choices(FieldType.choices), "not_null": True}),
        ("is_filterable", "bool", _("Is filterable"), SHOWN),
        ("position", "number", _("Position"), ALWAYS),
    ],
    "view": [
        ("subject", "choice", _("Of"), {"choices": _choices([("person", _("Person")), ("company", COMPANY), ("order", _("Order")),
                                                                      ("conversation", _("Conversation"))]),
                                        "not_null": True}),
        ("name", "text", _("Name"), {**ALWAYS, "sort_sql": '{t}.name COLLATE "C"'}),
        ("is_shared", "bool", _("Is shared"), SHOWN),
        CREATED_AT, UPDATED_AT,
    ],
    "import": [
        ("noun", "choice", _("What it holds"), {"choices": _choices([("people", _("People")), ("orders", _("Orders"))]),
                                                "not_null": True}),
        ("status", "choice", _("Status"), {"choices": _choices(ImportRun.STATUSES), "not_null": True}),
        ("mode", "choice", _("Mode"), {"choices": _choices(ImportRun.MODES), "not_null": True}),
        ("file_name", "text", _("File"), SHOWN),
        ("is_dry_run", "bool", _("Is a rehearsal"), SHOWN),
        ("seen", "number", _("Rows seen"), ALWAYS),
        ("rejected", "number", _("Rows refused"), ALWAYS),
        CREATED_AT,
    ],
}  # fmt: skip

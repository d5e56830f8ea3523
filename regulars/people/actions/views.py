"""Saved lists: filter, columns and order under a name, one's own or shared, pinned or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, changed
from regulars.kit.filters import Asker, parse, parse_sort
from regulars.kit.refused import Invalid
from regulars.people.actions.reading import Reading
from regulars.people.engine.tidy.words import tidy_text
from regulars.people.events import ViewDeleted, ViewSaved
from regulars.people.models import View
from regulars.team.models import Member

SUBJECTS = ("person", "company", "order", "conversation")
MAX_COLUMNS = 40
_TOLD = ("name", "filter", "columns", "sort", "is_shared")


@transaction.atomic
def save_view(subject: str, values: Mapping[str, Any], *, by: Actor, author: Member | None = None) -> View:
    """Save a list under a name: name, filter, columns, sort, is_shared; filter and order are checked first."""
    if subject not in SUBJECTS:
        raise Invalid({"subject": _("There is no such list.")})
    columns = _read(subject, values)
    if not columns.get("name"):
        raise Invalid({"name": _("This can't be blank.")})
    view = View.objects.create(subject=subject, author=author, **columns)
    announce(ViewSaved(id=view.pk, words=view.name), by=by, changes=changed({}, columns))
    return view


@transaction.atomic
def change_view(view: View, *, by: Actor, **values: Any) -> View:
    """Rename a saved list, save it anew, share it or keep it to oneself."""
    before = {name: getattr(view, name) for name in _TOLD}
    columns = _read(view.subject, values)
    if columns.get("name") == "":
        raise Invalid({"name": _("This can't be blank.")})
    changes = changed(before, columns)
    if changes:
        for name, value in columns.items():
            setattr(view, name, value)
        view.save()
        announce(ViewSaved(id=view.pk, words=view.name), by=by, changes=changes)
    return view


@transaction.atomic
def delete_view(view: View, *, by: Actor) -> None:
    """Throw a saved list away; the customers in it stay."""
    event = ViewDeleted(id=view.pk, words=view.name)
    before = {name: [getattr(view, name), None] for name in _TOLD}
    view.delete()
    announce(event, by=by, changes=before)


@transaction.atomic
def pin_view(view: View, member: Member, *, is_pinned: bool = True) -> None:
    """Keep a saved list in a member's menu, or let it go; a matter of taste, so nothing is announced."""
    if is_pinned:
        view.pinned_by.add(member)
    else:
        view.pinned_by.remove(member)


def _read(subject: str, values: Mapping[str, Any]) -> dict[str, Any]:
    reading = Reading()
    columns: dict[str, Any] = {}
    for name in values.keys() - set(_TOLD):
        reading.refuse(name, _("There is no such field."))
    if "name" in values:
        columns["name"] = reading.text("name", values["name"], 80)
    if "columns" in values:
        columns["columns"] = [tidy_text(str(one))[:80] for one in values["columns"] or ()][:MAX_COLUMNS]
    if "is_shared" in values:
        columns["is_shared"] = bool(values["is_shared"])
    reading.finish()
    # "me" is kept as such, so a shared list shows everybody their own.
    asker = Asker(now=now(), member_id=0)
    if "filter" in values:
        columns["filter"] = values["filter"] or {}
        parse(columns["filter"], subject, asker)
    if "sort" in values:
        columns["sort"] = str(values["sort"] or "")[:120]
        parse_sort(columns["sort"], subject, asker)
    return columns

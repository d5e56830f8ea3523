"""What is done to many people at once, from the bar below a list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.bulk import (
    delete_people,
    move_stages,
    restore_people,
    set_keeper,
    tag_people,
    untag_people,
)
from regulars.people.forms import tag_names
from regulars.people.models import Person
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import may, row_rule

MOST = 10_000


@require_POST
@needs("people.change")
def bulk(request: Request, deed: str) -> HttpResponse:
    """Do one thing to all people picked that the member may do it to, and say to how many."""
    value, at = request.POST.get("value", "").strip(), now()
    deeds = {"tag": _tag, "untag": _untag, "keeper": _keep, "stage": _stage, "delete": _delete}
    if deed not in deeds:
        raise NotThere
    verb = "people.delete" if deed == "delete" else "people.change"
    require(may(request.member, verb))
    ids = _picked(request, verb)
    if not ids:
        raise Invalid(message=_("Pick somebody first."))
    said, undo = deeds[deed](request, ids, value, at)
    return done(said, undo=undo, event="people-changed")


def _picked(request: Request, verb: str) -> list[int]:
    keys = [int(key) for key in request.POST.get("keys", "").split(",") if key.isdigit()][:MOST]
    rows = Person.objects.visible_to(request.member).filter(row_rule(request.member, verb), pk__in=keys)
    return sorted(rows.values_list("pk", flat=True))


def _tag(request: Request, ids: list[int], value: str, at: datetime) -> tuple[str, str]:
    names = tag_names(value)
    if not names:
        raise Invalid(message=_("Say which tag."))
    tag_people(ids, names, by=request.actor, at=at)
    said = ngettext("%(n)d person tagged %(tag)s.", "%(n)d people tagged %(tag)s.", len(ids))
    return said % {"n": len(ids), "tag": ", ".join(names)}, undo_url("bulk_untag", ids=ids, names=names)


def _untag(request: Request, ids: list[int], value: str, at: datetime) -> tuple[str, str]:
    names = tag_names(value)
    if not names:
        raise Invalid(message=_("Say which tag."))
    untag_people(ids, names, by=request.actor, at=at)
    said = ngettext("%(tag)s taken off %(n)d person.", "%(tag)s taken off %(n)d people.", len(ids))
    return said % {"n": len(ids), "tag": ", ".join(names)}, undo_url("bulk_tag", ids=ids, names=names)


def _keep(request: Request, ids: list[int], value: str, at: datetime) -> tuple[str, str]:
    undo = undo_url("bulk_keeper", before=_before(ids, "keeper_id"))
    set_keeper(ids, int(value) if value.isdigit() else None, by=request.actor, at=at)
    return ngettext("%(n)d person has a new keeper.", "%(n)d people have a new keeper.", len(ids)) % {
        "n": len(ids)
    }, undo


def _stage(request: Request, ids: list[int], value: str, at: datetime) -> tuple[str, str]:
    undo = undo_url("bulk_stage", before=_before(ids, "stage"))
    move_stages(ids, value, reason=_("By hand, from a list"), by=request.actor, at=at)
    return ngettext("%(n)d person moved.", "%(n)d people moved.", len(ids)) % {"n": len(ids)}, undo


def _delete(request: Request, ids: list[int], value: str, at: datetime) -> tuple[str, str]:
    delete_people(ids, by=request.actor, at=at)
    said = ngettext("%(n)d person deleted.", "%(n)d people deleted.", len(ids)) % {"n": len(ids)}
    return said, undo_url("bulk_delete", ids=ids)


def _before(ids: list[int], field: str) -> list[list[Any]]:
    """Return what each had, as pairs of a value and those who had it."""
    had: dict[Any, list[int]] = {}
    for number, value in Person.objects.filter(pk__in=ids).values_list("pk", field):
        had.setdefault(value, []).append(number)
    return [[value, who] for value, who in had.items()]


@takes_back("bulk_keeper")
def _undo_keep(request: Request, what: dict[str, Any], at: datetime) -> str:
    for keeper, who in what["before"]:
        set_keeper(_still(request, who), keeper, by=request.actor, at=at)
    return "people-changed"


@takes_back("bulk_stage")
def _undo_stage(request: Request, what: dict[str, Any], at: datetime) -> str:
    for stage, who in what["before"]:
        move_stages(_still(request, who), stage, reason=_("Taken back"), by=request.actor, at=at)
    return "people-changed"


@takes_back("bulk_untag")
def _undo_tag(request: Request, what: dict[str, Any], at: datetime) -> str:
    untag_people(_still(request, what["ids"]), what["names"], by=request.actor, at=at)
    return "people-changed"


@takes_back("bulk_tag")
def _undo_untag(request: Request, what: dict[str, Any], at: datetime) -> str:
    tag_people(_still(request, what["ids"]), what["names"], by=request.actor, at=at)
    return "people-changed"


@takes_back("bulk_delete")
def _undo_delete(request: Request, what: dict[str, Any], at: datetime) -> str:
    require(may(request.member, "people.delete"))
    rows = Person.objects.filter(
        row_rule(request.member, "people.delete"), pk__in=what["ids"], deleted_at__isnull=False
    )
    restore_people(list(rows.values_list("pk", flat=True)), by=request.actor, at=at)
    return "people-changed"


def _still(request: Request, ids: list[int]) -> list[int]:
    require(may(request.member, "people.change"))
    rows = Person.objects.visible_to(request.member).filter(
        row_rule(request.member, "people.change"), pk__in=ids
    )
    return list(rows.values_list("pk", flat=True))

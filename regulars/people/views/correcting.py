"""Correcting what stands on a person's page in a row of its own: an identity, a postal address, a belonging."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.forms import Form, model_to_dict
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done
from regulars.kit.refused import NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.affiliations import change_affiliation, forget_affiliation, leave_company
from regulars.people.actions.identities import change_identity
from regulars.people.actions.places import add_address, change_address, remove_address
from regulars.people.engine.tidy.countries import country_names
from regulars.people.forms import AddressForm, BelongingForm, CorrectionForm
from regulars.people.models import Address, Affiliation, Identity, Person
from regulars.people.views.boxes import Done, box
from regulars.people.views.person import find_person
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import reaches

CHANGE = "people.change"
PLACE = tuple(AddressForm.base_fields)
REACH, PLACES, TIES = "identities-changed", "details-changed", "companies-changed"


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def identity_correction(request: Request, identity_id: int) -> HttpResponse:
    """Correct an address or number, or what it is called."""
    one = _changeable(request, Identity.objects.filter(ended_at=None), identity_id)
    before = {"value": one.value, "label": one.label}

    def work(values: dict[str, Any]) -> Done:
        changes = {name: value for name, value in values.items() if value != before[name]}
        changed = change_identity(one, by=request.actor, at=now(), **changes)
        marks = {"is_verified": one.is_verified, "bounced_at": one.bounced_at and one.bounced_at.isoformat()}
        undo = undo_url("identity_correction", identity=one.pk, **before, **marks)
        return Done(_("%(value)s saved.") % {"value": changed.value}, (REACH,), undo)

    return _box(request, CorrectionForm(request.POST or None, initial=before), one.get_kind_display(), work)


@takes_back("identity_correction")
def _undo_identity(request: Request, what: dict[str, Any], at: datetime) -> str:
    one = _changeable(request, Identity.objects.filter(ended_at=None), what["identity"])
    change_identity(one, by=request.actor, at=at, value=what["value"], label=what["label"])
    bounced = datetime.fromisoformat(what["bounced_at"]) if what["bounced_at"] else None
    marks = {"is_verified": what["is_verified"], "bounced_at": bounced}
    change_identity(one, by=request.actor, at=at, **marks)
    return REACH


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def address(request: Request, address_id: int) -> HttpResponse:
    """Correct a postal address."""
    one = _changeable(request, Address.objects.all(), address_id)
    before = model_to_dict(one, PLACE)

    def work(values: dict[str, Any]) -> Done:
        change_address(one, by=request.actor, at=now(), **values)
        undo = undo_url("address", address=one.pk, **before)
        return Done(_("Address saved."), (REACH, PLACES), undo)

    shown = {**before, "country": country_names().get(one.country, one.country)}
    return _box(request, AddressForm(request.POST or None, initial=shown), _("Postal address"), work)


@takes_back("address")
def _undo_address(request: Request, what: dict[str, Any], at: datetime) -> str:
    one = _changeable(request, Address.objects.all(), what.pop("address"))
    change_address(one, by=request.actor, at=at, **what)
    return REACH


@require_POST
@needs(CHANGE)
def address_removal(request: Request, address_id: int) -> HttpResponse:
    """Take a postal address away."""
    one = _changeable(request, Address.objects.all(), address_id)
    was = model_to_dict(one, (*PLACE, "is_primary"))
    undo = undo_url("address_removal", person=one.person_id, **was)
    remove_address(one, by=request.actor, at=now())
    return done(_("Address removed."), undo=undo, event=REACH)


@takes_back("address_removal")
def _undo_address_removal(request: Request, what: dict[str, Any], at: datetime) -> str:
    add_address(find_person(request, what.pop("person"), CHANGE), by=request.actor, at=at, **what)
    return REACH


@takes_back("new_address")
def _undo_new_address(request: Request, what: dict[str, Any], at: datetime) -> str:
    remove_address(_changeable(request, Address.objects.all(), what["address"]), by=request.actor, at=at)
    return REACH


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def affiliation(request: Request, affiliation_id: int) -> HttpResponse:
    """Correct somebody's role at a company, and since when."""
    one = _changeable(request, Affiliation.objects.select_related("company"), affiliation_id)
    before = {"role": one.role, "from_on": one.from_on and one.from_on.isoformat()}

    def work(values: dict[str, Any]) -> Done:
        change_affiliation(one, by=request.actor, at=now(), **values)
        undo = undo_url("affiliation", affiliation=one.pk, **before)
        return Done(_("%(name)s saved.") % {"name": one.company.name}, (TIES, "person-changed"), undo)

    return _box(request, BelongingForm(request.POST or None, initial=before), one.company.name, work)


@takes_back("new_affiliation")
def _undo_new_affiliation(request: Request, what: dict[str, Any], at: datetime) -> str:
    one = _changeable(request, Affiliation.objects.all(), what["affiliation"])
    forget_affiliation(one, by=request.actor, at=at)
    return TIES


@takes_back("affiliation")
def _undo_affiliation(request: Request, what: dict[str, Any], at: datetime) -> str:
    one = _changeable(request, Affiliation.objects.all(), what.pop("affiliation"))
    change_affiliation(one, by=request.actor, at=at, **what)
    return TIES


@require_POST
@needs(CHANGE)
def affiliation_end(request: Request, affiliation_id: int) -> HttpResponse:
    """Say that somebody no longer belongs to a company."""
    one = _changeable(request, Affiliation.objects.select_related("company"), affiliation_id)
    undo = undo_url("affiliation_end", affiliation=one.pk, is_primary=one.is_primary)
    leave_company(one, by=request.actor, at=now())
    return done(_("No longer at %(name)s.") % {"name": one.company.name}, undo=undo, event=TIES)


@takes_back("affiliation_end")
def _undo_affiliation_end(request: Request, what: dict[str, Any], at: datetime) -> str:
    one = _changeable(request, Affiliation.objects.all(), what["affiliation"])
    change_affiliation(one, by=request.actor, at=at, to_on=None, is_primary=what["is_primary"])
    return TIES


def _box(request: Request, form: Form, title: str, work: Any) -> HttpResponse:
    return box(request, form, title=title, submit=_("Save"), work=work)


def _changeable(request: Request, rows: Any, number: int) -> Any:
    """Return a row of a person whom this member may change."""
    one = rows.filter(pk=number).select_related("person").first()
    owner: Person | None = one and one.person
    if owner is None or owner.is_deleted or not reaches(request.member, "people.see", owner):
        raise NotThere
    require(reaches(request.member, CHANGE, owner))
    return one

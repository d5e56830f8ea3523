"""How to reach somebody, where they belong and whom they belong to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done, fragment
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.affiliations import join_company
from regulars.people.actions.identities import add_identity, change_identity, end_identity, revive_identity
from regulars.people.actions.places import add_address
from regulars.people.actions.tags import tag_person, untag_person
from regulars.people.actions.ties import add_tie, remove_tie
from regulars.people.forms import AddressForm, AffiliationForm, IdentityForm, TieForm, tag_names
from regulars.people.models import Identity, Person, Tag, Tie
from regulars.people.views.boxes import Done, box
from regulars.people.views.meaning import people_meant
from regulars.people.views.person import find_person, tags_context
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import reaches

CHANGE = "people.change"


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_identity(request: Request, person_id: int) -> HttpResponse:
    """Add an address, number or handle."""
    found = find_person(request, person_id, CHANGE)

    def work(values: dict[str, Any]) -> Done:
        one = add_identity(
            found, by=request.actor, at=now(), **{**values, "is_primary": values["is_primary"] or None}
        )
        return Done(
            _("%(value)s added.") % {"value": one.value},
            ("identities-changed",),
            undo_url("identity", identity=one.pk),
        )

    form = IdentityForm(request.POST or None)
    return box(request, form, title=_("Add an address or number"), submit=_("Add"), work=work)


@require_POST
@needs(CHANGE)
def identity_mark(request: Request, identity_id: int, mark: str) -> HttpResponse:
    """Make an identity primary, or turn one of its marks round, or say it is no longer used."""
    one = _identity(request, identity_id)
    if mark == "ended":
        end_identity(one, by=request.actor, at=now())
        undo = undo_url("identity_end", identity=one.pk)
        return done(
            _("%(value)s is no longer used.") % {"value": one.value}, undo=undo, event="identities-changed"
        )
    values = {
        "primary": {"is_primary": True},
        "verified": {"is_verified": not one.is_verified},
        "shared": {"is_shared": not one.is_shared},
    }
    if mark not in values:
        raise NotThere
    undo = _mark_undo(one, mark)
    change_identity(one, by=request.actor, at=now(), **values[mark])
    return done(_("%(value)s changed.") % {"value": one.value}, undo=undo, event="identities-changed")


def _mark_undo(one: Identity, mark: str) -> str:
    if mark != "primary":
        return undo_url("identity_mark", identity=one.pk, marks={f"is_{mark}": getattr(one, f"is_{mark}")})
    first = one.person.identities.filter(kind=one.kind, ended_at=None, is_primary=True).first()
    return undo_url("identity_mark", identity=first.pk, marks={"is_primary": True}) if first else ""


@takes_back("identity_mark")
def _undo_identity_mark(request: Request, what: dict[str, Any], at: datetime) -> str:
    change_identity(_identity(request, what["identity"]), by=request.actor, at=at, **what["marks"])
    return "identities-changed"


@takes_back("identity")
def _undo_identity(request: Request, what: dict[str, Any], at: datetime) -> str:
    end_identity(_identity(request, what["identity"]), by=request.actor, at=at)
    return "identities-changed"


@takes_back("identity_end")
def _undo_identity_end(request: Request, what: dict[str, Any], at: datetime) -> str:
    revive_identity(_identity(request, what["identity"]), by=request.actor, at=at)
    return "identities-changed"


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_address(request: Request, person_id: int) -> HttpResponse:
    """Add a postal address."""
    found = find_person(request, person_id, CHANGE)

    def work(values: dict[str, Any]) -> Done:
        one = add_address(found, by=request.actor, at=now(), **values)
        undo = undo_url("new_address", address=one.pk)
        return Done(_("Address added."), ("identities-changed", "details-changed"), undo)

    return box(
        request,
        AddressForm(request.POST or None),
        title=_("Add a postal address"),
        submit=_("Add"),
        work=work,
    )


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_affiliation(request: Request, person_id: int) -> HttpResponse:
    """Say where somebody belongs."""
    found = find_person(request, person_id, CHANGE)

    def work(values: dict[str, Any]) -> Done:
        one = join_company(found, by=request.actor, at=now(), **values)
        return Done(
            _("%(name)s added.") % {"name": one.company.name},
            ("companies-changed", "person-changed"),
            undo_url("new_affiliation", affiliation=one.pk),
        )

    form = AffiliationForm(request.POST or None)
    return box(
        request,
        form,
        title=_("Add a company"),
        submit=_("Add"),
        work=work,
        intro=_("A company that is not known yet is made."),
    )


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_tie(request: Request, person_id: int) -> HttpResponse:
    """Tie two people."""
    found = find_person(request, person_id, CHANGE)

    def work(values: dict[str, Any]) -> Done:
        meant = [one for one in people_meant(request.member, values["other"]) if one.pk != found.pk]
        if len(meant) != 1:
            raise Invalid(
                {
                    "other": _("Nobody is found by that.")
                    if not meant
                    else _("Several people are found by that; use an e-mail address.")
                }
            )
        add_tie(found, meant[0], kind=values["kind"], note=values["note"], by=request.actor, at=now())
        return Done(_("Tied to %(name)s.") % {"name": meant[0].display_name}, ("companies-changed",))

    return box(request, TieForm(request.POST or None), title=_("Add a tie"), submit=_("Tie"), work=work)


@require_POST
@needs(CHANGE)
def tie_removal(request: Request, tie_id: int) -> HttpResponse:
    """Untie two people."""
    one = Tie.objects.select_related("person", "other").filter(pk=tie_id).first()
    if one is None:
        raise NotThere
    _require_change(request, one.person)
    undo = undo_url("tie", person=one.person_id, other=one.other_id, kind=one.kind, note=one.note)
    remove_tie(one, by=request.actor, at=now())
    return done(_("Untied."), undo=undo, event="companies-changed")


@takes_back("tie")
def _undo_tie(request: Request, what: dict[str, Any], at: datetime) -> str:
    found, other = find_person(request, what["person"], CHANGE), find_person(request, what["other"])
    add_tie(found, other, kind=what["kind"], note=what["note"], by=request.actor, at=at)
    return "companies-changed"


@require_POST
@needs(CHANGE)
def tag(request: Request, person_id: int) -> HttpResponse:
    """Put tags on somebody; names that are not known yet become tags."""
    found = find_person(request, person_id, CHANGE)
    names = tag_names(request.POST.get("tag", ""))
    if names:
        tag_person(found, names, by=request.actor, at=now())
    return _tags(request, found.pk)


@require_POST
@needs(CHANGE)
def untag(request: Request, person_id: int, tag_id: int) -> HttpResponse:
    """Take a tag off somebody."""
    found = find_person(request, person_id, CHANGE)
    one = Tag.objects.filter(pk=tag_id).first()
    if one is None:
        raise NotThere
    untag_person(found, [one], by=request.actor, at=now())
    undo = undo_url("untag", person=found.pk, tag=one.pk)
    return _tags(request, found.pk, toast=_("%(name)s taken off.") % {"name": one.name}, undo=undo)


@takes_back("untag")
def _undo_untag(request: Request, what: dict[str, Any], at: datetime) -> str:
    tag_person(find_person(request, what["person"], CHANGE), [what["tag"]], by=request.actor, at=at)
    return "person-changed"


def _tags(request: Request, person_id: int, toast: str = "", undo: str = "") -> HttpResponse:
    found = find_person(request, person_id)
    return fragment(
        request,
        "people/_tags.html",
        person=found,
        may_change=True,
        toast=toast,
        undo=undo,
        **tags_context(found),
    )


def _identity(request: Request, identity_id: int) -> Identity:
    one = Identity.objects.select_related("person").filter(pk=identity_id).first()
    if one is None:
        raise NotThere
    _require_change(request, one.person)
    return one


def _require_change(request: Request, found: Person) -> None:
    if found.is_deleted or not reaches(request.member, "people.see", found):
        raise NotThere
    require(reaches(request.member, CHANGE, found))

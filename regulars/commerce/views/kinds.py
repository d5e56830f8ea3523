"""The settings pages of commerce: kinds of products, exchange rates, and the demo."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.commerce.actions import (
    choose_kind_level,
    create_kind,
    delete_exchange_rate,
    delete_kind,
    move_kind,
    rename_kind,
    set_exchange_rate,
)
from regulars.commerce.forms import KindForm, LevelForm, RateForm
from regulars.commerce.models import ExchangeRate, Kind
from regulars.commerce.queries.kinds import Branch, counting_level, kind_tree
from regulars.commerce.views.common import box, closed
from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.kit.worker import BULK, defer
from regulars.team.gate import needs
from regulars.team.models import Business
from regulars.team.rules import may

LOAD_DEMO, REMOVE_DEMO = "commerce.load_demo", "commerce.remove_demo"


@require_GET
@needs("products.see")
def kinds(request: Request) -> HttpResponse:
    """Show the tree of kinds and which level counts."""
    tree = [row for branch in kind_tree() for row in _flat(branch)]
    template = "commerce/_kinds.html" if request.headers.get("HX-Request") else "commerce/kinds.html"
    may_change = may(request.member, "products.change")
    context = {"rows": tree, "level": counting_level(), "may_change": may_change}
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@needs("products.change")
def new_kind(request: Request) -> HttpResponse:
    """Add a kind."""

    def work(values: dict[str, Any]) -> HttpResponse:
        made = create_kind(values["name"], by=request.actor, parent=_parent(values))
        return closed(_("“%(name)s” is added.") % {"name": made.name}, "kinds-changed")

    form = KindForm(request.POST or None, initial={"parent": request.GET.get("under", "")})
    return box(request, form, title=_("New kind"), submit=_("Add the kind"), work=work)


@require_http_methods(["GET", "POST"])
@needs("products.change")
def edit_kind(request: Request, kind_id: int) -> HttpResponse:
    """Rename a kind or put it elsewhere."""
    found = _kind(kind_id)

    def work(values: dict[str, Any]) -> HttpResponse:
        parent = _parent(values)
        if values["name"] != found.name:
            rename_kind(found, values["name"], by=request.actor)
        if (parent.pk if parent else None) != found.parent_id:
            move_kind(found, parent, by=request.actor)
        return closed(_("Saved."), "kinds-changed")

    form = KindForm(
        request.POST or None, initial={"name": found.name, "parent": found.parent_id or ""}, without=found
    )
    return box(request, form, title=found.name, submit=_("Save the kind"), work=work)


@require_POST
@needs("products.change")
def kind_removal(request: Request, kind_id: int) -> HttpResponse:
    """Remove a kind; what stood under it moves up."""
    found = _kind(kind_id)
    delete_kind(found, by=request.actor)
    return closed(_("“%(name)s” is gone; its products moved up.") % {"name": found.name}, "kinds-changed")


@require_http_methods(["GET", "POST"])
@needs("products.change")
def kind_level(request: Request) -> HttpResponse:
    """Choose which level of the tree counts."""

    def work(values: dict[str, Any]) -> HttpResponse:
        choose_kind_level(values["level"], by=request.actor)
        return closed(_("Level %(level)d counts now.") % {"level": values["level"]}, "kinds-changed")

    form = LevelForm(request.POST or None, initial={"level": counting_level()})
    return box(request, form, title=_("Which level counts?"), submit=_("Choose this level"), work=work)


@require_GET
@needs("business.change")
def rates(request: Request) -> HttpResponse:
    """Show what other currencies are worth, from which day on."""
    template = "commerce/_rates.html" if request.headers.get("HX-Request") else "commerce/rates.html"
    return render(
        request,
        template,
        {"rates": ExchangeRate.objects.all()[:500], "currency": Business.current().currency},
    )


@require_http_methods(["GET", "POST"])
@needs("business.change")
def new_rate(request: Request) -> HttpResponse:
    """Say what a currency is worth from a day on."""

    def work(values: dict[str, Any]) -> HttpResponse:
        made = set_exchange_rate(values["currency"], values["rate"], day=values["day"], by=request.actor)
        return closed(
            _("%(currency)s is counted by this rate now.") % {"currency": made.currency}, "rates-changed"
        )

    form = RateForm(request.POST or None, initial={"day": now().date()})
    return box(request, form, title=_("New exchange rate"), submit=_("Set the rate"), work=work)


@require_POST
@needs("business.change")
def rate_removal(request: Request, rate_id: int) -> HttpResponse:
    """Forget a rate."""
    found = ExchangeRate.objects.filter(pk=rate_id).first()
    if found is None:
        raise NotThere
    delete_exchange_rate(found, by=request.actor)
    return closed(_("The rate is gone."), "rates-changed")


@require_http_methods(["GET", "POST"])
@needs("business.change")
def demo(request: Request) -> HttpResponse:
    """Say what the demo is, load it, or take it away."""
    business = Business.current()
    if request.method == "POST":
        say(request, _begin_demo(request, business.is_demo))
        return redirect(request, "/")
    return render(request, "commerce/demo.html", {"business": business})


def _begin_demo(request: Request, is_demo: bool) -> str:
    """Let the worker take the demo away or load it, and say so; an old page must not do the opposite of what it says."""
    if ("removal" in request.POST) != is_demo:
        return _("The demo is here already.") if is_demo else _("The demo is gone already.")
    defer(REMOVE_DEMO if is_demo else LOAD_DEMO, queue=BULK, member_id=request.member.pk)
    if is_demo:
        return _("The demo is being taken away; that takes a moment.")
    return _("The demo is on its way; that takes a minute.")


def _flat(branch: Branch, depth: int = 0) -> list[dict[str, Any]]:
    row = {"kind": branch.kind, "products": branch.products, "depth": depth}
    return [row, *(one for child in branch.children for one in _flat(child, depth + 1))]


def _parent(values: dict[str, Any]) -> Kind | None:
    return _kind(int(values["parent"])) if values["parent"] else None


def _kind(kind_id: int) -> Kind:
    found = Kind.objects.filter(pk=kind_id).first()
    if found is None:
        raise NotThere
    return found

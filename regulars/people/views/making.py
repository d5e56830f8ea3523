"""Making a person or a company, from the New menu or the palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit.clock import now
from regulars.kit.htmx import fragment, redirect, say
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.people.actions.companies import create_company
from regulars.people.actions.identities import IdentityTaken
from regulars.people.actions.persons import create_person
from regulars.people.forms import CompanyForm, PersonForm, tag_names
from regulars.team.gate import needs


@require_http_methods(["GET", "POST"])
@needs("people.change")
def new(request: Request) -> HttpResponse:
    """Add a person; when somebody already has the address, say who."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "tags": tag_names(form.cleaned_data["tags"])}
        company = values.pop("company")
        values["companies"] = [company] if company else []
        try:
            made = create_person(values, by=request.actor, at=now())
        except Invalid as problem:
            add_problems(form, problem)
        except IdentityTaken as problem:
            form.add_error(None, str(problem))
        else:
            say(request, _("%(name)s is added.") % {"name": made.display_name})
            return redirect(request, reverse("people:person", args=[made.pk]))
    return show_box(request, form, _("New person"), _("Add person"))


@require_http_methods(["GET", "POST"])
@needs("companies.change")
def new_company(request: Request) -> HttpResponse:
    """Add a company or household."""
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        domain = values.pop("domain")
        values["domains"] = [domain] if domain else []
        try:
            made = create_company(values, by=request.actor, at=now())
        except Invalid as problem:
            add_problems(form, problem)
        else:
            say(request, _("%(name)s is added.") % {"name": made.name})
            return redirect(request, reverse("people:company", args=[made.pk]))
    return show_box(request, form, _("New company"), _("Add company"))


def add_problems(form: Any, problem: Invalid) -> None:
    """Show what was refused beside its field, or above the form."""
    for name, reason in problem.fields.items():
        place = name.split(".", 1)[0].rstrip("s")
        form.add_error(place if place in form.fields else None, str(reason))


def show_box(request: Request, form: Any, title: str, submit: str) -> HttpResponse:
    """Show a form in a box over the page."""
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": title, "submit": submit, "action": request.get_full_path()}
    return fragment(request, "people/_form.html", status=status, **context)

"""Saved lists: made from what is shown, renamed, shared, pinned, thrown away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.filters import read_json
from regulars.kit.htmx import redirect, reload_page, say
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.views import change_view, delete_view, pin_view, save_view
from regulars.people.models import View
from regulars.people.views.making import add_problems, show_box
from regulars.team.gate import needs
from regulars.team.rules import may

LISTS = {
    "person": "people:list",
    "company": "people:companies",
    "order": "commerce:orders",
    "conversation": "inbox:inbox",
}


class ViewForm(forms.Form):
    """A name for a list, and who may use it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_shared = forms.BooleanField(label=gettext_lazy("Everyone may use it"), required=False)
    pin = forms.BooleanField(label=gettext_lazy("Keep it in my menu"), required=False, initial=True)


@require_http_methods(["GET", "POST"])
@needs("views.save")
def save(request: Request, subject: str) -> HttpResponse:
    """Save the list as it is shown now, as the address says it."""
    if subject not in LISTS:
        raise NotThere
    form = ViewForm(request.POST or None)
    if not may(request.member, "views.share"):
        del form.fields["is_shared"]
    if request.method == "POST" and form.is_valid():
        values = {
            "name": form.cleaned_data["name"],
            "is_shared": form.cleaned_data.get("is_shared", False),
            **_shown(request),
        }
        try:
            made = save_view(subject, values, by=request.actor, author=request.member)
        except Invalid as problem:
            add_problems(form, problem)
        else:
            pin_view(made, request.member, is_pinned=form.cleaned_data["pin"])
            say(request, _("“%(name)s” is saved.") % {"name": made.name})
            return redirect(request, f"{reverse(LISTS[subject])}?view={made.pk}")
    return show_box(request, form, _("Save this list"), _("Save"))


@require_POST
@needs("views.save")
def overwrite(request: Request, view_id: int) -> HttpResponse:
    """Save the list as shown over the saved one."""
    found = _view(request, view_id)
    change_view(found, by=request.actor, **_shown(request))
    say(request, _("“%(name)s” is saved.") % {"name": found.name})
    return redirect(request, f"{reverse(LISTS[found.subject])}?view={found.pk}")


@require_POST
@needs("views.save")
def pin(request: Request, view_id: int) -> HttpResponse:
    """Keep a saved list in the menu, or let it go."""
    found = View.objects.filter(pk=view_id).first()
    if found is None or not (found.is_shared or found.author_id == request.member.pk):
        raise NotThere
    pin_view(found, request.member, is_pinned=not found.pinned_by.filter(pk=request.member.pk).exists())
    return reload_page()


@require_POST
@needs("views.save")
def removal(request: Request, view_id: int) -> HttpResponse:
    """Throw a saved list away; the customers in it stay."""
    found = _view(request, view_id)
    delete_view(found, by=request.actor)
    say(request, _("“%(name)s” is gone; the customers in it stay.") % {"name": found.name})
    return redirect(request, reverse(LISTS[found.subject]))


def _shown(request: Request) -> dict[str, Any]:
    said = request.GET
    columns = [name for name in said.get("columns", "").split(",") if name]
    return {
        "filter": read_json(said.get("filter", "")) or {},
        "columns": columns,
        "sort": said.get("sort", ""),
    }


def _view(request: Request, view_id: int) -> View:
    found = View.objects.filter(pk=view_id).first()
    if found is None or not (found.is_shared or found.author_id == request.member.pk):
        raise NotThere
    require(found.author_id == request.member.pk or may(request.member, "views.share"))
    return found

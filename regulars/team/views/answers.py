"""What the pages of the settings have in common: boxes that also work as pages, and forms that show refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse
from django.shortcuts import render

from regulars.kit.htmx import fragment, wants_fragment
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.team.forms import Form

Made = TypeVar("Made")


def tried(request: Request, form: Form, act: Callable[[dict[str, Any]], Made]) -> Made | None:
    """Do something with a posted form's values; None when nothing was posted or the form or action says no."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except Invalid as problem:
        form.refuse(problem)
        return None


def box(
    request: Request, template: str, title: object, form: Form | None = None, **context: Any
) -> HttpResponse:
    """Show a form in a box over the page, or as a page of its own where there is no script."""
    status = 422 if form is not None and form.errors else 200
    values = {"form": form, "title": title, "body": template, **context}
    if wants_fragment(request):
        return fragment(request, "team/_box.html", status=status, **values)
    return render(request, "team/box_page.html", values, status=status)

"""Small forms in a box over the page: shown, checked, done, or shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse

from regulars.kit.htmx import fragment
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request

# What actions call otherwise than forms do.
FIELDS = {"amount_minor": "amount", "people_id": "people", "owner_id": "owner", "hourly_minor": "hourly"}


def box(
    request: Request, form: BaseForm, title: str, submit: str, work: Callable[[dict[str, Any]], HttpResponse],
    intro: str = "",
) -> HttpResponse:  # fmt: skip
    """Show a form, or do its work; what is refused stands beside its field."""
    if request.method == "POST" and form.is_valid():
        try:
            return work(dict(form.cleaned_data))
        except Invalid as problem:
            _show_problems(form, problem)
    status = 422 if request.method == "POST" else 200
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "submit": submit,
        "intro": intro,
        "action": request.get_full_path(),
    }
    return fragment(request, "people/_form.html", status=status, **context)


def _show_problems(form: BaseForm, problem: Invalid) -> None:
    for name, reason in problem.fields.items():
        place = FIELDS.get(name, name)
        form.add_error(place if place in form.fields else None, str(reason))

"""Small forms in a box over the page: shown, checked, done, or shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpResponse

from regulars.kit.htmx import done, fragment, with_event
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request


@dataclass(frozen=True)
class Done:
    """What a box answers when its work is done: a toast, perhaps its undo, and the events other pieces wait for."""

    toast: str
    events: tuple[str, ...] = ()
    undo: str = ""


def box(
    request: Request,
    form: Form,
    *,
    title: str,
    submit: str,
    work: Callable[[dict[str, Any]], Done],
    intro: str = "",
    template: str = "people/_form.html",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a form, or do its work; a refusal of values is shown beside the fields."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return answer(work(form.cleaned_data))
            except Invalid as problem:
                _add_problems(form, problem)
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "submit": submit,
        "intro": intro,
        "action": request.get_full_path(),
    }
    return fragment(request, template, status=status, **{**context, **(more or {})})


def answer(what: Done) -> HttpResponse:
    """Close the box, say what was done, and let the pieces of the page refresh themselves."""
    response = with_event(done(what.toast, undo=what.undo), "close-dialog")
    for event in what.events:
        with_event(response, event)
    return response


def _add_problems(form: Form, problem: Invalid) -> None:
    for name, reason in problem.fields.items():
        place = name.rsplit(".", 1)[-1]
        form.add_error(place if place in form.fields else None, str(reason))

"""Answers for pages that ask for pieces of themselves."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether the page asks for a piece (htmx) and not for the whole page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Request-Type", "partial") == "partial"
    )


def fragment(
    request: HttpRequest, template: str, *, toast: str = "", undo: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """Render a piece of a page; with a toast, say what happened and offer its undo."""
    response = render(request, template, context, status=status)
    return with_toast(response, toast, undo=undo) if toast else response


def edited(
    request: HttpRequest,
    *,
    name: str,
    value: object,
    error: str = "",
    toast: str = "",
    undo: str = "",
    **more: Any,
) -> HttpResponse:
    """Answer an edit in place with the value as it is now, or with the input still open and the reason it was refused."""
    context = {
        "url": request.path,
        "name": name,
        "value": value,
        "label": name,
        "kind": "text",
        "error": error,
        **more,
    }
    return fragment(
        request,
        "kit/_editable.html",
        toast="" if error else toast,
        undo=undo,
        status=422 if error else 200,
        **context,
    )


def with_toast(
    response: HttpResponse, text: str, *, undo: str = "", kind: str = "good", url: str = "", action: str = ""
) -> HttpResponse:
    """Let the page say something in passing; undo is an address to post to, url a link called action."""
    return with_event(
        response, "toast", {"text": str(text), "undo": undo, "kind": kind, "url": url, "action": str(action)}
    )


def with_event(response: HttpResponse, name: str, detail: dict[str, Any] | None = None) -> HttpResponse:
    """Fire an event on the page; fragments wait for it with hx-trigger="name from:body"."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**events, name: detail or {}})
    return response


def say(request: HttpRequest, text: str, *, undo: str = "", kind: str = "good") -> None:
    """Keep a toast for the page that comes after a redirect."""
    level = messages.ERROR if kind == "bad" else messages.SUCCESS
    messages.add_message(request, level, text, extra_tags=undo)


def done(text: str = "", *, undo: str = "", event: str = "") -> HttpResponse:
    """Answer an htmx request that changes nothing on the spot (204), with a toast or an event."""
    response = HttpResponse(status=204)
    if text:
        with_toast(response, text, undo=undo)
    return with_event(response, event) if event else response


def redirect(request: HttpRequest, to: str) -> HttpResponse:
    """Go to another page, whether htmx or the browser asked."""
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(to)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = to
    return response


def reload_page() -> HttpResponse:
    """Let the browser load the whole page again."""
    response = HttpResponse(status=204)
    response.headers["HX-Refresh"] = "true"
    return response


def refusal(request: HttpRequest, message: str, status: int = 409) -> HttpResponse:
    """Say no: a toast to htmx, a page with a way out to a browser."""
    if request.headers.get("HX-Request") == "true":
        return with_toast(HttpResponse(status=status), message, kind="bad")
    return render(request, "kit/error.html", {"status": status, "message": message}, status=status)

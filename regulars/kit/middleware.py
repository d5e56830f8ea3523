from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from regulars.kit.htmx import refusal
from regulars.kit.refused import Refused
from regulars.kit.requests import Request

GetResponse = Callable[[HttpRequest], HttpResponse]
Origins = Callable[[HttpRequest], list[str]]
_form_origins: list[Origins] = []


def allow_forms_to(origins: Origins) -> None:
    """Let a room's forms lead to other origins than ours on some pages, such as to a sign-in provider."""
    _form_origins.append(origins)


def headers(get_response: GetResponse) -> GetResponse:
    """Number each request and send the strict content policy with every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        cast(Request, request).request_id = request_id = request_id_of(request)
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_policy(request))
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers["X-Request-Id"] = request_id
        return response

    return middleware


def request_id_of(request: HttpRequest) -> str:
    """Return the caller's own number for this request when it is harmless, else a new one."""
    given = request.headers.get("X-Request-Id", "")[:64]
    return given if given and given.isascii() and given.isprintable() else secrets.token_hex(8)


def content_policy(request: HttpRequest) -> str:
    """Return the Content-Security-Policy: only this origin, and the live stream's."""
    live = live_origin(request)
    forms = " ".join(["'self'", *(origin for origins in _form_origins for origin in origins(request))])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"connect-src 'self' {live}; worker-src 'self'; manifest-src 'self'; frame-src 'self'; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )


def live_origin(request: HttpRequest) -> str:
    """Return where live updates are served: as set, else this host one port up."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    host, _, port = request.get_host().rpartition(":")
    scheme = "https" if request.is_secure() else "http"
    return f"{scheme}://{host}:{int(port) + 1}" if host and port.isdigit() else ""


def refusals(get_response: GetResponse) -> GetResponse:
    """Turn a refusal raised by an action into one toast or one page; the API makes its own problem documents."""

    def process_exception(request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if not isinstance(problem, Refused):
            return None
        return refusal(request, str(problem), problem.status)

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware

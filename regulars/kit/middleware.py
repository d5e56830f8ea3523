from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from regulars.kit.refused import Refused

GetResponse = Callable[[HttpRequest], HttpResponse]


def headers(get_response: GetResponse) -> GetResponse:
    """Number each request and send the strict content policy with every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = (
            given[:64] if given.isascii() and given.isprintable() and given else secrets.token_hex(8)
        )  # type: ignore[attr-defined]
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_policy(request))
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


def content_policy(request: HttpRequest) -> str:
    """Return the Content-Security-Policy: only this origin, and the live stream's."""
    live = live_origin(request)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"connect-src 'self' {live}; worker-src 'self'; manifest-src 'self'; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )


def live_origin(request: HttpRequest) -> str:
    """Return where live updates are served: as set, else this host one port up."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    host, _, port = request.get_host().partition(":")
    scheme = "https" if request.is_secure() else "http"
    return f"{scheme}://{host}:{int(port) + 1}" if port.isdigit() else ""


def refusals(get_response: GetResponse) -> GetResponse:
    """Turn a refusal raised by an action into one toast, one page or one problem document."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if not isinstance(problem, Refused):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"title": str(problem), "status": problem.status}, status=problem.status)
        if request.headers.get("HX-Request"):
            from regulars.kit.htmx import refusal  # noqa: PLC0415  only pages need templates

            return refusal(request, problem)
        return render(
            request, "kit/error.html", {"problem": problem, "status": problem.status}, status=problem.status
        )

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware

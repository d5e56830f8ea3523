"""The door that websites knock at: which chat, from where, who, how often, how much; answers are JSON and carry no cookie."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from regulars.kit.actor import Actor
from regulars.kit.api import problem
from regulars.kit.api.problems import refusal_body
from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.kit.requests import Request
from regulars.kit.wording import to_customer as _
from regulars.messaging.actions.chat.speaking import FileTooLarge
from regulars.messaging.actions.chat.visiting import visitor_with
from regulars.messaging.models import ChatSite, ChatVisitor
from regulars.messaging.queries.chat import site_of_key
from regulars.messaging.queries.chat_words import language_for
from regulars.team.actions.limits import within
from regulars.team.gate import open_to_all

LARGEST_BODY, LARGEST_JSON = 10_500_000, 64_000
HEADERS = "authorization, content-type"
REMEMBERED_SECONDS = 600


@dataclass
class Call:
    """One call of a website: its chat, its words, and who calls when that is known."""

    request: Request
    site: ChatSite
    language: str
    body: dict[str, Any]

    @property
    def token(self) -> str:
        """The secret of the browser, empty for one that has none yet."""
        scheme, _space, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip()[:200] if scheme.lower() == "bearer" else ""

    @property
    def actor(self) -> Actor:
        """Who does what this call does."""
        return self.request.actor

    def text(self, name: str, most: int = 10_000) -> str:
        """Return a text that was sent, empty where something else was."""
        value = self.body.get(name)
        return value[:most] if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return a whole number that was sent, 0 where something else was."""
        value = self.request.GET.get(name) or self.body.get(name)
        text = str(value)
        return int(text) if text.isdecimal() and len(text) < 19 else 0


class OriginRefused(Refused):
    """A page where this chat may not stand."""

    status = 403
    code = "origin_refused"

    def __init__(self, origin: str) -> None:
        super().__init__(_("This chat may not be used on %(origin)s.") % {"origin": origin[:100]})


class NoSuchChat(Refused):
    """A key that names no chat, or one that is switched off."""

    status = 404
    code = "no_such_chat"

    def __init__(self) -> None:
        super().__init__(_("There is no such chat."))


View = Callable[..., "HttpResponse | dict[str, Any]"]
# How often one network address may do something within so many seconds, whoever it says it is.
Rate = tuple[int, int]


def chat_door(method: str, *, rate: Rate, name: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Open a view to websites: `view(call)`; preflights are answered here."""

    def guard(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def door(request: HttpRequest, site_key: str, **kwargs: Any) -> HttpResponse:
            return _through(cast(Request, request), site_key, (method, rate, name), view, kwargs)

        return csrf_exempt(open_to_all(door))

    return guard


def _through(
    request: Request, site_key: str, rule: tuple[str, Rate, str], view: View, kwargs: dict[str, Any]
) -> HttpResponse:
    site = site_of_key(site_key)
    language = language_for(request.GET.get("lang", ""), site.language if site else "en")
    with translation.override(language):
        try:
            if site is None:
                raise NoSuchChat
            response = _answer(request, site, language, rule, view, kwargs)
        except Refused as refused:
            body = refusal_body(refused)
            response = JsonResponse(body, status=body["status"], content_type="application/problem+json")
    return _with_origin(response, request, site)


def _answer(
    request: Request,
    site: ChatSite,
    language: str,
    rule: tuple[str, Rate, str],
    view: View,
    kwargs: dict[str, Any],
) -> HttpResponse:
    method, (limit, seconds), name = rule
    origin = request.headers.get("Origin", "")
    if not may_stand_at(origin, site.origins, request) or (
        not origin and method == "POST" and not _is_ours(request)
    ):
        raise OriginRefused(origin or "?")
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method != method:
        return problem(405, f"{method} is for this address.", code="method_not_allowed")
    within(f"chat:{name}:{request.actor.address}", limit, seconds)
    answer = view(Call(request, site, language, _body(request)), **kwargs)
    return answer if isinstance(answer, HttpResponse) else JsonResponse(answer)


def visitor_of(call: Call, *, rate: Rate, name: str) -> ChatVisitor:
    """Return who calls, within what one visitor may do in so many seconds."""
    visitor = visitor_with(call.site, call.token, at=now())
    within(f"visitor:{name}:{visitor.pk}", *rate)
    return visitor


def may_stand_at(origin: str, allowed: list[str], request: HttpRequest) -> bool:
    """Tell whether a page of this origin may use a chat or form; ours always may, for its preview."""
    if not origin or origin == own_origin(request):
        return True
    return any(_fits(origin.lower(), one) for one in allowed)


def own_origin(request: HttpRequest) -> str:
    """Return the address at which this installation is reached."""
    return settings.PUBLIC_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"


def _fits(origin: str, allowed: str) -> bool:
    scheme, _sep, host = allowed.partition("://*.")
    if not host:
        return origin == allowed
    found = urlsplit(origin)
    return found.scheme == scheme and found.netloc.endswith(f".{host}")


def _is_ours(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _body(request: HttpRequest) -> dict[str, Any]:
    """Return what was sent: fields of a form, or a JSON object."""
    size = int(request.headers.get("Content-Length") or 0)
    is_form = (request.content_type or "").startswith("multipart/")
    if size > (LARGEST_BODY if is_form else LARGEST_JSON):
        raise FileTooLarge
    if request.method != "POST":
        return {}
    if is_form:
        return {name: request.POST[name] for name in request.POST}
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def _with_origin(response: HttpResponse, request: HttpRequest, site: ChatSite | None) -> HttpResponse:
    """Let the page read the answer, and nobody keep it."""
    origin = request.headers.get("Origin", "")
    response.headers["Vary"] = "Origin"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if origin and site is not None and may_stand_at(origin, site.origins, request):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Max-Age"] = str(REMEMBERED_SECONDS)
    return response

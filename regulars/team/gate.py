"""The gate of every page: each view says who may enter, and the walk test asks it of every address.

`@needs("people.see")` lets in members whose role knows the verb, `@members_only` every member, `@open_to_all` everyone.
Which rows they see inside is the business of `visible_to` and `require`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, HttpResponseBase

from regulars.kit.refused import require
from regulars.kit.requests import Request
from regulars.team.rules import VERBS, UnknownVerb, may

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def needs(verb: str) -> Callable[[View], View]:
    """Let in members whose role has this verb; strangers go to sign-in, others are refused."""
    if verb not in VERBS:
        raise UnknownVerb(verb)
    return _gate(verb)


def members_only(view: View) -> View:
    """Let in every signed-in member: pages about the member itself."""
    gated: View = _gate("")(view)
    return gated


def open_to_all(view: View) -> View:
    """Let in everyone, strangers too; said aloud so that nothing is open by mistake."""
    cast(Any, view).open_to_all = True
    return view


def _gate(verb: str) -> Callable[[View], View]:
    def guard(view: View) -> View:
        @wraps(view)
        def gated(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.member is None:
                return _to_sign_in(request)
            require(not verb or may(request.member, verb))
            return view(request, *args, **kwargs)

        gated.verb = verb  # type: ignore[attr-defined]
        return cast(View, gated)

    return guard


def _to_sign_in(request: Request) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")

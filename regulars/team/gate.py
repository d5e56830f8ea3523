"""The gate of every page: each view says who may enter, and the walk test asks it of every address.

`@needs("people.see")` lets in members whose role knows the verb, `@members_only` every member, `@open_to_all` everyone.
Which rows they see inside is the business of `visible_to` and `require`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.refused import require
from regulars.kit.requests import Request
from regulars.team.rules import VERBS, Seer, UnknownVerb, may

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


def seer_of(request: HttpRequest, verb: str) -> Seer:
    """Return who asks the API, refusing those without the verb."""
    seer = cast(Seer, vars(request)["seer"])
    require(may(seer, verb))
    return seer


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of what an API request does."""
    return cast(Actor, vars(request)["actor"])


def asker_of(seer: Seer) -> Asker:
    """Return for whom a filter is read."""
    return Asker(now=now(), may_see=lambda verb: may(seer, verb), member_id=seer.member_id)

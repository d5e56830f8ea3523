from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from regulars.kit.actor import Actor
from regulars.team.models import Member

GetResponse = Callable[[HttpRequest], HttpResponse]


def who(get_response: GetResponse) -> GetResponse:
    """Say who asks: `request.member` (or None) and `request.actor`, in the member's language and time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        member = user if isinstance(user, Member) and user.is_active else None
        request.member = member  # type: ignore[attr-defined]
        request.actor = actor_of(request, member)  # type: ignore[attr-defined]
        if member is None:
            return get_response(request)
        with timezone.override(member.time_zone or "UTC"), translation.override(member.language or "en"):
            return get_response(request)

    return middleware


def actor_of(request: HttpRequest, member: Member | None) -> Actor:
    """Return the actor of what this request does."""
    request_id = getattr(request, "request_id", "")
    if member is None:
        return Actor("customer", label="visitor", address=address_of(request), request_id=request_id)
    return Actor("member", member.pk, str(member), address_of(request), request_id, member.pk)


def address_of(request: HttpRequest) -> str | None:
    """Return the caller's address, as the proxy in front reports it where one is trusted."""
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR") or None

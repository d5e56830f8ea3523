from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.requests import Request
from regulars.team.actions.members import note_seen
from regulars.team.models import Business, Member
from regulars.team.sessions import member_of

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY = timedelta(minutes=5)
# What a browser keeps of our pages goes when someone signs out; cookies stay, they hold the theme.
FORGET = '"cache", "storage"'


def signed_in(get_response: GetResponse) -> GetResponse:
    """Let `request.user` be the member whose session this is, found out when first asked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: member_of(request))  # type: ignore[assignment]
        return get_response(request)

    return middleware


def who(get_response: GetResponse) -> GetResponse:
    """Say who asks: `request.member` (or None) and `request.actor`, in the member's language and time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        member = user if isinstance(user, Member) and user.is_active else None
        asking = cast(Request, request)
        asking.member, asking.actor = member, actor_of(request, member)
        if member is None:
            return get_response(request)
        _note(member)
        with (
            timezone.override(member.time_zone or "UTC"),
            translation.override(member.language or "en"),
            Business.kept(getattr(request.session, "business", None)),
        ):
            response = get_response(request)
        if not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = FORGET
        return response

    return middleware


def actor_of(request: HttpRequest, member: Member | None) -> Actor:
    """Return the actor of what this request does."""
    request_id = getattr(request, "request_id", "")
    if member is None:
        return Actor("customer", label="visitor", address=address_of(request), request_id=request_id)
    return Actor("member", member.pk, str(member), address_of(request), request_id, member.pk)


def address_of(request: HttpRequest) -> str | None:
    """Return the caller's address, as the proxy in front reports it where one is trusted; None when it is no address."""
    text = request.META.get("REMOTE_ADDR") or ""
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        text = forwarded.rsplit(",", 1)[-1].strip()
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _note(member: Member) -> None:
    at = now()
    if member.last_seen_at is None or member.last_seen_at < at - SEEN_EVERY:
        note_seen(member, at=at)

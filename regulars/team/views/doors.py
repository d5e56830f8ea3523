"""Pages a stranger may open with a link in hand: signing in once, joining, and the very first set-up."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from regulars.kit.clock import now
from regulars.kit.countries import countries
from regulars.kit.htmx import say
from regulars.kit.requests import Request
from regulars.team.actions.invitations import accept_invitation, read_invitation
from regulars.team.actions.limits import within
from regulars.team.actions.links import found, read_sign_in_link, use_sign_in_link
from regulars.team.forms import JoinForm, WelcomeForm
from regulars.team.gate import open_to_all
from regulars.team.models import Business, Member
from regulars.team.views.answers import tried

ADD_PASSKEY = "/accounts/2fa/webauthn/add/"
TRIES, IN_SECONDS = 30, 60
FIRST = {"country": "FI", "currency": "EUR", "time_zone": "Europe/Helsinki"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@sensitive_post_parameters("password")
def enter(request: Request, token: str) -> HttpResponse:
    """Sign in by a one-time link. Looking at it spends nothing, so previews of the link are harmless; the button does."""
    within(f"link:{request.actor.address}", TRIES, IN_SECONDS)
    link = read_sign_in_link(token, at=now())
    if link.member is None:
        return _welcome(request, token)
    if request.method != "POST":
        return render(request, "team/enter.html", {"one": link.member})
    member = use_sign_in_link(token, at=now())
    if member.has_usable_password():
        say(request, _("Forgot your password? Choose a new one under Settings, Sign-in and safety."))
    return _sign_in(request, member, to="/")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@sensitive_post_parameters("password")
def join(request: Request, token: str) -> HttpResponse:
    """Accept an invitation."""
    within(f"link:{request.actor.address}", TRIES, IN_SECONDS)
    invitation = read_invitation(token, at=now())
    form = JoinForm(request.POST or None, initial={"name": invitation.name})
    member = tried(request, form, lambda values: _accept(request, token, values))
    if member is not None:
        return _sign_in(request, member, to=ADD_PASSKEY if form.cleaned_data["with_passkey"] else "/")
    context = {"form": form, "invitation": invitation, "business": Business.current()}
    return render(request, "team/join.html", context, status=422 if form.errors else 200)


def _accept(request: Request, token: str, values: dict[str, Any]) -> Member:
    return accept_invitation(
        token, name=values["name"], password=_password(values), by=request.actor, at=now()
    )


def _welcome(request: Request, token: str) -> HttpResponse:
    form = WelcomeForm(request.POST or None, initial=_first_values())
    owner = tried(
        request,
        form,
        lambda values: found(token, values, password=_password(values), by=request.actor, at=now()),
    )
    if owner is not None:
        return _sign_in(request, owner, to=ADD_PASSKEY if form.cleaned_data["with_passkey"] else "/")
    known = Business.objects.filter(pk=1).exists()
    context = {"form": form, "places": _places(), "knows_business": known}
    return render(request, "team/welcome.html", context, status=422 if form.errors else 200)


def _first_values() -> dict[str, str]:
    """Return what the first form begins with: what the demo has put on, else our own guess."""
    known = Business.objects.filter(pk=1).first()
    if known is None:
        return FIRST
    return {
        "business_name": known.name,
        "country": known.country,
        "currency": known.currency,
        "time_zone": known.time_zone,
    }


def _places() -> dict[str, list[str]]:
    return {one.code: [one.currency, one.time_zone] for one in countries().values()}


def _password(values: dict[str, str]) -> str | None:
    return None if values["with_passkey"] else values["password"]


def _sign_in(request: Request, member: Member, *, to: str) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    # The link itself proved who they are, so a forgotten password can be chosen anew without the old one.
    record_authentication(request, member, "link", reauthenticated=True)
    response: HttpResponse = perform_login(request, member, redirect_url=to)
    return response

"""The page behind the link in a confirmation mail: looking changes nothing, the button confirms."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.requests import Request
from regulars.messaging.actions.confirming import NotOpen, confirm
from regulars.messaging.models import Confirmation, ConsentState
from regulars.messaging.queries.confirming import confirmation_of
from regulars.messaging.queries.consent import state_of
from regulars.messaging.views.leaving import masked, no_such_link, private
from regulars.people.models import Identity
from regulars.team.actions.limits import within
from regulars.team.gate import open_to_all
from regulars.team.middleware import address_of
from regulars.team.models import Business

MINUTE, TRIES = 60, 30


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def confirming(request: Request, seal: str) -> HttpResponse:
    """Show what somebody signed up for, and take their word when they press the button.

    Mail scanners look at every link, and some at forms: only a POST that carries the button's own value confirms.
    """
    found = confirmation_of(seal)
    identity = _identity(found)
    if found is None or identity is None:
        within(f"bad link:{address_of(request)}", TRIES, MINUTE)
        return no_such_link(request)
    state = "open" if found.is_open(now()) else "over"
    if request.method == "POST" and request.POST.get("deed") == "confirm":
        within(f"confirming:{found.pk}", TRIES, MINUTE)
        state = _confirm(request, found, identity)
    elif state_of(identity, found.purpose, found.channel_kind) == ConsentState.GRANTED:
        state = "done"
    context = {
        "house": Business.current().name,
        "state": state,
        "address": masked(identity.value),
        "purpose": found.purpose.name_in(found.language),
        "wording": found.wording,
    }
    with translation.override(found.language):
        return private(render(request, "messaging/customer/confirm.html", context))


def _confirm(request: Request, found: Confirmation, identity: Identity) -> str:
    by = Actor(
        "customer", identity.person_id, masked(identity.value), address_of(request), request.request_id
    )
    agent = request.headers.get("User-Agent", "")
    proof = f"button, {address_of(request)}, request {request.request_id}, wording {found.wording_version}, {agent}"
    try:
        confirm(found, proof=proof, by=by, at=now())
    except NotOpen:
        return "over"
    return "done"


def _identity(found: Confirmation | None) -> Identity | None:
    if found is None:
        return None
    rows = Identity.objects.filter(pk=found.identity_id, ended_at=None, person__deleted_at=None)
    return rows.select_related("person").first()

"""Pages for customers, opened by a signed link from a letter: leaving by one click, and choosing what comes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.requests import Request
from regulars.messaging.actions.consenting import RHYTHMS
from regulars.messaging.actions.leaving import choose, come_back, has_left, key_of, leave, shows_as_wanted
from regulars.messaging.models import ConsentState, Purpose, Rhythm
from regulars.messaging.queries.consent import Standing, live_identity, standings
from regulars.messaging.queries.leaving import language_of, opened
from regulars.people.models import Identity, IdentityKind
from regulars.team.actions.limits import within
from regulars.team.gate import open_to_all
from regulars.team.middleware import address_of
from regulars.team.models import Business

MINUTE = 60
BAD_LINKS, OWN_TRIES = 30, 30


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def unsubscribe(request: Request, seal: str) -> HttpResponse:
    """Leave by one click (RFC 8058): looking changes nothing, for robots look at every link; a post acts, whoever sends it.

    The link itself is the proof, so that no cookie and no form token is needed.
    """
    known = _known(request, seal)
    if known is None:
        return no_such_link(request)
    address, purpose = known
    by, at = _customer(request, address), now()
    deed = request.POST.get("deed", "")
    if request.method == "POST" and deed == "back":
        come_back(address, purpose, proof=_proof(request), by=by, at=at)
    elif request.method == "POST":
        leave(address, purpose, from_everything=deed == "everything", proof=_proof(request), by=by, at=at)
    has_gone, can_undo = has_left(address, purpose, at)
    found = Purpose.objects.filter(key=purpose).first() if purpose else None
    return _shown(request, "messaging/customer/unsubscribe.html", address, {
        "seal": seal, "address": masked(address), "has_gone": has_gone, "can_undo": can_undo,
        "came_back": deed == "back" and not has_gone,
        "purpose": found.name_in(language_of(address)) if found else "",
    })  # fmt: skip


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def preferences(request: Request, seal: str) -> HttpResponse:
    """Choose what comes, by what means, how often and in which language."""
    known = _known(request, seal)
    identity = live_identity(IdentityKind.EMAIL, known[0]) if known else None
    if known is None:
        return no_such_link(request)
    if identity is None:
        # Nobody here has this address any more: all that can be chosen is to get nothing.
        return HttpResponseRedirect(reverse("messaging:unsubscribe", args=[seal]))
    shown = standings(identity.person)
    if request.method == "POST":
        _choose(request, identity, shown)
        return HttpResponseRedirect(f"{reverse('messaging:preferences', args=[seal])}?saved=1")
    return _shown(request, "messaging/customer/preferences.html", known[0], {
        "seal": seal, "address": masked(known[0]), "was_saved": request.GET.get("saved") == "1",
        "groups": _groups(shown, language_of(known[0])), "languages": settings.LANGUAGES, "language": language_of(known[0]),
        "rhythm": Rhythm.objects.filter(pk=identity.pk).values_list("days", flat=True).first() or 0,
    })  # fmt: skip


def masked(value: str) -> str:
    """Return an address or number as only its owner recognises it.

    >>> masked("ada@example.com"), masked("+358401234567")
    ('a…@example.com', '…67')
    """
    local, at, domain = value.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else f"…{value[-2:]}"


def _choose(request: Request, identity: Identity, shown: list[Standing]) -> None:
    said = request.POST
    nothing = said.get("deed") == "nothing"
    rhythm = said.get("rhythm", "0")
    language = said.get("language", "")
    choose(
        identity,
        shown,
        set() if nothing else set(said.getlist("wanted")),
        rhythm=int(rhythm) if rhythm in map(str, RHYTHMS) else 0,
        language=language if language in dict(settings.LANGUAGES) else "",
        proof=_proof(request),
        by=_customer(request, identity.value),
        at=now(),
    )
    if nothing:
        leave(
            identity.value,
            "",
            from_everything=True,
            proof=_proof(request),
            by=_customer(request, identity.value),
            at=now(),
        )


def _groups(shown: list[Standing], language: str) -> list[dict[str, Any]]:
    groups: dict[int, dict[str, Any]] = {}
    for one in shown:
        purpose = one.purpose
        group = groups.setdefault(
            purpose.pk,
            {"name": purpose.name_in(language), "description": purpose.description_in(language), "boxes": []},
        )
        group["boxes"].append(
            {
                "key": key_of(one),
                "kind": one.channel_kind,
                "value": masked(one.identity.value),
                "is_ticked": shows_as_wanted(one),
                "is_waiting": one.entry is not None and one.entry.state == ConsentState.PENDING,
            }
        )
    return list(groups.values())


def _known(request: Request, seal: str) -> tuple[str, str] | None:
    known = opened(seal)
    if known is None:
        within(f"bad link:{address_of(request)}", BAD_LINKS, MINUTE)
        return None
    if request.method == "POST":
        within(f"leaving:{seal[-40:]}", OWN_TRIES, MINUTE)
    return known


def _customer(request: Request, address: str) -> Actor:
    identity = live_identity(IdentityKind.EMAIL, address)
    number = identity.person_id if identity else None
    return Actor("customer", number, masked(address), address_of(request), request.request_id)


def _proof(request: HttpRequest) -> str:
    how = "one click" if request.POST.get("List-Unsubscribe") == "One-Click" else "page"
    return f"{how}, {address_of(request)}, {request.headers.get('User-Agent', '')}"[:500]


def no_such_link(request: HttpRequest) -> HttpResponse:
    """Say that a link does not work, and nothing else."""
    return private(
        render(
            request, "messaging/customer/no_such_link.html", {"house": Business.current().name}, status=404
        )
    )


def _shown(request: HttpRequest, template: str, address: str, context: dict[str, Any]) -> HttpResponse:
    with translation.override(language_of(address)):
        return private(render(request, template, {"house": Business.current().name, **context}))


def private(response: HttpResponse) -> HttpResponse:
    """Let nobody keep a page, hear of it or list it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

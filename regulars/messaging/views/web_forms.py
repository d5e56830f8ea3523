"""The page of a web form: by itself, or embedded in the websites that may."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from regulars.kit.clock import now
from regulars.kit.middleware import content_policy
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions.web_forms import receive_entry
from regulars.messaging.engine.colours import ink_on
from regulars.messaging.models import WebForm
from regulars.messaging.queries.chat_words import FORM, language_for, words_of
from regulars.messaging.queries.web_forms import AUTOCOMPLETE, Asked, asked_by, form_of_key
from regulars.team.actions.limits import hit
from regulars.team.gate import open_to_all
from regulars.team.models import Business

# A person reads before they write, and a page that was open for a day may be a robot's copy.
SOONEST_SECONDS, LATEST_SECONDS = 2, 86_400
SALT = "web form"
PER_ADDRESS, PER_FORM, HOUR = 10, 600, 3600


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def web_form(request: Request, form_key: str) -> HttpResponse:
    """Show a form, and take in what was filled in.

    The seal in the form proves that it was read here a little while ago; no cookie is needed, so that it works in a frame.
    """
    form = _form(form_key)
    language = language_for(
        request.GET.get("lang") or request.headers.get("Accept-Language", ""), form.language
    )
    with translation.override(language):
        asked, words = asked_by(form, language), words_of(FORM, language)
        shown: dict[str, Any] = {}
        if request.method == "POST":
            shown = _taken_in(request, form, asked, words, language)
        context = _context(form, asked, words, language, shown) | {
            "is_framed": request.GET.get("framed") == "1"
        }
        response = render(request, "messaging/customer/form.html", context, status=shown.get("status", 200))
    response.headers["Content-Security-Policy"] = policy_for(request, form)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@open_to_all
def look(request: HttpRequest, form_key: str) -> HttpResponse:
    """Hand out the form's colours as a sheet of styles, since no page of ours has any in itself."""
    colour = _form(form_key).colour
    body = f":root, [data-bs-theme] {{ --form: {colour}; --form-ink: {ink_on(colour)}; }}"
    return HttpResponse(body, content_type="text/css; charset=utf-8")


def policy_for(request: HttpRequest, form: WebForm) -> str:
    """Return the content policy of a form's page: the house's own, and the named websites may frame it."""
    return content_policy(request).replace(
        "frame-ancestors 'none'", " ".join(["frame-ancestors 'self'", *form.origins])
    )


def _form(form_key: str) -> WebForm:
    found = form_of_key(form_key)
    if found is None:
        raise NotThere
    return found


def _taken_in(
    request: Request, form: WebForm, asked: list[Asked], words: dict[str, str], language: str
) -> dict[str, Any]:
    """Take in an entry; return what the page shows then: thanks, or what is wrong beside what was typed."""
    typed = {one.name: request.POST.get(one.key, "") for one in asked}
    typed |= {name: request.POST.get(name, "") for name in ("email", "message")}
    seal = request.POST.get("seal", "")[:200]
    if not _is_within(request, form):
        return {"typed": typed, "trouble": words["slow_down"], "status": 429}
    if request.POST.get("website"):
        # Only robots fill what nobody sees; they are thanked, and nothing is kept.
        return {"is_done": True}
    if not _is_fresh(seal, form):
        return {"typed": typed, "trouble": words["stale"], "status": 409}
    try:
        receive_entry(form, typed, asked, key=seal, language=language, by=request.actor, at=now())
    except Invalid as problem:
        return {"typed": typed, "wrong": _wrong(problem, words), "trouble": words["problems"], "status": 422}
    return {"is_done": True}


def _is_within(request: Request, form: WebForm) -> bool:
    per_address = hit(f"form:{request.actor.address}", PER_ADDRESS, HOUR).is_within
    return hit(f"form:{form.pk}", PER_FORM, HOUR).is_within and per_address


def new_seal(form: WebForm) -> str:
    """Return a seal that says that this form was read now.

    No two are alike, not even within a second: an entry is kept once per seal.
    """
    return signing.TimestampSigner(salt=SALT).sign(f"{form.public_key}.{secrets.token_urlsafe(9)}")


def _is_fresh(seal: str, form: WebForm) -> bool:
    return _is_ours(seal, form, LATEST_SECONDS) and not _is_ours(seal, form, SOONEST_SECONDS)


def _is_ours(seal: str, form: WebForm, seconds: int) -> bool:
    """Say whether we signed this seal for this form, at most so many seconds ago."""
    try:
        read = signing.TimestampSigner(salt=SALT).unsign(seal, max_age=seconds)
    except signing.BadSignature:
        return False
    return read.partition(".")[0] == form.public_key


def _wrong(problem: Invalid, words: dict[str, str]) -> dict[str, str]:
    fallback = {"email": words["bad_email"]}
    return {
        name.replace(".", "-"): fallback.get(name, words["wrong"])
        if str(reason) != words["needed"]
        else words["needed"]
        for name, reason in problem.fields.items()
    }


def _context(
    form: WebForm, asked: list[Asked], words: dict[str, str], language: str, shown: dict[str, Any]
) -> dict[str, Any]:
    typed, wrong = shown.get("typed", {}), shown.get("wrong", {})
    name_first = [one for one in asked if one.name == "name"]
    email = Asked("email", words["email"], True, "email", AUTOCOMPLETE["email"])
    message = Asked("message", words["message"], True, "textarea")
    fields = [*name_first, email, *[one for one in asked if one.name != "name"], message]
    return {
        "form": form,
        "house": Business.current().name,
        "language": language,
        "languages": settings.LANGUAGES,
        "title": form.title or words["title"],
        "thanks": form.thanks or words["thanks"],
        "words": words,
        "seal": new_seal(form),
        "is_done": shown.get("is_done", False),
        "trouble": shown.get("trouble", ""),
        "rows": [
            {"field": one, "typed": typed.get(one.name, ""), "wrong": wrong.get(one.key, "")}
            for one in fields
        ],
    }

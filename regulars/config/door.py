"""The one door of the API: who asks, how often, and whether this was already answered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation

from regulars.kit.actor import Actor
from regulars.kit.api import problem
from regulars.team.actions.keys import authenticate_key
from regulars.team.actions.limits import Hit, hit
from regulars.team.middleware import address_of
from regulars.team.models import ApiKey

GetResponse = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/v1/"
PER_MINUTE = 6_000
OPEN = {f"{PREFIX}openapi.json", f"{PREFIX}docs"}


def api_door(get_response: GetResponse) -> GetResponse:
    """Let a request with a valid key through, within its rate, and answer a repeated POST as it was answered before.

    It stands before everything that only pages need: a key has no session, no form token and no messages.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX) or request.path in OPEN:
            return get_response(request)
        key = authenticate_key(request.headers.get("Authorization", ""))
        if key is None:
            return problem(
                401,
                "Send “Authorization: Bearer KEY” with an API key made under Settings, API keys.",
                code="unauthenticated",
            )
        rate = hit(f"key:{key.pk}", limit=PER_MINUTE, seconds=60)
        if not rate.is_within:
            return _with_rate(
                problem(429, f"Wait {rate.seconds_left} seconds and go on.", code="too_many"), rate
            )
        _introduce(request, key)
        with translation.override(translation.get_language_from_request(request)):
            return _with_rate(_answer(request, key, straight), rate)

    return middleware


def straight(request: HttpRequest) -> HttpResponse:
    """Call the route that the address names."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return problem(
            404, "There is no such address; every route is listed under /api/v1/docs.", code="not_found"
        )
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if response.status_code == 405:
        response = _not_that_way(request, response.headers.get("Allow", ""))
    if not response.streaming:
        response.headers.setdefault("Content-Length", str(len(response.content)))
    return response


def _not_that_way(request: HttpRequest, told: str) -> HttpResponse:
    allowed = ", ".join(sorted(word.strip() for word in told.split(",")))
    response = problem(
        405, f"{request.method} is not for this address; {allowed} is.", code="method_not_allowed"
    )
    response.headers["Allow"] = allowed
    return response


def _introduce(request: HttpRequest, key: ApiKey) -> None:
    actor = Actor("key", key.pk, key.name, address_of(request), getattr(request, "request_id", ""), None)
    vars(request).update(seer=key, actor=actor)


def _with_rate(response: HttpResponse, rate: Hit) -> HttpResponse:
    response.headers["X-RateLimit-Limit"] = str(rate.limit)
    response.headers["X-RateLimit-Remaining"] = str(max(rate.limit - rate.hits, 0))
    if not rate.is_within:
        response.headers["Retry-After"] = str(rate.seconds_left)
    return response


def _answer(request: HttpRequest, key: ApiKey, get_response: GetResponse) -> HttpResponse:
    name = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not name:
        return get_response(request)
    if len(name) > 255:
        return problem(400, "Idempotency-Key may have at most 255 characters.", code="bad_request")
    return _answer_once(request, key, name, get_response)


@transaction.atomic
def _answer_once(request: HttpRequest, key: ApiKey, name: str, get_response: GetResponse) -> HttpResponse:
    """Claim the key, do the work and keep the answer in one transaction; who comes second waits and gets the same."""
    fingerprint = hashlib.sha256(f"{request.get_full_path()}\n".encode() + request.body).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO team_idempotencykey (api_key_id, key, fingerprint, content_type, created_at) "
            "VALUES (%s, %s, %s, '', now()) ON CONFLICT (api_key_id, key) DO NOTHING RETURNING id",
            [key.pk, name, fingerprint],
        )
        claimed = cursor.fetchone()
        if claimed is None:
            return _answer_again(key, name, fingerprint)
        response = get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
            return response
        cursor.execute(
            "UPDATE team_idempotencykey SET status = %s, body = %s, content_type = %s WHERE id = %s",
            [response.status_code, response.content, response.headers.get("Content-Type", ""), claimed[0]],
        )
    return response


def _answer_again(key: ApiKey, name: str, fingerprint: str) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fingerprint, status, body, content_type FROM team_idempotencykey WHERE api_key_id = %s AND key = %s",
            [key.pk, name],
        )
        row = cursor.fetchone()
    if row is None or row[0] != fingerprint:
        return problem(
            422, "This Idempotency-Key was used for another request; use a new one.", code="key_reused"
        )
    response = HttpResponse(bytes(row[2] or b""), status=row[1], content_type=row[3])
    response.headers["Idempotent-Replayed"] = "true"
    return response

"""Errors as RFC 9457 problem documents: what happened, where, and what to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import ConfigDict
from pydantic import ValidationError as PydanticError

from regulars.kit.refused import Invalid, Refused

log = logging.getLogger(__name__)
TITLES = {
    400: "The request could not be read",
    401: "A valid API key is needed",
    403: "This key may not do that",
    404: "Not found",
    405: "Method not allowed",
    409: "Refused",
    413: "Too large",
    422: "Some values are not right",
    429: "Too many requests",
    500: "Something went wrong on our side",
}


DEEDS = ("create", "change", "delete")
REASONS = {
    "extra_forbidden": _("There is no such field."),
    "missing": _("This is needed."),
    "string_type": _("Text is needed."),
    "int_type": _("A whole number is needed."),
    "int_parsing": _("A whole number is needed."),
    "bool_type": _("true or false is needed."),
    "bool_parsing": _("true or false is needed."),
    "string_too_long": _("At most {max_length} letters fit."),
    "string_pattern_mismatch": _("It does not fit {pattern}."),
    "greater_than_equal": _("It must be {ge} or more."),
    "less_than_equal": _("It must be {le} or less."),
    "too_long": _("At most {max_length} at once."),
    "too_short": _("At least {min_length} is needed."),
    "date_from_datetime_parsing": _("A date such as 2026-03-01 is needed."),
    "date_parsing": _("A date such as 2026-03-01 is needed."),
    "datetime_from_date_parsing": _("A moment such as 2026-03-01T12:00:00Z is needed."),
    "datetime_parsing": _("A moment such as 2026-03-01T12:00:00Z is needed."),
    "union_tag_invalid": _("do is create, change or delete."),
    "list_type": _("A list is needed."),
    "dict_type": _("An object is needed."),
    "model_attributes_type": _("An object is needed."),
    "model_type": _("An object is needed."),
}


class Problem(Schema):
    """An error, as RFC 9457 describes it, with `errors` naming each field."""

    type: str = "about:blank"
    title: str = Field(..., examples=["Some values are not right"])
    status: int = Field(..., examples=[422])
    detail: str = Field("", examples=["email: “nonsense” is not an e-mail address: it has no @."])
    code: str = Field("", examples=["invalid"])
    errors: list[dict[str, Any]] = Field(
        [],
        examples=[[{"field": "email", "reason": "“nonsense” is not an e-mail address: it has no @."}]],
    )


def problem(
    status: int, detail: str = "", *, code: str = "", errors: list[dict[str, Any]] | None = None, **more: Any
) -> HttpResponse:
    """Return a problem document."""
    return HttpResponse(
        json.dumps(problem_body(status, detail, code=code, errors=errors, **more), default=str),
        status=status,
        content_type="application/problem+json",
    )


def problem_body(
    status: int, detail: str = "", *, code: str = "", errors: list[dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    """Return what a problem document holds."""
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status}
    if detail:
        body["detail"] = detail
    if code:
        body["code"] = code
    if errors:
        body["errors"] = errors
    return body | more


def refusal_body(refused: Refused) -> dict[str, Any]:
    """Return the problem document of a refusal."""
    errors = (
        [{"field": name, "reason": str(reason)} for name, reason in refused.fields.items()]
        if isinstance(refused, Invalid)
        else []
    )
    more = {
        name: value
        for name, value in refused.details.items()
        if isinstance(value, str | int | float | bool | list | dict)
    }
    pointer = getattr(refused, "pointer", None)
    return problem_body(
        refused.status,
        str(refused),
        code=refused.code,
        errors=errors,
        **more,
        **({"pointer": pointer} if pointer else {}),
    )


def answer_refusals(api: NinjaAPI) -> None:
    """Let an API answer every error with a problem document."""

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        body = refusal_body(error)
        return HttpResponse(
            json.dumps(body, default=str), status=body["status"], content_type="application/problem+json"
        )

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(
            422,
            "Each value that is not right is named in errors.",
            code="invalid",
            errors=[_field_error(one) for one in error.errors],
        )

    def unsigned(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(
            401,
            "Send Authorization: Bearer with an API key made under Settings, API keys.",
            code="unauthenticated",
        )

    def missing(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(404, "It does not exist, or this key may not see it.", code="not_found")

    def plain(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(error.status_code, str(error), code="bad_request")

    def clash(request: HttpRequest, error: Any) -> HttpResponse:
        log.warning("A constraint refused an API request: %s", error)
        return problem(409, "This clashes with something that already exists.", code="conflict")

    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(AuthenticationError, unsigned)
    api.add_exception_handler(Http404, missing)
    api.add_exception_handler(HttpError, plain)
    api.add_exception_handler(IntegrityError, clash)


def _field_error(error: dict[str, Any]) -> dict[str, Any]:
    place = list(error.get("loc", ()))
    # What was sent is one argument of our function; its name is nothing a caller knows.
    place = place[2:] if place[:1] == ["body"] else place[1:]
    return {"field": ".".join(map(str, place)), "reason": reason_of(error)}


def row_errors(error: PydanticError) -> list[dict[str, Any]]:
    """Return what is wrong with one row of a batch, field by field."""
    return [
        {"field": ".".join(str(part) for part in one["loc"] if part not in DEEDS), "reason": reason_of(one)}
        for one in error.errors(include_url=False, include_context=True)
    ]


def reason_of(error: Mapping[str, Any]) -> str:
    """Say in our words what a value's check says in its own."""
    words = REASONS.get(str(error.get("type", "")))
    try:
        return str(words).format(**error.get("ctx") or {}) if words else str(error.get("msg", ""))
    except (KeyError, IndexError):
        return str(error.get("msg", ""))


class Sent(Schema):
    """What a program sends; a name that is not known is refused instead of being dropped in silence."""

    model_config = ConfigDict(extra="forbid")


ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}


def answer(body: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with JSON that is right by construction, so that it need not be checked again."""
    return JsonResponse(body, status=status)


def gone() -> HttpResponse:
    """Answer that it is done and there is nothing to say."""
    return HttpResponse(status=204)

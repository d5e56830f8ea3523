from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import fragment, wants_fragment, with_event
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.timeline.actions.failures import discard_failure, retry_every_failure, retry_failure
from regulars.timeline.queries.failures import (
    Failure,
    failed_and_tried_again,
    failed_for_good,
    failure,
    follower_states,
    waiting,
)


@require_GET
@needs("jobs.see")
def jobs(request: Request) -> HttpResponse:
    """Show what failed in the background, what waits, and how far the followers have read."""
    template = "timeline/_jobs.html" if wants_fragment(request) else "timeline/jobs.html"
    return render(request, template, _context())


@require_POST
@needs("jobs.retry")
def retry(request: Request, source: str, number: int) -> HttpResponse:
    """Try one thing once more."""
    retry_failure(_found(source, number), by=request.actor, at=now())
    return fragment(request, "timeline/_jobs.html", toast=_("It is tried once more."), **_context())


@require_POST
@needs("jobs.retry")
def retry_all(request: Request) -> HttpResponse:
    """Try everything once more that failed for good."""
    count = retry_every_failure(by=request.actor, at=now())
    toast = ngettext(
        "%(n)s piece of work is tried once more.", "%(n)s pieces of work are tried once more.", count
    )
    return fragment(request, "timeline/_jobs.html", toast=toast % {"n": count}, **_context())


@require_http_methods(["GET", "POST"])
@needs("jobs.retry")
def discard(request: Request, source: str, number: int) -> HttpResponse:
    """Ask why, and give something up."""
    found = _found(source, number)
    if request.method == "GET":
        return fragment(request, "timeline/_discard.html", failure=found)
    try:
        discard_failure(found, request.POST.get("reason", ""), by=request.actor)
    except Invalid as problem:
        return fragment(
            request,
            "timeline/_discard.html",
            status=422,
            failure=found,
            error=problem.fields.get("reason", ""),
        )
    response = fragment(request, "timeline/_jobs.html", toast=_("It is given up."), **_context())
    response.headers["HX-Retarget"] = "#jobs"
    return with_event(response, "close-dialog")


def _found(source: str, number: int) -> Failure:
    found = failure(source, number)
    if found is None:
        raise NotThere
    return found


def _context() -> dict[str, Any]:
    return {
        "failed": failed_for_good(),
        "trying": failed_and_tried_again(),
        "followers": follower_states(),
        "waiting": waiting(),
    }

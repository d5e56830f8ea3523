"""Why an answer was not sent, in the place where it was written: what others did meanwhile, or what keeps it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from regulars.inbox.actions import MovedMeanwhile
from regulars.inbox.models import Conversation
from regulars.inbox.queries.story import told
from regulars.kit.htmx import fragment
from regulars.kit.refused import Refused
from regulars.kit.requests import Request


def held(request: Request, found: Conversation, problem: Refused) -> HttpResponse:
    """Show what holds an answer; what was written stays as it is."""
    context: dict[str, Any] = {"conversation": found, "problem": str(problem)}
    if isinstance(problem, MovedMeanwhile):
        changes = [{"words": told(line), "at": line.at} for line in problem.lines]
        context = {"conversation": found, "changes": changes, "sequence": problem.lines[-1].sequence}
    return fragment(request, "inbox/_held.html", status=422, **context)


def seen_until(request: Request) -> int | None:
    """Return up to which change the writer had seen the conversation, as the form says; none holds nothing."""
    said = request.POST.get("anyway") or request.POST.get("sequence", "")
    return int(said) if said.isdecimal() else None

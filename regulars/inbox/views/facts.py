"""What a customer gave when they were asked, kept on their record by one click, and taken off again."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.inbox.actions.using_facts import take_fact_back, use_fact
from regulars.inbox.rules import CHANGE
from regulars.inbox.views.common import after, find, takes_back, undo_url
from regulars.kit.clock import now
from regulars.kit.htmx import with_event
from regulars.kit.refused import require
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.rules import reaches

CHANGE_PERSON = "people.change"


@require_POST
@needs(CHANGE)
def fact(request: Request, conversation_id: int) -> HttpResponse:
    """Keep a fact on the customer's record, or take back that it was kept."""
    found = find(request, conversation_id, CHANGE)
    require(found.person is None or reaches(request.member, CHANGE_PERSON, found.person))
    name = request.POST.get("name", "")
    if request.POST.get("back"):
        take_fact_back(found, name, by=request.actor, at=now())
        return with_event(after(_("It is off the customer’s record again.")), "person-changed")
    use_fact(found, name, by=request.actor, at=now())
    undo = undo_url("fact", conversation=found.pk, name=name)
    return with_event(after(_("It stands on the customer’s record now."), undo=undo), "person-changed")


@takes_back("fact")
def _undo_fact(request: Request, what: dict[str, Any]) -> None:
    found = find(request, what["conversation"], CHANGE)
    require(found.person is None or reaches(request.member, CHANGE_PERSON, found.person))
    take_fact_back(found, what["name"], by=request.actor, at=now())

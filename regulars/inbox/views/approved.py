"""Approved texts in an answer: the picker that stands there when free words may not be sent any more."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from regulars.inbox.actions import answer_conversation
from regulars.inbox.models import Conversation
from regulars.inbox.queries.approved import by_name, choices_for, first_values, picked, typed_values
from regulars.inbox.rules import ANSWER
from regulars.inbox.views.common import after, find, undo_url
from regulars.inbox.views.holding import held, seen_until
from regulars.inbox.views.writing import kept_before
from regulars.kit.clock import now
from regulars.kit.htmx import fragment
from regulars.kit.refused import NotThere, Refused
from regulars.kit.requests import Request
from regulars.messaging.actions.text_templates import letter_of
from regulars.messaging.engine.providers.approved import missing, rendered
from regulars.messaging.models import TextTemplate
from regulars.messaging.queries.texting import leeway
from regulars.team.gate import needs
from regulars.team.rules import may


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ANSWER)
def approved(request: Request, conversation_id: int) -> HttpResponse:
    """Show the approved texts of the channel with the gaps of the one picked, or send it."""
    found = find(request, conversation_id, ANSWER)
    if request.method == "POST":
        return _send(request, found)
    return fragment(request, "inbox/_approved.html", **_context(request, found))


@require_GET
@needs(ANSWER)
def approved_preview(request: Request, conversation_id: int) -> HttpResponse:
    """Show how the picked text reads with what was typed so far."""
    found = find(request, conversation_id, ANSWER)
    return fragment(request, "inbox/_approved_preview.html", **_context(request, found))


def _context(request: Request, found: Conversation) -> dict[str, Any]:
    texts = choices_for(found)
    name, language = request.GET.get("name", ""), request.GET.get("language", "")
    template = picked(texts, found, name=name, language=language)
    choices = by_name(texts)
    context: dict[str, Any] = {
        "conversation": found,
        "choices": choices,
        "text": template,
        "may_connect": may(request.member, "connections.change"),
        "connection": getattr(found.channel, "connection", None),
        "room": leeway(found.thread, found.channel),
    }
    if template is not None:
        # The gaps of another text that have the same name are not the same gap.
        typed = typed_values(request.GET.dict()) if request.GET.get("was") == str(template.pk) else {}
        values = first_values(template, found, request.member, typed)
        context |= {
            "languages": next(one.languages for one in choices if one.name == template.name),
            "gaps": [{"gap": one, "value": values[one.key]} for one in template.value.gaps],
            "preview": rendered(template.value, values),
            "lacks": len(missing(template.value, values)),
        }
    return context


def _send(request: Request, found: Conversation) -> HttpResponse:
    template = _sendable(found, request.POST.get("was", ""))
    try:
        letter = letter_of(template, typed_values(request.POST.dict()))
        answered = answer_conversation(found, letter, by=request.actor, at=now(), seen=seen_until(request))
    except Refused as problem:
        return held(request, found, problem)
    before = kept_before(answered.before)
    undo = undo_url("answer", conversation=found.pk, message=answered.message.pk, before=before)
    return after(_("Sent."), undo=undo, event="inbox-sent", detail={"id": found.pk, "next": False})


def _sendable(found: Conversation, number: str) -> TextTemplate:
    rows: Any = TextTemplate.objects.filter(channel=found.channel_id, pk=number if number.isdecimal() else 0)
    template: TextTemplate | None = rows.sendable().first()
    if template is None:
        raise NotThere
    return template

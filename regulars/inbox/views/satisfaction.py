"""The public page on which customers say how it went, its settings, and the reminder of a conversation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from regulars.inbox.actions.following_up import cancel_follow_up, plan_follow_up
from regulars.inbox.actions.satisfaction import TooLateToSay, say_how_it_went, set_satisfaction
from regulars.inbox.forms import FollowUpForm, SatisfactionForm
from regulars.inbox.models import Conversation, FollowUp, SatisfactionSettings
from regulars.inbox.queries.satisfaction import FACES, SCORES, request_by
from regulars.inbox.views.boxes import add_problems, box, closed
from regulars.kit.clock import now
from regulars.kit.htmx import done, redirect, say
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs, open_to_all
from regulars.team.models import Business

SEE = "conversations.see"


# The secret in the address is the permission; mail programs' own browsers often keep no cookies for a token.
@csrf_exempt
@open_to_all
@require_http_methods(["GET", "POST"])
def how(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask how it went. Looking counts nothing, so that scanners and previews of links say nothing for anybody."""
    one = request_by(secret)
    if one is None:
        raise NotThere
    with translation.override(one.language):
        chosen, comment, problem, is_said = _given(request), one.comment, "", False
        if request.method == "POST":
            comment = request.POST.get("comment", "")
            try:
                one = say_how_it_went(
                    one, score=chosen or 0, comment=comment, address=_address(request), at=now()
                )
                is_said = True
            except Invalid as refused:
                problem = str(refused.fields.get("score", refused))
            except TooLateToSay:
                is_said = True
        choices = [(score, label, FACES[score], score == (chosen or one.score)) for score, label in SCORES]
        context: dict[str, Any] = {
            "choices": choices, "comment": comment, "problem": problem, "is_said": is_said,
            "subject": one.conversation.subject, "brand": Business.current().name, "language": one.language,
        }  # fmt: skip
        response = render(request, "inbox/customer/how.html", context, status=422 if problem else 200)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _given(request: HttpRequest) -> int | None:
    raw = request.POST.get("score") or request.GET.get("score", "")
    return int(raw) if raw in {"1", "2", "3", "4", "5"} else None


def _address(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR")


@require_http_methods(["GET", "POST"])
@needs("targets.change")
def satisfaction_settings(request: Request) -> HttpResponse:
    """Show and change whether customers are asked how it went."""
    how_it_is = SatisfactionSettings.current()
    first = {name: getattr(how_it_is, name) for name in ("is_active", "wait_hours", "quiet_days")}
    form = SatisfactionForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            set_satisfaction(**form.cleaned_data, by=request.actor)
            say(request, _("Saved."))
            return redirect(request, request.path)
        except Invalid as problem:
            add_problems(form, problem)
    status = 422 if form.errors else 200
    return render(request, "inbox/satisfaction.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs(SEE)
def follow_up(request: Request, conversation_id: int) -> HttpResponse:
    """Remind oneself of a conversation later."""
    rows: Any = Conversation.objects.all()
    found: Conversation | None = rows.visible_to(request.member).filter(pk=conversation_id).first()
    if found is None:
        raise NotThere
    form = FollowUpForm(request.POST or None)

    def work() -> HttpResponse:
        values = form.cleaned_data
        plan_follow_up(
            found, request.member, due_at=values["due_at"], note=values["note"], by=request.actor, at=now()
        )
        return closed(_("You are reminded then."), "follow-ups-changed")

    return box(request, form, title=_("Look at it again"), submit=_("Remind me"), work=work)


@require_POST
@needs(SEE)
def follow_up_removal(request: Request, follow_up_id: int) -> HttpResponse:
    """Take one's own reminder back."""
    one = (
        FollowUp.objects.select_related("conversation").filter(pk=follow_up_id, member=request.member).first()
    )
    if one is None:
        raise NotThere
    cancel_follow_up(one, by=request.actor, at=now())
    return done(_("No reminder."), event="follow-ups-changed")

"""Macros: the settings where they are put together, and the list from which they are run on one or many conversations."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.inbox.actions.macros import (
    archive_macro,
    change_macro,
    create_macro,
    order_macros,
    restore_macro,
)
from regulars.inbox.actions.running import TakenBackAlready, run_macro, undo_macro
from regulars.inbox.forms.macros import MacroForm
from regulars.inbox.models import Conversation, Macro, MacroUse
from regulars.inbox.models.macros import CHANGE as SET_UP
from regulars.inbox.queries.macros import offered_macros, told_steps, verbs_of, with_uses
from regulars.inbox.queries.templates import GAPS
from regulars.inbox.rules import CHANGE
from regulars.inbox.views.boxes import add_problems, away_or_back
from regulars.inbox.views.common import after, find, picked, takes_back, undo_url
from regulars.kit.clock import now
from regulars.kit.htmx import done, fragment, redirect, say, with_event
from regulars.kit.refused import Invalid, NotThere, Refused
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.rules import Scope, allowed

CHANGED = "macros-changed"
MOST_REASONS = 3


# --- Setting up ---------------------------------------------------------------------------------------------------


@require_GET
@needs(SET_UP)
def macros(request: Request) -> HttpResponse:
    """Show the macros this member may change, in their order, with what they do and how often they were run."""
    rows: Any = Macro.objects.select_related("team", "owner")
    known = list(with_uses(rows.changeable_by(request.member)))
    told = told_steps(known)
    shown = [{"macro": one, "steps": told[one.pk]} for one in known]
    context = {
        "rows": [row for row in shown if row["macro"].archived_at is None],
        "away": [row["macro"] for row in shown if row["macro"].archived_at is not None],
    }
    template = "inbox/_macros.html" if request.headers.get("HX-Request") else "inbox/macros.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@needs(SET_UP)
def macro(request: Request, macro_id: int = 0) -> HttpResponse:
    """Put a macro together, or change one."""
    found = _mine(request, macro_id) if macro_id else None
    is_all = allowed(request.member, SET_UP) == Scope.ALL
    form = MacroForm(request.POST or None, member=request.member, is_all=is_all, macro=found)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, found)
            say(request, _("“%(name)s” can be run now: m in the inbox.") % {"name": saved.name})
            return redirect(request, reverse("inbox:macros"))
        except Invalid as problem:
            add_problems(form, problem)
    gaps = [("{{ %s }}" % name, label) for name, label in GAPS.items()]  # noqa: UP031
    status = 422 if request.method == "POST" else 200
    context: dict[str, Any] = {"form": form, "macro": found, "gaps": gaps}
    return render(request, "inbox/macro.html", context, status=status)


def _save(request: Request, form: MacroForm, found: Macro | None) -> Macro:
    if found is None:
        return create_macro(form.values(), by=request.actor, at=now())
    return change_macro(found, form.values(), by=request.actor)


@require_POST
@needs(SET_UP)
def macro_archive(request: Request, macro_id: int) -> HttpResponse:
    """Put a macro away, or take it out again."""
    found = _mine(request, macro_id)
    return away_or_back(
        request, found, found.name, archive=archive_macro, restore=restore_macro, event=CHANGED
    )


@require_POST
@needs(SET_UP)
def macro_up(request: Request, macro_id: int) -> HttpResponse:
    """Let a macro stand before the one above it."""
    found = _mine(request, macro_id)
    rows: Any = Macro.objects.all()
    shown = list(rows.changeable_by(request.member).live().values_list("pk", flat=True))
    place = shown.index(found.pk) if found.pk in shown else 0
    if place:
        ids = list(rows.values_list("pk", flat=True))
        ids.remove(found.pk)
        ids.insert(ids.index(shown[place - 1]), found.pk)
        order_macros(ids, by=request.actor)
    return done(event=CHANGED)


def _mine(request: Request, macro_id: int) -> Macro:
    rows: Any = Macro.objects.all()
    found: Macro | None = rows.changeable_by(request.member).filter(pk=macro_id).first()
    if found is None:
        raise NotThere
    return found


# --- Running ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def run(request: Request, conversation_id: int) -> HttpResponse:
    """Offer the macros for one conversation, or run one on it; a gap it leaves holds the answer back."""
    found = find(request, conversation_id, CHANGE)
    if request.method == "GET":
        return _offer(request, [found.pk], request.path)
    chosen = _chosen(request)
    _within_reach(request, chosen, [found.pk], is_one=True)
    batch = secrets.token_hex(8)
    use = run_macro(chosen, found, by=request.actor, at=now(), batch=batch, leaves_gaps=True)
    said = _("“%(name)s” is done.") % {"name": chosen.name}
    missing = [str(GAPS.get(name, name)) for name in use.changes.get("missing", [])]
    if missing:
        said += " " + _("Fill in: %(gaps)s.") % {"gaps": ", ".join(missing)}
    event = "inbox-next" if "ending" in chosen.steps else "inbox-open"
    answer = after(
        said, undo=undo_url("macro", conversation=found.pk, batch=batch), event=event, detail={"id": found.pk}
    )
    return with_event(answer, "close-dialog")


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def bulk_run(request: Request) -> HttpResponse:
    """Offer the macros for the picked conversations, or run one on each of them, each in a transaction of its own."""
    if request.method == "GET":
        return _offer(request, picked(request.GET), request.path, is_bulk=True)
    chosen, numbers = _chosen(request), list(dict.fromkeys(picked(request.POST)))
    found = _within_reach(request, chosen, numbers)
    reasons: list[str] = [str(NotThere.default)] * (len(numbers) - len(found))
    batch, ran = secrets.token_hex(8), 0
    for one in found:
        reason = _refusal(request, chosen, one, batch)
        ran += not reason
        reasons += [reason] if reason else []
    undo = undo_url("macro", batch=batch) if ran else ""
    answer = after(_told(ran, reasons), undo=undo, event="inbox-picked-done")
    return with_event(answer, "close-dialog")


def _refusal(request: Request, chosen: Macro, one: Conversation, batch: str) -> str:
    """Run a macro on one of many; return why it was refused, empty when it was done."""
    try:
        with transaction.atomic():
            run_macro(chosen, one, by=request.actor, at=now(), batch=batch)
    except Refused as problem:
        return str(problem)
    return ""


def _told(ran: int, reasons: Sequence[str]) -> str:
    """Say how many were done, how many not, and why; the numbers add up to what was picked."""
    said = ngettext("Run on %(n)d conversation.", "Run on %(n)d conversations.", ran) % {"n": ran}
    if not reasons:
        return said
    counted = sorted({one: reasons.count(one) for one in reasons}.items(), key=lambda pair: -pair[1])
    why = "; ".join(f"{count} × {reason}" for reason, count in counted[:MOST_REASONS])
    left = ngettext("Not on %(n)d: %(why)s", "Not on %(n)d: %(why)s", len(reasons))
    return f"{said} {left % {'n': len(reasons), 'why': why}}"


def _offer(request: Request, numbers: Sequence[int], url: str, *, is_bulk: bool = False) -> HttpResponse:
    """Show what can be run, in a box of its own or as lines of the palette."""
    known = offered_macros(request.member)
    told = told_steps(known)
    context: dict[str, Any] = {
        "rows": [{"macro": one, "steps": told[one.pk]} for one in known],
        "keys": ",".join(str(number) for number in numbers),
        "count": len(numbers),
        "url": url,
        "is_bulk": is_bulk,
        "may_set_up": allowed(request.member, SET_UP) > Scope.NONE,
    }
    template = "inbox/_macro_palette.html" if "palette" in request.GET else "inbox/_macro_picker.html"
    return fragment(request, template, **context)


def _chosen(request: Request) -> Macro:
    said = request.POST.get("macro", "")
    rows: Any = Macro.objects.all()
    found: Macro | None = (
        rows.usable_by(request.member).filter(pk=said).first()
        if said.isdecimal() and len(said) < 19
        else None
    )
    if found is None:
        raise NotThere
    return found


def _within_reach(
    request: Request, chosen: Macro, numbers: Sequence[int], *, is_one: bool = False
) -> list[Conversation]:
    rows: Any = Conversation.objects.filter(pk__in=numbers)
    rows = rows.whole()
    for verb in verbs_of(chosen):
        rows = rows.visible_to(request.member, verb)
    found = list(rows.order_by("pk"))
    if is_one and not found:
        raise NotThere
    return found


@takes_back("macro")
def _undo_macro(request: Request, what: dict[str, Any]) -> None:
    """Take a run back on every conversation where the member may still do so."""
    uses = MacroUse.objects.filter(batch=what["batch"], member=request.member, undone_at=None)
    found = list(uses.select_related("macro", "conversation").order_by("-pk"))
    if not found:
        raise TakenBackAlready
    rows: Any = Conversation.objects.filter(pk__in=[one.conversation_id for one in found])
    seen = set(rows.visible_to(request.member, CHANGE).values_list("pk", flat=True))
    for one in found:
        if one.conversation_id in seen:
            undo_macro(one, by=request.actor, at=now())

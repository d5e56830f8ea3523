"""Consent by hand: what somebody said, purposes, sending rules, and who is not written to."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import done, fragment, redirect, say, with_event
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.messaging.actions.confirming import say_consent
from regulars.messaging.actions.consenting import (
    add_purpose,
    change_purpose,
    set_sending_rule,
)
from regulars.messaging.actions.suppressing import lift_suppression, suppress
from regulars.messaging.forms import CLASSES, ConsentForm, PurposeForm, SendingRuleForm, SuppressionForm
from regulars.messaging.models import ConsentState, Purpose, SendingRule, Suppression, SuppressionReason
from regulars.messaging.queries.consent import standings
from regulars.people.models import Person
from regulars.team.gate import needs
from regulars.team.rules import may, reaches

MOST = 200


@require_http_methods(["GET", "HEAD", "POST"])
@needs("consent.change")
def consent(request: Request, person_id: int) -> HttpResponse:
    """Write down what a person said about a purpose."""
    person = Person.objects.visible_to(request.member).filter(pk=person_id).first()
    if person is None:
        raise NotThere
    require(reaches(request.member, "consent.change", person))
    form = ConsentForm(standings(person), request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        about = form.shown[said["about"]]
        entry = say_consent(
            about.identity, about.purpose, said["state"], channel_kind=about.channel_kind, source=said["source"],
            proof=said["proof"], by=request.actor, at=now(),
        )  # fmt: skip
        is_asked = said["state"] != entry.state == ConsentState.PENDING
        words = (
            _("Written down. They confirm it by a link we mail them.")
            if is_asked
            else _("Written into the ledger.")
        )
        return with_event(with_event(done(words), "close-dialog"), "consent-changed")
    status = 422 if form.errors else 200
    return fragment(request, "messaging/_consent_form.html", status=status, form=form, person=person)


@require_safe
@needs("purposes.change")
def purposes(request: Request) -> HttpResponse:
    """Show what people can agree to, and how much of it is enough."""
    rules = {one.message_class: one for one in SendingRule.objects.all()}
    found = [{"key": key, "label": label, "rule": rules.get(key)} for key, label in CLASSES]
    return render(request, "messaging/purposes.html", {"purposes": Purpose.objects.all(), "rules": found})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("purposes.change")
def new_purpose(request: Request) -> HttpResponse:
    """Add a purpose."""
    return _purpose_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("purposes.change")
def purpose(request: Request, purpose_id: int) -> HttpResponse:
    """Show and change a purpose."""
    found = Purpose.objects.filter(pk=purpose_id).first()
    if found is None:
        raise NotThere
    return _purpose_form(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("purposes.change")
def sending_rule(request: Request, message_class: str) -> HttpResponse:
    """Show and change how much of a class is enough, and when people sleep."""
    labels = dict(CLASSES)
    if message_class not in labels:
        raise NotThere
    rule = SendingRule.objects.filter(pk=message_class).first() or SendingRule(pk=message_class)
    form = SendingRuleForm(request.POST or None, initial=SendingRuleForm.of(rule))

    def work() -> None:
        set_sending_rule(message_class, **form.cleaned_data, by=request.actor)

    title = _("Limits of: %(class)s") % {"class": labels[message_class]}
    return _page(request, form, title, work, _("The limits are saved."), reverse("messaging:purposes"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("suppressions.see")
def suppressions(request: Request) -> HttpResponse:
    """Show who is not written to, newest first, and add to them."""
    form = SuppressionForm(request.POST or None)
    if request.method == "POST":
        require(may(request.member, "suppressions.change"))
        if form.is_valid():
            try:
                suppress(**form.cleaned_data, by=request.actor, at=now())
                say(request, _("This address is not written to any more."))
                return redirect(request, reverse("messaging:suppressions"))
            except Invalid as problem:
                form.refuse(problem)
    words = request.GET.get("q", "").strip().lower()[:100]
    rows = Suppression.objects.filter(address__contains=words) if words else Suppression.objects.all()
    context = {
        "form": form, "rows": rows[:MOST], "q": words, "count": rows[:10_000].count(),
        "may_change": may(request.member, "suppressions.change"),
    }  # fmt: skip
    return render(request, "messaging/suppressions.html", context, status=422 if form.errors else 200)


@require_POST
@needs("suppressions.change")
def suppression_removal(request: Request, suppression_id: int) -> HttpResponse:
    """Let an address be written to again."""
    row = Suppression.objects.filter(pk=suppression_id).first()
    if row is None:
        raise NotThere
    require(row.reason != SuppressionReason.COMPLAINED, _("Who reported us as spam is not written to again."))
    lift_suppression(row, by=request.actor, at=now())
    say(request, _("This address may be written to again."))
    return redirect(request, reverse("messaging:suppressions"))


def _purpose_form(request: Request, found: Purpose | None) -> HttpResponse:
    form = PurposeForm(request.POST or None, purpose=found)

    def work() -> None:
        if found is None:
            add_purpose(form.values(), by=request.actor, at=now())
        else:
            change_purpose(found, form.values(), by=request.actor, at=now())

    title = found.name if found else _("New purpose")
    return _page(request, form, title, work, _("The purpose is saved."), reverse("messaging:purposes"))


def _page(request: Request, form: Any, title: str, work: Any, words: str, back: str) -> HttpResponse:
    """Show a form as a page, or do its work and go back."""
    if request.method == "POST" and form.is_valid():
        try:
            work()
            say(request, words)
            return redirect(request, back)
        except Invalid as problem:
            form.refuse(problem)
    context = {"form": form, "title": title, "back": back}
    return render(request, "messaging/form.html", context, status=422 if form.errors else 200)

"""Templates: the settings page where they are written, and the picker that puts one into an answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.inbox.actions.templates import (
    archive_template,
    change_template,
    create_template,
    load_starters,
    restore_template,
    starters,
    use_template,
)
from regulars.inbox.forms import TemplateForm
from regulars.inbox.models import Conversation, Likeness, LinkedArticle, Situation, Template
from regulars.inbox.queries.suggestions import last_question, like_numbers, suggested
from regulars.inbox.queries.templates import GAPS, offered, with_outcomes
from regulars.inbox.views.boxes import away_or_back, box, closed
from regulars.kit.answers import Seeker, offers_for
from regulars.kit.clock import now
from regulars.kit.htmx import done, fragment
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs

CHANGE, CHANGED, ANSWER = "templates.change", "templates-changed", "conversations.answer"


@require_GET
@needs(CHANGE)
def templates(request: Request) -> HttpResponse:
    """Show all templates by situation, with how they fared."""
    rows: Any = Template.objects.select_related("team").prefetch_related("versions")
    known = list(with_outcomes(rows))
    live = [one for one in known if one.archived_at is None]
    groups = [
        {"label": label, "rows": [one for one in live if one.situation == value]}
        for value, label in Situation.choices
    ]
    away = [one for one in known if one.archived_at is not None]
    lacks = sum(1 for one in known if one.starter) < len(starters())
    articles = list(LinkedArticle.objects.all())
    context = {
        "groups": [group for group in groups if group["rows"]],
        "away": away,
        "lacks_starters": lacks,
        "articles": articles,
        "likeness": Likeness.objects.defer("space", "rows").order_by("-pk").first(),
    }
    template = "inbox/_templates.html" if request.headers.get("HX-Request") else "inbox/templates.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_template(request: Request) -> HttpResponse:
    """Write a template."""
    form = TemplateForm(request.POST or None)

    def work() -> HttpResponse:
        made = create_template(_values(form), by=request.actor, at=now())
        return closed(_("“%(name)s” can be used now: type / in an answer.") % {"name": made.name}, CHANGED)

    return _box(request, form, _("New template"), _("Keep the template"), work)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_template(request: Request, template_id: int) -> HttpResponse:
    """Change a template."""
    found = _template(template_id)
    first = {name: getattr(found, name) for name in ("name", "situation", "note")}
    first |= {"team": str(found.team_id or "")}
    first |= {f"body_{language}": body for language, body in found.texts().items()}
    form = TemplateForm(request.POST or None, initial=first)

    def work() -> HttpResponse:
        change_template(found, _values(form), by=request.actor)
        return closed(_("Template saved."), CHANGED)

    return _box(request, form, found.name, _("Save the template"), work)


@require_POST
@needs(CHANGE)
def template_archive(request: Request, template_id: int) -> HttpResponse:
    """Put a template away, or take it out again."""
    found = _template(template_id)
    return away_or_back(
        request, found, found.name, archive=archive_template, restore=restore_template, event=CHANGED
    )


@require_POST
@needs(CHANGE)
def template_starters(request: Request) -> HttpResponse:
    """Add the templates to begin with."""
    count = load_starters(by=request.actor, at=now())
    said = (
        _("%(count)d templates added, in five languages.") % {"count": count}
        if count
        else _("They are all here.")
    )
    return done(said, event=CHANGED)


@require_GET
@needs(ANSWER)
def picker(request: Request, conversation_id: int) -> HttpResponse:
    """Offer templates, and past answers to like questions, for an answer that is being written."""
    found = _conversation(request, conversation_id)
    words = request.GET.get("q", "")[:80]
    context: dict[str, Any] = {
        "conversation": found,
        "templates": offered(request.member, words, [] if words else like_numbers(found, "template"))[:8],
        "offers": _offers(request, found, words),
        "answers": [] if words else suggested(found, request.member, 3),
    }
    return fragment(request, "inbox/_picker.html", **context)


@require_POST
@needs(ANSWER)
def insertion(request: Request, conversation_id: int, template_id: int) -> HttpResponse:
    """Fill a template for this customer, and count that it was used."""
    found = _conversation(request, conversation_id)
    rows: Any = Template.objects.filter(pk=template_id)
    template = rows.usable_by(request.member).first()
    if template is None:
        raise NotThere
    language, filled = use_template(
        template, found, member=request.member, language=request.POST.get("language", ""), at=now()
    )
    missing = [str(GAPS.get(name, name)) for name in filled.missing]
    said = _("Fill in: %(gaps)s.") % {"gaps": ", ".join(missing)} if missing else ""
    return JsonResponse(
        {"text": filled.text, "language": language, "missing": list(filled.missing), "said": said}
    )


def _offers(request: Request, found: Conversation, words: str) -> list[dict[str, Any]]:
    """Return what other sources offer: by the words typed, else by what the customer asked."""
    question = "" if words else last_question(found)
    language = found.person.language if found.person else ""
    seeker = Seeker(request.member, words, question, language, most=5 if words else 3)
    return [
        {"source": source, "offer": one, "id": f"offer-{source.name}-{place}"}
        for source, offers in offers_for(seeker)
        for place, one in enumerate(offers)
    ]


def _conversation(request: Request, conversation_id: int) -> Conversation:
    rows: Any = Conversation.objects.select_related("person")
    found: Conversation | None = rows.visible_to(request.member, ANSWER).filter(pk=conversation_id).first()
    if found is None:
        raise NotThere
    return found


def _template(template_id: int) -> Template:
    found = Template.objects.filter(pk=template_id).first()
    if found is None:
        raise NotThere
    return found


def _box(request: Request, form: TemplateForm, title: str, submit: str, work: Any) -> HttpResponse:
    first = [form[name] for name in ("name", "situation", "note", "team")]
    bodies = [form[name] for name in form.fields if name.startswith("body_")]
    gaps = [("{{ %s }}" % name, label) for name, label in GAPS.items()]  # noqa: UP031
    return box(
        request, form, title=title, submit=submit, work=work, template="inbox/_template_box.html", first=first,
        bodies=bodies, gaps=gaps,
    )  # fmt: skip


def _values(form: TemplateForm) -> dict[str, Any]:
    values = {name: form.cleaned_data[name] for name in ("name", "situation", "note", "team")}
    return {**values, "texts": form.texts()}

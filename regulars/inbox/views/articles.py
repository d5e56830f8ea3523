"""Linked articles: their settings beside the templates, and how one is put into an answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.inbox.actions.articles import (
    FIELDS,
    archive_article,
    change_article,
    create_article,
    restore_article,
)
from regulars.inbox.engine.links import link_text
from regulars.inbox.forms import ArticleForm
from regulars.inbox.models import LinkedArticle
from regulars.inbox.queries.writing import goes_by_letter
from regulars.inbox.rules import ANSWER
from regulars.inbox.views.boxes import away_or_back, box, closed
from regulars.inbox.views.common import find
from regulars.kit.answers import picked_offer
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs

CHANGE, CHANGED = "templates.change", "templates-changed"


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_article(request: Request) -> HttpResponse:
    """Write down an article."""
    form = ArticleForm(request.POST or None)

    def work() -> HttpResponse:
        made = create_article(_values(form), by=request.actor, at=now())
        return closed(_("“%(name)s” can be used in answers.") % {"name": made.title}, CHANGED)

    return box(request, form, title=_("New article"), submit=_("Add the article"), work=work)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_article(request: Request, article_id: int) -> HttpResponse:
    """Change an article."""
    found = _article(article_id)
    form = ArticleForm(request.POST or None, initial={name: getattr(found, name) for name in FIELDS})

    def work() -> HttpResponse:
        change_article(found, _values(form), by=request.actor)
        return closed(_("Article saved."), CHANGED)

    return box(request, form, title=found.title, submit=_("Save the article"), work=work)


@require_POST
@needs(CHANGE)
def article_archive(request: Request, article_id: int) -> HttpResponse:
    """Put an article away, or take it out again."""
    found = _article(article_id)
    return away_or_back(
        request, found, found.title, archive=archive_article, restore=restore_article, event=CHANGED
    )


@require_POST
@needs(ANSWER)
def offer_insertion(
    request: Request, conversation_id: int, answer_source: str, answer_key: str
) -> HttpResponse:
    """Return what a source's offer puts into an answer: its words, and a link as this channel shows one."""
    found = find(request, conversation_id, ANSWER)
    offer = picked_offer(answer_source, answer_key, request.member)
    if offer is None:
        raise NotThere
    text = link_text(offer.title, offer.text, offer.url, is_letter=goes_by_letter(found))
    return JsonResponse({"text": text, "language": offer.language, "missing": [], "said": ""})


def _article(article_id: int) -> LinkedArticle:
    found = LinkedArticle.objects.filter(pk=article_id).first()
    if found is None:
        raise NotThere
    return found


def _values(form: ArticleForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in FIELDS}

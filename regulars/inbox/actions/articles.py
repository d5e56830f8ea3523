"""Linked articles: written down, changed, put away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.inbox.events import ArticleChanged
from regulars.inbox.models import LinkedArticle
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid
from regulars.people.actions.reading import Reading

LENGTHS = {"title": 120, "url": 500, "summary": 300, "keywords": 300, "note": 300}
FIELDS = (*LENGTHS, "language")


@transaction.atomic
def create_article(values: Mapping[str, Any], *, by: Actor, at: datetime) -> LinkedArticle:
    """Write down a page that answers a question; title and address are needed."""
    article = LinkedArticle(created_at=at)
    _take_over(article, {"title": "", "url": "", **values})
    _store(article)
    _announce(article, by, changed({}, _told(article)))
    return article


@transaction.atomic
def change_article(article: LinkedArticle, values: Mapping[str, Any], *, by: Actor) -> LinkedArticle:
    """Change what is written down of a page."""
    before = _told(article)
    _take_over(article, values)
    changes = changed(before, _told(article))
    if changes:
        _store(article)
        _announce(article, by, changes)
    return article


@transaction.atomic
def archive_article(article: LinkedArticle, *, by: Actor, at: datetime) -> None:
    """Put an article away: nobody is offered it any more."""
    article.archived_at = at
    article.save(update_fields=["archived_at"])
    _announce(article, by, {"archived_at": [None, at.isoformat()]})


@transaction.atomic
def restore_article(article: LinkedArticle, *, by: Actor) -> None:
    """Take an article out again."""
    before = article.archived_at
    article.archived_at = None
    article.save(update_fields=["archived_at"])
    _announce(article, by, {"archived_at": [before and before.isoformat(), None]})


def _take_over(article: LinkedArticle, values: Mapping[str, Any]) -> None:
    reading = Reading()
    for name, most in LENGTHS.items():
        if name in values:
            setattr(article, name, reading.text(name, values[name], most))
    if "language" in values:
        article.language = values["language"] or ""
        if article.language and article.language not in dict(settings.LANGUAGES):
            reading.refuse("language", _("There is no such language here."))
    if not article.title:
        reading.refuse("title", _("This can't be blank."))
    if not _is_address(article.url):
        reading.refuse("url", _("A whole address is needed, beginning with https:// or http://."))
    for name in values.keys() - set(FIELDS):
        reading.refuse(name, _("There is no such field."))
    reading.finish()


def _is_address(said: str) -> bool:
    try:
        parts = urlsplit(said)
    except ValueError:
        return False
    # A bracket or a space would end the link in the answer.
    is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_whole and not any(sign in said for sign in ' ()<>"\\')


def _store(article: LinkedArticle) -> None:
    try:
        with transaction.atomic():
            article.save()
    except IntegrityError as problem:
        raise Invalid({"url": _("This address is here already, in this language.")}) from problem


def _told(article: LinkedArticle) -> dict[str, Any]:
    return {name: getattr(article, name) for name in FIELDS}


def _announce(article: LinkedArticle, by: Actor, changes: dict[str, list[Any]]) -> None:
    announce(ArticleChanged(article_id=article.pk, name=article.title), by=by, changes=changes)

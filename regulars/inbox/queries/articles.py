"""Linked articles as a source of answers: found by typed words, or by the words of a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.inbox.models import LinkedArticle
from regulars.inbox.queries.suggestions import words_of
from regulars.kit.answers import AnswerSource, Offer, Seeker
from regulars.people.engine.names import fold

NAME = "articles"
# The beginning of a word stands for its forms: "refund" finds "refunds" and "refunded".
STEM = 5
LEAST = 2
# Words that say what a page is about weigh more than those of its summary.
WEIGHTS = (("title", 2), ("keywords", 3), ("note", 1), ("summary", 1))


def article_source() -> AnswerSource:
    """Return the source that offers linked articles."""
    return AnswerSource(NAME, _("Article"), "book", _offer, _pick, order=10)


def _offer(seeker: Seeker) -> Sequence[Offer]:
    rows = list(LinkedArticle.objects.live())
    typed = fold(seeker.typed).split()
    if typed:
        found = [one for one in rows if all(word in _folded(one) for word in typed)]
    else:
        ranked = sorted(((_fit(one, seeker.question), one) for one in rows), key=lambda pair: -pair[0])
        found = [one for fit, one in ranked if fit >= LEAST]
    # Their own language first, then pages for everybody, then the others.
    order = {seeker.language: 0, "": 1}
    found.sort(key=lambda one: order.get(one.language, 2))
    return [_as_offer(one) for one in found[: seeker.most]]


def _pick(_seer: Any, key: str) -> Offer | None:
    number = int(key) if key.isdecimal() and len(key) < 19 else 0
    found = LinkedArticle.objects.live().filter(pk=number).first()
    return _as_offer(found) if found else None


def _as_offer(one: LinkedArticle) -> Offer:
    return Offer(str(one.pk), one.title, url=one.url, when=one.note or one.summary, language=one.language)


def _fit(article: LinkedArticle, question: str) -> int:
    asked = {word[:STEM] for word in words_of(question)}
    return sum(
        weight * len(asked & {word[:STEM] for word in words_of(getattr(article, name))})
        for name, weight in WEIGHTS
    )


def _folded(one: LinkedArticle) -> str:
    return fold(" ".join((one.title, one.keywords, one.note, one.summary)))

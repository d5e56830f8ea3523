"""What may go into an answer: each room offers its own (articles, guides, products) to `/` and to suggestions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Offer:
    """Something to put into an answer: words, a link, or both; `key` is what its source finds it by again.

    `when` says when to use it, `language` is the language of what it leads to, empty when that does not matter.
    """

    key: str
    title: str
    text: str = ""
    url: str = ""
    when: str = ""
    language: str = ""


@dataclass(frozen=True)
class Seeker:
    """For whom something is looked for: typed words narrow it, without any the question says what fits."""

    seer: Any
    typed: str = ""
    question: str = ""
    language: str = ""
    most: int = 5


@dataclass(frozen=True)
class AnswerSource:
    """A room's offers: `offer` returns the best for a seeker, best first; `pick` one by its key, None when it is gone or not theirs."""

    name: str
    label: str | Promise
    icon: str
    offer: Callable[[Seeker], Sequence[Offer]]
    pick: Callable[[Any, str], Offer | None]
    order: int = 100


_sources: dict[str, AnswerSource] = {}


def register_answer_source(source: AnswerSource) -> None:
    """Offer something to answers; the same name again replaces it."""
    _sources[source.name] = source


def answer_sources() -> list[AnswerSource]:
    """Return all sources in their order."""
    return sorted(_sources.values(), key=lambda one: (one.order, one.name))


def offers_for(seeker: Seeker) -> list[tuple[AnswerSource, Sequence[Offer]]]:
    """Return what each source offers, without those that have nothing."""
    found = [(source, source.offer(seeker)) for source in answer_sources()]
    return [(source, offers) for source, offers in found if offers]


def picked_offer(name: str, key: str, seer: Any) -> Offer | None:
    """Return one offer by its source and key."""
    source = _sources.get(name)
    return source.pick(seer, key) if source else None

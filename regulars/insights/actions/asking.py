"""Asking with a memory: what was counted once of the same facts is not counted again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, F, Func, Q, Value

from regulars.insights.facts.reading import asked_facts
from regulars.insights.models import Crowd, HeldAnswer
from regulars.insights.queries.answers import Answer
from regulars.insights.queries.asking import (
    Question,
    compute_people,
    held_answers,
    is_narrowed,
    key_of,
    pack,
    tree_of,
    unpack,
)
from regulars.insights.queries.definitions import defined, definitions
from regulars.insights.queries.wishes import Count, Wish, counting
from regulars.kit.clock import now
from regulars.kit.metrics import Metric
from regulars.people.models import View

KEPT_DAYS, CROWD_DAYS = 2, 30


class NotKept(Exception):
    """What a page asks has not been counted yet of these facts for this reach."""


def ask_metric(metric: Metric, question: Question, seer: Any, *, by: str = "") -> Answer:
    """Answer a question, from what is kept or by counting, and keep the answer."""
    ask = defined(metric, question.ask(by=by))
    return ask_all([Wish(metric, ask, tree_of(question, seer))], seer)[0]


def ask_all(wishes: Sequence[Wish], seer: Any) -> list[Answer]:
    """Answer several questions in their order, from what is kept or by counting; each answer is kept once it is there."""
    keys, kept = _kept(wishes, seer)
    if all(one is not None for one in kept):
        return [one for one in kept if one is not None]
    with asked_facts() as facts:
        count = counting(facts, seer)
        return [
            one or _keep(key, count([wish])[0]) for key, wish, one in zip(keys, wishes, kept, strict=True)
        ]


def keeping(seer: Any) -> Count:
    """Return what answers a page's questions with a memory."""
    return lambda wishes: ask_all(wishes, seer)


def only_kept(seer: Any) -> Count:
    """Return what answers a page's questions from memory alone; raises NotKept where one would have to be counted."""

    def remember(wishes: Sequence[Wish]) -> list[Answer]:
        found = [one for one in _kept(wishes, seer)[1] if one is not None]
        if len(found) < len(wishes):
            raise NotKept
        return found

    return remember


def held_before(asked: Sequence[tuple[Metric, str]], question: Question, seer: Any) -> list[Answer | None]:
    """Return the answers that are kept already, in the order of the metrics asked, with one question to the database."""
    tree = tree_of(question, seer)
    fixed = definitions()
    wishes = [Wish(metric, defined(metric, question.ask(by=by), fixed), tree) for metric, by in asked]
    return _kept(wishes, seer)[1]


def _kept(wishes: Sequence[Wish], seer: Any) -> tuple[list[str], list[Answer | None]]:
    """Return the key of each question, and what is kept under it and still good."""
    keys = [key_of(one.metric, one.ask, one.tree, seer) for one in wishes]
    held = held_answers({key: is_narrowed(one.tree, seer) for key, one in zip(keys, wishes, strict=True)})
    return keys, [
        unpack(one.metric, one.ask, held[key]) if key in held else None
        for key, one in zip(keys, wishes, strict=True)
    ]


def _keep(key: str, found: Answer) -> Answer:
    HeldAnswer.objects.update_or_create(key=key, defaults={"body": pack(found), "made_at": now()})
    return found


def gather_crowd(
    metric: Metric, question: Question, seer: Any, *, by: str = "", only: str | None = None, cell: int | None = None,
    label: str = "",
) -> Crowd:  # fmt: skip
    """Keep the people behind a figure, so that lists can be narrowed to them; the same figure gives the same crowd."""
    tree, ask = tree_of(question, seer), defined(metric, question.ask(by=by, only=only, cell=cell))
    key = key_of(metric, ask, tree, seer)
    token = hashlib.blake2b(key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16).hexdigest()
    numbers = compute_people(metric, ask, tree, seer)
    values = {"label": label[:200], "person_ids": numbers, "made_at": now()}
    return Crowd.objects.update_or_create(token=token, defaults=values)[0]


@transaction.atomic
def forget_person(number: int) -> None:
    """Take an erased person out of the crowds they stand in, and let go of all figures that may have counted them."""
    kept = Func(F("person_ids"), Value(number, output_field=BigIntegerField()), function="array_remove")
    Crowd.objects.filter(person_ids__contains=[number]).update(person_ids=kept)
    # A figure does not say whom it counted, and one of a single person tells of nobody else.
    HeldAnswer.objects.all().delete()


def sweep_answers(at: datetime) -> int:
    """Let go of answers and crowds that nobody needs any more; a crowd that a saved list names stays."""
    gone = HeldAnswer.objects.filter(made_at__lt=at - timedelta(days=KEPT_DAYS)).delete()[0]
    for crowd in Crowd.objects.filter(made_at__lt=at - timedelta(days=CROWD_DAYS)).only("token"):
        if not View.objects.filter(Q(filter__icontains=crowd.token)).exists():
            gone += Crowd.objects.filter(pk=crowd.pk).delete()[0]
    return gone

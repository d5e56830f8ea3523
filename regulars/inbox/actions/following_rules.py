"""Rules on arrival at work: what is done by itself when a conversation begins, and once more when asked-for facts came."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.inbox.actions.answering import answer_by_template
from regulars.inbox.actions.asking import GAP, ask_for_facts, note_followed
from regulars.inbox.actions.assigning import (
    NobodyFree,
    Way,
    assign_conversation,
    give_to_somebody,
    hand_to_team,
    need_skills,
)
from regulars.inbox.actions.giving_again import keep_ungiven
from regulars.inbox.actions.moving import locked, moved
from regulars.inbox.actions.running import run_macro
from regulars.inbox.actions.starting import start_task
from regulars.inbox.actions.work import set_priority, tag_conversation
from regulars.inbox.engine.gaps import gaps_in
from regulars.inbox.models import ArrivalRule, Conversation, Template
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.filters import Asker, BadFilter
from regulars.kit.filters.queryset import filtered
from regulars.kit.refused import Refused

log = logging.getLogger(__name__)


def follow_rules(
    conversation: Conversation, *, at: datetime, done: Collection[int] = ()
) -> list[ArrivalRule]:
    """Do what the rules say of a conversation, except those that did it already; one that can't keeps no other from it."""
    followed = []
    rows = ArrivalRule.objects.filter(is_active=True).exclude(pk__in=list(done))
    for rule in rows.select_related("team", "assignee", "answer", "macro"):
        try:
            with transaction.atomic():
                if _fits(rule, conversation):
                    _follow(rule, conversation, at)
                    followed.append(rule)
        except Refused as problem:
            log.warning("Rule %s could not be followed: %s", rule.pk, problem)
            _say(rule, conversation, problem, at)
    note_followed(conversation, [rule.pk for rule in followed])
    return followed


def _fits(rule: ArrivalRule, conversation: Conversation) -> bool:
    rows = Conversation.objects.filter(pk=conversation.pk)
    try:
        return filtered(rows, rule.filter, "conversation", Asker(now=now())).exists()
    except BadFilter as problem:
        log.warning("Rule %s has a filter that is no longer understood: %s", rule.pk, problem)
        return False


def _follow(rule: ArrivalRule, conversation: Conversation, at: datetime) -> None:
    by = _actor(rule)
    if rule.team is not None:
        hand_to_team(conversation, rule.team, by=by, at=at)
    if rule.priority is not None:
        set_priority(conversation, rule.priority, by=by, at=at)
    if rule.tags.strip():
        tag_conversation(conversation, rule.tags.split(","), by=by, at=at)
    if rule.skill_ids:
        need_skills(conversation, rule.skill_ids, by=by, at=at)
    conversation.refresh_from_db()
    _give(rule, conversation, by, at)
    conversation.refresh_from_db()
    for deed in (_start, _run, _ask, _answer):
        _try(deed, rule, conversation, at)
        conversation.refresh_from_db()


def _give(rule: ArrivalRule, conversation: Conversation, by: Actor, at: datetime) -> None:
    """Give it to somebody; when nobody can take it, it stays with nobody for now and says why."""
    if rule.assignee is not None:
        assign_conversation(conversation, rule.assignee, by=by, at=at)
    elif rule.turn:
        way: Way = "load" if rule.turn == "load" else "turn"
        try:
            give_to_somebody(conversation, way, by=by, at=at)
        except NobodyFree as problem:
            moved(locked(conversation), "nobody_free", by=by, at=at, reason=str(problem))
            keep_ungiven(conversation, way, by=by, at=at)


def _try(deed: Callable[..., object], rule: ArrivalRule, conversation: Conversation, at: datetime) -> None:
    """Do one deed of a rule by itself: what it refuses is said in the conversation, and the others are done."""
    try:
        with transaction.atomic():
            deed(rule, conversation, at)
    except Refused as problem:
        _say(rule, conversation, problem, at)


def _say(rule: ArrivalRule, conversation: Conversation, problem: Refused, at: datetime) -> None:
    moved(locked(conversation), "stopped", by=_actor(rule), at=at, reason=str(problem)[:300])


def _start(rule: ArrivalRule, conversation: Conversation, at: datetime) -> None:
    if rule.task:
        start_task(conversation, rule.task, hours=rule.task_hours, whom=rule.task_for, by=_actor(rule), at=at)


def _run(rule: ArrivalRule, conversation: Conversation, at: datetime) -> None:
    if rule.macro is not None and rule.macro.archived_at is None:
        run_macro(rule.macro, conversation, by=_actor(rule), at=at)


def _ask(rule: ArrivalRule, conversation: Conversation, at: datetime) -> None:
    if rule.ask:
        ask_for_facts(conversation, rule.ask, template=_live_answer(rule), by=_actor(rule), at=at)


def _answer(rule: ArrivalRule, conversation: Conversation, at: datetime) -> None:
    """Answer with the rule's template, unless it asked with it just now, or the template only asks and all is known."""
    template = _live_answer(rule)
    if template is None or (rule.ask and _asked_by(rule, conversation)):
        return
    texts = template.texts().values()
    if rule.ask and any(GAP in gaps_in(text) for text in texts):
        return
    answer_by_template(conversation, template, by=_actor(rule), at=at)


def _live_answer(rule: ArrivalRule) -> Template | None:
    return rule.answer if rule.answer is not None and rule.answer.archived_at is None else None


def _asked_by(rule: ArrivalRule, conversation: Conversation) -> bool:
    return conversation.lines.filter(kind="asked", actor_label=_actor(rule).label[:200]).exists()


def _actor(rule: ArrivalRule) -> Actor:
    return Actor.clock(_("Rule “%(name)s”") % {"name": rule.name})

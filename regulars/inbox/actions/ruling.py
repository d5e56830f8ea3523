"""Rules on arrival: what is done by itself when a conversation begins."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from regulars.inbox.actions.assigning import assign_conversation, give_to_somebody, hand_to_team
from regulars.inbox.actions.work import set_priority, tag_conversation
from regulars.inbox.events import ArrivalRuleChanged
from regulars.inbox.models import ArrivalRule, Conversation
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, changed
from regulars.kit.filters import Asker, BadFilter, parse
from regulars.kit.filters.queryset import filtered
from regulars.kit.refused import Invalid, Refused
from regulars.messaging.models import Message
from regulars.people.actions.todos import create_task

log = logging.getLogger(__name__)
FIELDS = ("name", "is_active", "filter", "team_id", "assignee_id", "turn", "priority", "tags", "task")


def follow_rules(conversation: Conversation, message: Message, *, at: datetime) -> list[ArrivalRule]:
    """Do what the rules say of a conversation that has just begun; one that can't be followed keeps no other from it."""
    followed = []
    for rule in ArrivalRule.objects.filter(is_active=True).select_related("team", "assignee"):
        try:
            with transaction.atomic():
                if _fits(rule, conversation):
                    _follow(rule, conversation, at)
                    followed.append(rule)
        except Refused as problem:
            log.warning("Rule %s could not be followed: %s", rule.pk, problem)
    return followed


def _fits(rule: ArrivalRule, conversation: Conversation) -> bool:
    rows = Conversation.objects.filter(pk=conversation.pk)
    try:
        return filtered(rows, rule.filter, "conversation", Asker(now=now())).exists()
    except BadFilter as problem:
        log.warning("Rule %s has a filter that is no longer understood: %s", rule.pk, problem)
        return False


def _follow(rule: ArrivalRule, conversation: Conversation, at: datetime) -> None:
    by = Actor.clock(_("Rule “%(name)s”") % {"name": rule.name})
    if rule.team is not None:
        hand_to_team(conversation, rule.team, by=by, at=at)
    if rule.priority is not None:
        set_priority(conversation, rule.priority, by=by, at=at)
    if rule.tags.strip():
        tag_conversation(conversation, rule.tags.split(","), by=by, at=at)
    conversation.refresh_from_db()
    if rule.assignee is not None:
        assign_conversation(conversation, rule.assignee, by=by, at=at)
    elif rule.turn == "load":
        give_to_somebody(conversation, "load", by=by, at=at)
    elif rule.turn:
        give_to_somebody(conversation, "turn", by=by, at=at)
    conversation.refresh_from_db()
    if rule.task:
        values = {"title": rule.task, "assignee": conversation.assignee_id}
        create_task(values, about=conversation.person, by=by, at=at)


@transaction.atomic
def save_arrival_rule(rule: ArrivalRule | None, values: Mapping[str, Any], *, by: Actor) -> ArrivalRule:
    """Make a rule on arrival, or change one; its filter is checked first."""
    found = rule or ArrivalRule(
        position=(ArrivalRule.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    )
    before = {name: getattr(found, name) for name in FIELDS} if rule else {}
    for name, value in values.items():
        setattr(found, name, value)
    if not found.name.strip():
        raise Invalid({"name": _("This can't be blank.")})
    parse(found.filter or {}, "conversation", Asker(now=now()))
    found.save()
    changes = changed(before, {name: getattr(found, name) for name in FIELDS})
    announce(ArrivalRuleChanged(rule_id=found.pk, name=found.name), by=by, changes=changes)
    return found


@transaction.atomic
def delete_arrival_rule(rule: ArrivalRule, *, by: Actor) -> None:
    """Throw a rule on arrival away; what it did stays."""
    number, before = rule.pk, {name: [getattr(rule, name), None] for name in FIELDS}
    event = ArrivalRuleChanged(rule_id=number, name=rule.name, is_deleted=True)
    rule.delete()
    announce(event, by=by, changes=before)

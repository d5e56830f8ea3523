"""Rules on arrival, as they are made and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from regulars.inbox.events import ArrivalRuleChanged
from regulars.inbox.models import ArrivalRule
from regulars.inbox.queries.facts import fact_labels
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, changed
from regulars.kit.filters import Asker, parse
from regulars.kit.refused import Invalid

FIELDS = (
    "name", "is_active", "filter", "team_id", "assignee_id", "turn", "skill_ids", "priority", "tags", "task", "task_hours",
    "task_for", "macro_id", "answer_id", "ask",
)  # fmt: skip


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
    unknown = set(found.ask) - fact_labels().keys()
    if unknown:
        raise Invalid({"ask": _("One of these can't be asked for any more.")})
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

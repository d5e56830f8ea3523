"""Which skills a conversation needs, and who has them."""

from __future__ import annotations

from django.db.models import Q

from regulars.inbox.models import Conversation
from regulars.inbox.models.skills import Skill


def skills_needed(conversation: Conversation) -> list[Skill]:
    """Return the skills whoever is given a conversation must have: those rules asked for and those of its channel."""
    wanted = Q(pk__in=conversation.skill_ids) | Q(channels=conversation.channel_id)
    return list(Skill.objects.filter(wanted).distinct().order_by("name"))


def skill_choices() -> list[tuple[str, str]]:
    """Return all skills by number and name."""
    return [(str(number), name) for number, name in Skill.objects.values_list("pk", "name")]

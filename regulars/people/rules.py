from __future__ import annotations

from regulars.kit.actor import Actor
from regulars.people.models import Person
from regulars.team.models import ApiKey, Member
from regulars.team.rules import Seer, reaches


def seer_of(by: Actor) -> Seer | None:
    """Return the member or key behind an actor, to tell what an answer to them may name; the clock is nobody."""
    if by.member_id is not None:
        return Member.objects.active().filter(pk=by.member_id).first()
    if by.kind == "key" and by.id is not None:
        return ApiKey.objects.filter(pk=by.id, revoked_at__isnull=True).first()
    return None


def can_name(by: Actor, person: Person) -> bool:
    """Tell whether an answer to this actor may name the person."""
    return not person.is_deleted and reaches(seer_of(by), "people.see", person)

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.team.events import SecondStepChanged
from regulars.team.models import Member


@transaction.atomic
def note_second_step(member: Member, kind: str, *, added: bool, by: Actor) -> None:
    """Write down that a member added or removed a passkey, an authenticator app or recovery codes."""
    change: list[str | None] = [None, kind] if added else [kind, None]
    announce(SecondStepChanged(id=member.pk, name=str(member)), by=by, changes={"second_step": change})


@transaction.atomic
def reset_second_step(member: Member, *, by: Actor) -> int:
    """Remove a member's passkeys, app and codes, for when their device is lost; return how many there were."""
    kinds = sorted(Authenticator.objects.filter(user_id=member.pk).values_list("type", flat=True))
    Authenticator.objects.filter(user_id=member.pk).delete()
    if kinds:
        announce(
            SecondStepChanged(id=member.pk, name=str(member)),
            by=by,
            changes={"second_step": [", ".join(kinds), None]},
        )
    return len(kinds)

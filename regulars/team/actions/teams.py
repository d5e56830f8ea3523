from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.live import end_tickets
from regulars.kit.refused import Invalid
from regulars.team.events import TeamChanged, TeamDeleted, TeamMade
from regulars.team.models import Member, Team


@transaction.atomic
def create_team(name: str, *, by: Actor, members: Sequence[Member] = ()) -> Team:
    """Make a group of members who share customers."""
    team = Team.objects.create(name=_clean(name, None))
    team.members.set(members)
    _end_tickets(members)
    announce(TeamMade(id=team.pk, name=team.name), by=by, changes=changed({}, _state(team)))
    return team


@transaction.atomic
def change_team(team: Team, name: str, *, by: Actor, members: Sequence[Member] | None = None) -> Team:
    """Rename a team or choose its members anew."""
    before = _state(team)
    team.name = _clean(name, team)
    team.save(update_fields=["name"])
    if members is not None:
        _end_tickets({*team.members.all()} ^ {*members})
        team.members.set(members)
    if changes := changed(before, _state(team)):
        announce(TeamChanged(id=team.pk, name=team.name), by=by, changes=changes)
    return team


@transaction.atomic
def delete_team(team: Team, *, by: Actor) -> None:
    """Delete a team; its customers and members stay, without it."""
    number, before = team.pk, _state(team)
    _end_tickets(team.members.all())
    team.delete()
    announce(TeamDeleted(id=number, name=team.name), by=by, changes=changed(before, dict.fromkeys(before)))


def _end_tickets(members: Iterable[Member]) -> None:
    """Let members who came or left hear what their teams hear now, and no more."""
    for one in members:
        end_tickets(one.pk)


def _state(team: Team) -> dict[str, object]:
    return {"name": team.name, "members": sorted(str(member) for member in team.members.all())}


def _clean(name: str, team: Team | None) -> str:
    name = name.strip()
    if not name:
        raise Invalid({"name": _("A team needs a name.")})
    if Team.objects.filter(name__iexact=name).exclude(pk=team.pk if team else 0).exists():
        raise Invalid({"name": _("There is a team of this name already.")})
    return name

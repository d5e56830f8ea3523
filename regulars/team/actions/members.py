from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.countries import time_zones
from regulars.kit.events import announce, changed
from regulars.kit.live import end_tickets
from regulars.kit.refused import Invalid, Refused
from regulars.team.actions.addresses import clean_email
from regulars.team.events import (
    MemberChanged,
    MemberDeactivated,
    MemberJoined,
    MemberReactivated,
    PasswordChanged,
    SessionsEnded,
    SignedIn,
    SignInFailed,
)
from regulars.team.models import Business, Member, Role, Team

FIELDS = ("name", "email", "role", "job_title", "language", "time_zone")


class LastOwner(Refused):
    """Refuse to leave the business without an owner."""

    default = _("This is the last owner. Make someone else an owner first.")


class NotYourself(Refused):
    """Refuse to lock oneself out."""

    default = _("You cannot deactivate yourself. Ask another owner.")


@transaction.atomic
def join(
    email: str, name: str, *, role: str, by: Actor, password: str | None = None, teams: Sequence[Team] = ()
) -> Member:
    """Make someone a member of the team."""
    email = clean_email(email)
    if Member.objects.filter(email=email).exists():
        raise Invalid({"email": _("Someone with this e-mail is a member already.")})
    member = Member(email=email, name=name.strip(), role=role, time_zone=Business.current().time_zone)
    _check(member)
    _set_password(member, password)
    member.save()
    member.teams.set(teams)
    by = by if by.member_id else Actor("member", member.pk, str(member), by.address, by.request_id, member.pk)
    announce(MemberJoined(id=member.pk, name=str(member)), by=by, changes=changed({}, _state(member)))
    return member


@transaction.atomic
def change_member(
    member: Member, values: Mapping[str, Any], *, by: Actor, teams: Sequence[Team] | None = None
) -> Member:
    """Change a member's name, e-mail, role, teams or preferences; the last owner keeps the role."""
    member, other_owners = _lock(member)
    before = _state(member)
    for name in FIELDS:
        setattr(member, name, values.get(name, getattr(member, name)))
    _check(member)
    if before["role"] == Role.OWNER and member.role != Role.OWNER and not other_owners:
        raise LastOwner
    if teams is not None:
        member.teams.set(teams)
    if changes := changed(before, _state(member)):
        member.save(update_fields=FIELDS)
        # The sign-in library may remember the old address, which must not open this account any more.
        EmailAddress.objects.filter(user_id=member.pk).exclude(email=member.email).delete()
        if changes.keys() & {"role", "teams"}:
            end_tickets(member.pk)
        announce(MemberChanged(id=member.pk, name=str(member)), by=by, changes=changes)
    return member


@transaction.atomic
def deactivate_member(member: Member, *, by: Actor, at: datetime) -> Member:
    """Let a member sign in no more, and end their sessions; what they did stays theirs."""
    if by.member_id == member.pk:
        raise NotYourself
    member, other_owners = _lock(member)
    if member.role == Role.OWNER and not other_owners:
        raise LastOwner
    member.is_active = False
    member.session_epoch += 1
    member.save(update_fields=["is_active", "session_epoch"])
    end_tickets(member.pk)
    announce(MemberDeactivated(id=member.pk, name=str(member)), by=by, changes={"is_active": [True, False]})
    return member


@transaction.atomic
def reactivate_member(member: Member, *, by: Actor) -> Member:
    """Let a deactivated member sign in again."""
    member.is_active = True
    member.save(update_fields=["is_active"])
    announce(MemberReactivated(id=member.pk, name=str(member)), by=by, changes={"is_active": [False, True]})
    return member


@transaction.atomic
def end_sessions(member: Member, *, by: Actor) -> Member:
    """Sign a member out on every device."""
    member.session_epoch += 1
    member.save(update_fields=["session_epoch"])
    end_tickets(member.pk)
    announce(SessionsEnded(id=member.pk, name=str(member)), by=by)
    return member


@transaction.atomic
def change_password(member: Member, password: str, *, by: Actor) -> Member:
    """Give a member another password; every session with the old one ends."""
    _set_password(member, password)
    member.save(update_fields=["password"])
    announce(PasswordChanged(id=member.pk, name=str(member)), by=by)
    return member


@transaction.atomic
def note_sign_in(member: Member, *, by: Actor, at: datetime) -> None:
    """Write down that a member came in."""
    Member.objects.filter(pk=member.pk).update(last_seen_at=at)
    announce(SignedIn(id=member.pk, name=str(member)), by=by)


@transaction.atomic
def note_sign_in_failed(member: Member, *, by: Actor) -> None:
    """Write down that someone tried to come in as this member and could not."""
    announce(SignInFailed(id=member.pk, name=str(member)), by=by)


def note_seen(member: Member, *, at: datetime) -> None:
    """Keep when a member was last here; not an act of theirs, so nothing is announced."""
    Member.objects.filter(pk=member.pk).update(last_seen_at=at)


def _state(member: Member) -> dict[str, Any]:
    teams = sorted(member.teams.values_list("name", flat=True)) if member.pk else []
    return {name: getattr(member, name) for name in FIELDS} | {"teams": teams}


def _lock(member: Member) -> tuple[Member, list[Member]]:
    # Owners are locked with the member, in one order, so that two of them cannot demote each other at the same moment.
    owners = Q(role=Role.OWNER, is_active=True)
    locked = list(Member.objects.select_for_update().filter(owners | Q(pk=member.pk)).order_by("pk"))
    mine = next(one for one in locked if one.pk == member.pk)
    return mine, [one for one in locked if one.pk != member.pk]


def _check(member: Member) -> None:
    member.email, member.name = clean_email(member.email), member.name.strip()
    if not member.name:
        raise Invalid({"name": _("A member needs a name.")})
    if member.role not in Role.values:
        raise Invalid({"role": _("There is no such role.")})
    if member.time_zone and member.time_zone not in time_zones():
        raise Invalid({"time_zone": _("There is no such time zone.")})
    if Member.objects.filter(email=member.email).exclude(pk=member.pk).exists():
        raise Invalid({"email": _("Someone with this e-mail is a member already.")})


def _set_password(member: Member, password: str | None) -> None:
    if not password:
        member.set_unusable_password()
        return
    try:
        validate_password(password, member)
    except ValidationError as problem:
        raise Invalid({"password": " ".join(problem.messages)}) from problem
    member.set_password(password)

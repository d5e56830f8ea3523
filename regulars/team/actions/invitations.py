from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, NotAllowed, Refused
from regulars.team.actions.addresses import clean_email
from regulars.team.actions.links import LinkSpent, hash_token
from regulars.team.actions.mail import send_mail
from regulars.team.actions.members import join
from regulars.team.events import InvitationRevoked, Invited
from regulars.team.models import Business, Invitation, Member, Team
from regulars.team.rules import may_grant

LASTS = timedelta(days=7)


class InvitationClosed(Refused):
    """Refuse to take back an invitation that was accepted or taken back before."""

    default = _("This invitation is closed already.")


@transaction.atomic
def invite(
    email: str,
    *,
    role: str,
    inviter: Member,
    by: Actor,
    at: datetime,
    name: str = "",
    teams: Sequence[Team] = (),
) -> tuple[Invitation, str]:
    """Invite a colleague and return the invitation with the path of its link, shown this once; an earlier one stops working."""
    if not may_grant(inviter, role):
        raise NotAllowed(_("Only an owner can invite an owner."))
    email = clean_email(email)
    if Member.objects.filter(email=email).exists():
        raise Invalid({"email": _("Someone with this e-mail is a member already.")})
    Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None).update(revoked_at=at)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        role=role,
        token_hash=hash_token(token),
        invited_by=inviter,
        expires_at=at + LASTS,
    )
    invitation.teams.set(teams)
    says = changed({}, {"role": role, "teams": [str(team) for team in teams]})
    announce(Invited(id=invitation.pk, name=email), by=by, changes=says)
    return invitation, f"/join/{token}/"


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Actor, at: datetime) -> Invitation:
    """Take an invitation back: its link opens nothing any more."""
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationClosed
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    announce(InvitationRevoked(id=invitation.pk, name=invitation.email), by=by)
    return invitation


def read_invitation(token: str, *, at: datetime) -> Invitation:
    """Return an invitation that would still work, without using it."""
    found = Invitation.objects.select_related("invited_by").filter(token_hash=hash_token(token)).first()
    return _still_open(found, at)


@transaction.atomic
def accept_invitation(token: str, *, name: str, password: str | None, by: Actor, at: datetime) -> Member:
    """Join by an invitation, with the role and teams it names."""
    locked = Invitation.objects.select_for_update(of=("self",)).filter(token_hash=hash_token(token)).first()
    invitation = _still_open(locked, at)
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    teams = list(invitation.teams.all())
    return join(invitation.email, name, role=invitation.role, password=password, teams=teams, by=by)


def _still_open(invitation: Invitation | None, at: datetime) -> Invitation:
    if invitation is None or invitation.accepted_at or invitation.revoked_at or invitation.expires_at <= at:
        raise LinkSpent(_("This invitation was used already, taken back or has expired. Ask for a new one."))
    return invitation


def mail_invitation(invitation: Invitation, link: str) -> None:
    """Send the link of an invitation to whom it is for."""
    business = Business.current().name
    inviter = str(invitation.invited_by or business)
    text = gettext(
        "Hello,\n\n%(inviter)s invites you to the customers of %(business)s in Regulars.\n\n"
        "Open this link to choose how you sign in. It works once, for seven days:\n\n%(link)s\n"
    )
    subject = gettext("%(inviter)s invites you to %(business)s") % {"inviter": inviter, "business": business}
    send_mail(invitation.email, subject, text % {"inviter": inviter, "business": business, "link": link})

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.requests import Request
from regulars.team.actions.invitations import invite, mail_invitation, revoke_invitation
from regulars.team.actions.links import create_sign_in_link
from regulars.team.actions.mail import address_for, can_mail
from regulars.team.actions.members import change_member, deactivate_member, reactivate_member
from regulars.team.actions.second_step import reset_second_step
from regulars.team.forms import InvitationForm, MemberForm
from regulars.team.gate import needs
from regulars.team.models import ApiKey, Invitation, Member
from regulars.team.queries import members as all_members
from regulars.team.queries import open_invitations
from regulars.team.rules import may
from regulars.team.views.answers import box, tried
from regulars.team.views.tables import invitation_table, member_table


@require_safe
@needs("members.see")
def members(request: Request) -> HttpResponse:
    """Show everyone in the team, and who is invited."""
    may_invite = may(request.member, "members.invite")
    context = {
        "table": member_table(all_members(), may_change=may(request.member, "members.change")),
        "may_invite": may_invite,
        "invitations": invitation_table(open_invitations()) if may_invite else None,
    }
    return render(request, "team/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.invite")
def invitation(request: Request) -> HttpResponse:
    """Invite a colleague; the link is shown once, and mailed where mail is set up."""
    form = InvitationForm(request.POST or None, inviter=request.member)
    made = tried(
        request, form, lambda values: invite(**values, inviter=request.member, by=request.actor, at=now())
    )
    if made is not None:
        return _show_invitation(request, *made)
    return box(request, "team/_invitation_form.html", _("Invite a colleague"), form, can_mail=can_mail())


@require_POST
@needs("members.invite")
def invitation_revocation(request: Request, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation, pk=invitation_id)
    revoke_invitation(invitation, by=request.actor, at=now())
    say(request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email})
    return redirect(request, reverse("team:members"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.change")
def member(request: Request, member_id: int) -> HttpResponse:
    """Show and change one member."""
    one = get_object_or_404(Member, pk=member_id)
    initial = {
        "name": one.name,
        "email": one.email,
        "job_title": one.job_title,
        "role": one.role,
        "teams": one.teams.all(),
    }
    form = MemberForm(request.POST or None, initial=initial)
    if tried(request, form, lambda values: _change(request, one, values)):
        say(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
        return redirect(request, reverse("team:members"))
    context = {
        "one": one,
        "has_second_step": Authenticator.objects.filter(user_id=one.pk).exists(),
        "key_count": ApiKey.objects.filter(created_by=one, revoked_at=None).count(),
    }
    return box(request, "team/_member_form.html", one.name, form, **context)


@require_POST
@needs("members.change")
def deactivation(request: Request, member_id: int) -> HttpResponse:
    """Let a member sign in no more."""
    one = deactivate_member(get_object_or_404(Member, pk=member_id), by=request.actor, at=now())
    say(
        request,
        _("%(name)s can sign in no more.") % {"name": one},
        undo=reverse("team:reactivation", args=[one.pk]),
    )
    return redirect(request, reverse("team:members"))


@require_POST
@needs("members.change")
def reactivation(request: Request, member_id: int) -> HttpResponse:
    """Let a deactivated member sign in again."""
    one = reactivate_member(get_object_or_404(Member, pk=member_id), by=request.actor)
    say(request, _("%(name)s can sign in again.") % {"name": one})
    return redirect(request, reverse("team:members"))


@require_POST
@needs("members.change")
def sign_in_link(request: Request, member_id: int) -> HttpResponse:
    """Make a one-time link for a member who cannot get in, to be handed over."""
    one = get_object_or_404(Member, pk=member_id)
    link = address_for(request, create_sign_in_link(one, by=request.actor))
    return box(request, "team/_link.html", _("Sign-in link for %(name)s") % {"name": one}, link=link, one=one)


@require_POST
@needs("members.change")
def second_step_reset(request: Request, member_id: int) -> HttpResponse:
    """Remove the passkeys, app and codes of a member who lost their device."""
    one = get_object_or_404(Member, pk=member_id)
    reset_second_step(one, by=request.actor)
    say(request, _("%(name)s signs in without a second step now.") % {"name": one})
    return redirect(request, reverse("team:members"))


def _change(request: Request, one: Member, values: dict[str, object]) -> Member:
    teams = values.pop("teams")
    return change_member(one, values, teams=list(teams), by=request.actor)  # type: ignore[call-overload]


def _show_invitation(request: Request, made: Invitation, path: str) -> HttpResponse:
    link = address_for(request, path)
    if can_mail():
        mail_invitation(made, link)
    return box(
        request,
        "team/_link.html",
        _("%(email)s is invited") % {"email": made.email},
        link=link,
        invitation=made,
        was_mailed=can_mail(),
    )

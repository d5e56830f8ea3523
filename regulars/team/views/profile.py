from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.htmx import say
from regulars.kit.requests import Request
from regulars.team.actions.members import change_member, change_password, end_sessions
from regulars.team.adapters import provider_app
from regulars.team.forms import PasswordForm, ProfileForm
from regulars.team.gate import members_only
from regulars.team.views.answers import tried


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def profile(request: Request) -> HttpResponse:
    """Show and change what a member says about themselves."""
    member = request.member
    initial = {name: getattr(member, name) for name in ("name", "job_title", "language")}
    form = ProfileForm(request.POST or None, initial=initial | {"time_zone": member.time_zone or "UTC"})
    if tried(request, form, lambda values: change_member(member, values, by=request.actor)):
        say(request, _("Your profile is saved."))
        return redirect("team:settings")
    return render(request, "team/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@members_only
def security(request: Request) -> HttpResponse:
    """Show all the ways by which a member signs in."""
    member = request.member
    steps = list(Authenticator.objects.filter(user_id=member.pk).order_by("created_at"))
    by_type = {kind: [step for step in steps if step.type == kind] for kind in Authenticator.Type.values}
    codes = by_type["recovery_codes"]
    context = {
        "has_password": member.has_usable_password(),
        "passkeys": by_type["webauthn"],
        "app": next(iter(by_type["totp"]), None),
        "codes": codes[0] if codes else None,
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
        "provider": provider_app(),
        "accounts": SocialAccount.objects.filter(user_id=member.pk),
    }
    return render(request, "team/security.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
@reauthentication_required  # type: ignore[untyped-decorator]
@sensitive_post_parameters("password", "again")
def password(request: Request) -> HttpResponse:
    """Choose a new password, after proving who one is: by the old one, a second step, or a sign-in link just used."""
    form = PasswordForm(request.POST or None)
    if changed := tried(
        request, form, lambda values: change_password(request.member, values["password"], by=request.actor)
    ):
        update_session_auth_hash(request, changed)
        say(request, _("Your password is changed. You are signed out everywhere else."))
        return redirect("team:security")
    return render(request, "team/password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@members_only
def sessions_closure(request: Request) -> HttpResponse:
    """Sign the member out on every other device."""
    update_session_auth_hash(request, end_sessions(request.member, by=request.actor))
    say(request, _("You are signed out everywhere else."))
    return redirect("team:security")

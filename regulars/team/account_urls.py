"""Addresses of the sign-in library, without those that would let a member change what only an owner may."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from regulars.team.gate import members_only, open_to_all


@open_to_all
def closed(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Answer as if the address did not exist: owners change e-mail addresses, in the settings."""
    raise Http404


to_settings = members_only(RedirectView.as_view(pattern_name="team:security"))
to_password = members_only(RedirectView.as_view(pattern_name="team:password"))

urlpatterns = [
    path("email/", closed, name="account_email"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", closed, name="account_confirm_email"),
    path("login/code/confirm/", closed, name="account_confirm_login_code"),
    path("password/change/", to_password, name="account_change_password"),
    path("password/set/", to_password, name="account_set_password"),
    path("2fa/", to_settings, name="mfa_index"),
    path("2fa/webauthn/", to_settings, name="mfa_list_webauthn"),
    path("", include("allauth.urls")),
]

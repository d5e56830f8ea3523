"""How the sign-in library (django-allauth) does things our way."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.kit.clock import now
from regulars.kit.secrets import decrypt, encrypt
from regulars.team.actions.mail import address_for, can_mail_links, send_mail
from regulars.team.actions.members import change_password, note_sign_in, note_sign_in_failed
from regulars.team.actions.second_step import note_second_step
from regulars.team.middleware import actor_of, address_of
from regulars.team.models import Business, Member

PROVIDER = "business"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: members are invited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("That e-mail and password do not belong together."),
        "too_many_login_attempts": _(
            "Too many tries. Wait five minutes, or ask an owner for a sign-in link."
        ),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your password."),
        "rate_limited": _("That was tried too often. Wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "unknown"

    def login(self, request: HttpRequest, user: Member) -> None:
        super().login(request, user)
        note_sign_in(user, by=actor_of(request, user), at=now())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        member = Member.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        if member is not None:
            note_sign_in_failed(member, by=actor_of(request, None))

    def set_password(self, user: Member, password: str) -> None:
        change_password(user, password, by=actor_of(self.request, user))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/settings/"

    def get_reset_password_from_key_url(self, key: str) -> str:
        # A stranger chooses the Host header, so the mailed address is made from our own setting.
        path = super().get_reset_password_from_key_url(key).split("/accounts/", 1)[1]
        return address_for(self.request, f"/accounts/{path}")

    def send_password_reset_mail(self, user: Member, email: str, context: dict[str, Any]) -> None:
        if can_mail_links():
            super().send_password_reset_mail(user, email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # The worker delivers: answers then take the same time whether or not an account exists.
        letter: EmailMessage = self.render_mail(template_prefix, email, context | {"email": email})
        send_mail(email, str(letter.subject), str(letter.body))

    def format_email_subject(self, subject: str) -> str:
        return f"{subject} · Regulars"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Counted by account alone: with the host in it, another Host header would start a new count.
        return str(credentials.get("email", "")).lower()


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in through an OpenID provider is for members who already exist, found by their verified address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        app = provider_app()
        if (
            app is None
            or provider not in (None, "openid_connect", PROVIDER)
            or client_id not in (None, app.client_id)
        ):
            return []
        return [app]

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return True


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second steps: secrets are stored encrypted and named after the business."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code is not right. Codes change every half minute; try the next one."),
    }

    def get_totp_issuer(self) -> str:
        return f"Regulars {Business.current().name}".strip()

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return cast("dict[str, str]", super().get_public_key_credential_rp_entity()) | {"name": "Regulars"}

    def generate_authenticator_name(self, user: Member, type: str) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)s") % {"number": number}


def provider_app() -> SocialApp | None:
    """Return the business's OpenID Connect provider as the library wants it, or None when none is set."""
    kept = Business.current().settings.get("openid")
    if not kept:
        return None
    return SocialApp(
        provider="openid_connect",
        provider_id=PROVIDER,
        name=kept["name"],
        client_id=kept["client_id"],
        secret=decrypt(kept["secret"]) if kept["secret"] else "",
        settings={
            "server_url": kept["issuer"],
            "verified_email": bool(kept["trusts_addresses"]),
            "oauth_pkce_enabled": True,
        },
    )


def provider_origins(request: HttpRequest) -> list[str]:
    """Return where forms of the sign-in pages may lead besides ourselves: to the OpenID provider."""
    if not request.path.startswith("/accounts/"):
        return []
    kept = Business.current().settings.get("openid")
    return [kept["sign_in_origin"]] if kept else []


def listen() -> None:
    """Have changes of second steps written into the audit log; the library tells of them by signals, its only way."""
    signals.authenticator_added.connect(_added)
    signals.authenticator_reset.connect(_added)
    signals.authenticator_removed.connect(_removed)
    signals.authentication_failed.connect(_failed)


def _added(request: HttpRequest, user: Member, authenticator: Authenticator, **kwargs: Any) -> None:
    note_second_step(user, authenticator.type, added=True, by=actor_of(request, user))


def _removed(request: HttpRequest, user: Member, authenticator: Authenticator, **kwargs: Any) -> None:
    note_second_step(user, authenticator.type, added=False, by=actor_of(request, user))


def _failed(request: HttpRequest, user: Member, **kwargs: Any) -> None:
    note_sign_in_failed(user, by=actor_of(request, None))

"""The links by which people leave or choose: signed, without an end, and telling nothing to whom they do not belong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

from regulars.kit.wording import to_customer as _
from regulars.messaging.engine.outgoing import Footing
from regulars.messaging.models import UNASKED_CLASSES, Sending
from regulars.messaging.queries.consent import live_identity
from regulars.people.models import IdentityKind

SALT = "regulars.leaving"


def sealed(address: str, purpose: str = "") -> str:
    """Return the token of an address, and of the purpose a letter was written for."""
    return signing.Signer(salt=SALT).sign_object([address, purpose], compress=True)


def opened(token: str) -> tuple[str, str] | None:
    """Return the address and purpose of a token, None when we did not make it."""
    try:
        said: Any = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return (str(said[0]), str(said[1])) if isinstance(said, list) and len(said) == 2 else None


def language_of(address: str) -> str:
    """Return the language somebody reads, of those we speak; that of the installation when it is not known."""
    identity = live_identity(IdentityKind.EMAIL, address)
    said = (identity.person.language if identity else "").partition("-")[0].lower()
    return said if said in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def one_click_address(sending: Sending) -> str:
    """Return where one click unsubscribes, empty for what nobody can unsubscribe from."""
    return "" if _is_unasked(sending) else _whole("messaging:unsubscribe", _token(sending))


def footing_of(sending: Sending) -> tuple[Footing, ...]:
    """Return what stands under a letter that people may choose not to get, in their language."""
    if _is_unasked(sending):
        return ()
    with translation.override(language_of(sending.email)):
        return (
            Footing(_("Unsubscribe"), _whole("messaging:unsubscribe", _token(sending))),
            Footing(_("Choose what you get"), _whole("messaging:preferences", _token(sending))),
        )


def _is_unasked(sending: Sending) -> bool:
    return sending.message.message_class in UNASKED_CLASSES


def _token(sending: Sending) -> str:
    return sealed(sending.email, sending.message.purpose)


def _whole(name: str, token: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(name, args=[token])}"

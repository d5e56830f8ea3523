"""The link by which somebody confirms what they signed up for: signed, and telling nothing to whom it does not belong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from regulars.messaging.models import Confirmation

SALT = "regulars.confirming"


def confirm_link(confirmation: Confirmation) -> str:
    """Return the whole address of a confirmation's page."""
    token = signing.Signer(salt=SALT).sign_object([confirmation.pk, confirmation.entry_id], compress=True)
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('messaging:confirm', args=[token])}"


def confirmation_of(token: str) -> Confirmation | None:
    """Return the confirmation a token is for, None when we did not make it or it is gone."""
    try:
        said: Any = signing.Signer(salt=SALT).unsign_object(token)
        number, entry = (int(one) for one in said)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Confirmation.objects.filter(pk=number, entry_id=entry)
    return rows.select_related("purpose").first()

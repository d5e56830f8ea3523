"""Secrets at rest: encrypted with a key derived from the installation's secret key, so a copied table tells nothing."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.kit.refused import Refused


class Unreadable(Refused):
    """A stored secret cannot be read with today's secret key."""

    default = _("A stored secret cannot be read because the secret key was changed. Enter it again.")


def encrypt(text: str) -> str:
    """Return the text as only this installation can read it."""
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return the text again; refused when the secret key was changed meanwhile."""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def derived(purpose: str) -> bytes:
    """Return a key of this installation for one purpose, from which no other purpose's key can be told."""
    return _derived(settings.SECRET_KEY, purpose)


@lru_cache(maxsize=4)
def _box(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(secret_key, "stored secrets")))


@lru_cache(maxsize=16)
def _derived(secret_key: str, purpose: str) -> bytes:
    info = f"regulars {purpose}".encode()
    return HKDF(SHA256(), length=32, salt=None, info=info).derive(secret_key.encode())

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid
from regulars.kit.secrets import encrypt
from regulars.team.events import SignInProviderChanged
from regulars.team.models import Business

WELL_KNOWN = "/.well-known/openid-configuration"
ANSWERS_WITHIN = 10
SHOWN = ("name", "issuer", "client_id", "trusts_addresses")


@dataclass(frozen=True)
class Found:
    """What an issuer says about itself: where its members sign in."""

    issuer: str
    sign_in_origin: str


@transaction.atomic
def set_provider(values: Mapping[str, Any], found: Found, *, by: Actor) -> None:
    """Keep the OpenID Connect provider through which members may sign in; its secret is kept encrypted."""
    business = Business.objects.select_for_update().filter(pk=1).first() or Business(pk=1)
    old = business.settings.get("openid", {})
    secret = encrypt(values["secret"]) if values.get("secret") else old.get("secret", "")
    new = {name: values[name] for name in SHOWN} | {"secret": secret, "sign_in_origin": found.sign_in_origin}
    business.settings = business.settings | {"openid": new}
    business.save()
    changes = changed({name: old.get(name) for name in SHOWN}, {name: new[name] for name in SHOWN})
    if secret != old.get("secret"):
        changes["secret"] = ["…" if old.get("secret") else None, "…"]
    announce(SignInProviderChanged(id=1, name=values["name"]), by=by, changes=changes)


@transaction.atomic
def remove_provider(*, by: Actor) -> None:
    """Forget the OpenID Connect provider; members sign in by password or passkey."""
    business = Business.objects.select_for_update().get(pk=1)
    old = business.settings.pop("openid", {})
    business.save()
    changes = changed({name: old.get(name) for name in SHOWN}, dict.fromkeys(SHOWN))
    announce(SignInProviderChanged(id=1, name=old.get("name", "")), by=by, changes=changes)


def look_up_issuer(issuer: str) -> Found:
    """Ask an issuer for its OpenID configuration, so that a typo is found now and not at the next sign-in."""
    issuer = issuer.strip().rstrip("/").removesuffix(WELL_KNOWN)
    if not _is_safe(issuer):
        raise Invalid({"issuer": _("The address must begin with https://.")})
    try:
        answer = requests.get(issuer + WELL_KNOWN, timeout=ANSWERS_WITHIN)
        answer.raise_for_status()
        authorize = str(answer.json()["authorization_endpoint"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as problem:
        raise Invalid({"issuer": _("No OpenID provider answers at this address.")}) from problem
    if not _is_safe(authorize):
        raise Invalid({"issuer": _("This provider signs in at an address without https://.")})
    parts = urlsplit(authorize)
    return Found(issuer, f"{parts.scheme}://{parts.netloc}")


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    )

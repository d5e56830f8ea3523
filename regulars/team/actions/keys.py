from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.team.events import ApiKeyMade, ApiKeyRevoked
from regulars.team.models import ApiKey, Role, Team
from regulars.team.rules import is_scope

SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
USED_EVERY = timedelta(minutes=1)
NOBODY = "0" * 64


class KeyRevoked(Refused):
    """Refuse to revoke a key twice."""

    default = _("This key was already revoked.")


@transaction.atomic
def create_api_key(
    name: str,
    *,
    role: str,
    by: Actor,
    scopes: Sequence[str] = (),
    teams: Sequence[Team] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret text, which is shown this once and kept only as a hash."""
    _check(name, role, scopes, expires_at)
    prefix, secret = "rk_" + "".join(secrets.choice(SIGNS) for _n in range(8)), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name.strip(),
        prefix=prefix,
        secret_hash=_hash(secret),
        role=role,
        scopes=list(scopes),
        expires_at=expires_at,
        created_by_id=by.member_id,
    )
    key.teams.set(teams)
    after = {
        "role": role,
        "scopes": list(scopes) or None,
        "expires_at": expires_at,
        "teams": [str(team) for team in teams] or None,
    }
    announce(ApiKeyMade(id=key.pk, name=key.name), by=by, changes=changed({}, after))
    return key, f"{prefix}_{secret}"


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: Actor, at: datetime) -> ApiKey:
    """Let a key open nothing from now on."""
    if key.revoked_at is not None:
        raise KeyRevoked
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    announce(ApiKeyRevoked(id=key.pk, name=key.name), by=by, changes={"revoked_at": [None, at]})
    return key


def authenticate_key(header: str) -> ApiKey | None:
    """Return the live key that an Authorization header carries: one indexed read, compared in constant time."""
    scheme, _space, text = header.partition(" ")
    prefix, secret = text.strip()[:11], text.strip()[12:]
    key = ApiKey.objects.filter(prefix=prefix).first() if scheme.lower() == "bearer" and secret else None
    # A hash is made and compared even for an unknown prefix, so that time tells nothing.
    is_right = hmac.compare_digest(_hash(secret), key.secret_hash if key else NOBODY)
    if key is None or not is_right or not is_live(key):
        return None
    _note_use(key)
    return key


def is_live(key: ApiKey) -> bool:
    """Tell whether a key still opens anything."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now())


def _note_use(key: ApiKey) -> None:
    at = now()
    if key.last_used_at is None or key.last_used_at < at - USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash: nobody can guess them.
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(name: str, role: str, scopes: Sequence[str], expires_at: datetime | None) -> None:
    if not name.strip():
        raise Invalid({"name": _("Say what the key is for.")})
    if role not in Role.values:
        raise Invalid({"role": _("There is no such role. Choose one of: ") + ", ".join(Role.values)})
    if unknown := [scope for scope in scopes if not is_scope(scope)]:
        raise Invalid({"scopes": _("There is no such permission: ") + ", ".join(unknown)})
    if expires_at is not None and expires_at <= now():
        raise Invalid({"expires_at": _("This day has passed. Choose a later one.")})

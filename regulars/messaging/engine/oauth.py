"""Mailboxes of Google and Microsoft: where people allow it, and how a token that ran out is renewed (OAuth 2.0)."""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import dataclass, replace
from typing import Any

SECONDS = 20
EARLY_SECONDS = 300


@dataclass(frozen=True)
class Provider:
    """Who grants access: the documented addresses, and what is asked for."""

    allow_url: str
    token_url: str
    scope: str
    more: tuple[tuple[str, str], ...] = ()


PROVIDERS = {
    "google": Provider(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://mail.google.com/",
        (("access_type", "offline"), ("prompt", "consent")),
    ),
    "microsoft": Provider(
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
        (("prompt", "select_account"),),
    ),
}


class NotGranted(Exception):
    """The provider gives no token: `is_final` when a person has to allow it anew."""

    def __init__(self, said: str, *, is_final: bool) -> None:
        super().__init__(said)
        self.is_final = is_final


@dataclass(frozen=True)
class Grant:
    """What was agreed with the provider; `ends_at` is a Unix time."""

    client_id: str
    client_secret: str = ""
    tenant: str = ""
    refresh_token: str = ""
    access_token: str = ""
    ends_at: float = 0
    # When somebody has to allow it anew, 0 when that is not told.
    renewable_until: float = 0

    @property
    def holds_until(self) -> float | None:
        """Until when we are let in without a person: the token's end when nothing renews it, None when no end is told."""
        if not self.refresh_token:
            return self.ends_at or None
        return self.renewable_until or None

    def is_fresh(self, at: float) -> bool:
        """Tell whether the token still holds for a while."""
        return bool(self.access_token) and at < self.ends_at - EARLY_SECONDS


def allow_url(provider: str, grant: Grant, *, back: str, state: str, user: str) -> str:
    """Return the page of the provider where somebody allows us into the mailbox."""
    known = PROVIDERS[provider]
    asked = {
        "client_id": grant.client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": known.scope,
        "state": state,
        "login_hint": user,
        **dict(known.more),
    }
    return f"{_at(known.allow_url, grant)}?{urllib.parse.urlencode(asked)}"


def granted(provider: str, grant: Grant, code: str, *, back: str, at: float) -> Grant:
    """Trade the code that came back from the provider's page for tokens."""
    return _asked(
        provider, grant, at, grant_type="authorization_code", code=code, redirect_uri=back
    )  # fmt: skip


def renewed(provider: str, grant: Grant, *, at: float) -> Grant:
    """Return the grant with a fresh token; some providers change the long-lived one as well."""
    if not grant.refresh_token:
        raise NotGranted("No one has allowed it yet.", is_final=True)
    return _asked(provider, grant, at, grant_type="refresh_token", refresh_token=grant.refresh_token)


def _asked(provider: str, grant: Grant, at: float, **words: str) -> Grant:
    known = PROVIDERS[provider]
    body = {"client_id": grant.client_id, "client_secret": grant.client_secret, **words}
    if provider == "microsoft":
        body["scope"] = known.scope
    said = _post(_at(known.token_url, grant), {name: value for name, value in body.items() if value})
    token = str(said.get("access_token") or "")
    if not token:
        raise NotGranted("The answer holds no token.", is_final=False)
    return replace(
        grant,
        access_token=token,
        refresh_token=str(said.get("refresh_token") or grant.refresh_token),
        ends_at=at + _seconds(said.get("expires_in"), 3600),
        renewable_until=_renewable_until(grant, said, at),
    )


def _renewable_until(grant: Grant, said: dict[str, Any], at: float) -> float:
    """Return when the long-lived token ends; an answer that brings no new one and no end leaves what was known."""
    told = _seconds(said.get("refresh_token_expires_in"), 0)
    if told:
        return at + told
    is_new = str(said.get("refresh_token") or grant.refresh_token) != grant.refresh_token
    return 0 if is_new else grant.renewable_until


def _seconds(said: Any, otherwise: float) -> float:
    try:
        return max(float(said), 0) or otherwise
    except (TypeError, ValueError):
        return otherwise


def _at(url: str, grant: Grant) -> str:
    return url.format(tenant=urllib.parse.quote(grant.tenant or "common", safe=""))


def _post(url: str, body: dict[str, str]) -> dict[str, Any]:
    import requests

    try:
        answer = requests.post(url, body, headers={"Accept": "application/json"}, timeout=SECONDS)
    except requests.RequestException as problem:
        raise NotGranted(str(problem), is_final=False) from problem
    said = _object(answer.content)
    if answer.ok:
        return said
    words = str(said.get("error_description") or said.get("error") or f"{answer.status_code} {answer.reason}")
    # Only these mean that the person has to allow it anew; all else may pass.
    is_final = said.get("error") in ("invalid_grant", "invalid_client", "unauthorized_client")
    raise NotGranted(words.partition("\n")[0], is_final=is_final)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

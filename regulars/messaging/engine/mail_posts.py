"""What mail services post to us: the mail itself where they offer it, else put together from its pieces."""

from __future__ import annotations

import base64
import json
from importlib import import_module
from typing import Any

# Whose posts we understand, and the library's name for them.
PROVIDERS = {
    "mailgun": ("mailgun", "Mailgun"),
    "mailjet": ("mailjet", "Mailjet"),
    "postmark": ("postmark", "Postmark"),
    "sendgrid": ("sendgrid", "SendGrid"),
    "sparkpost": ("sparkpost", "SparkPost"),
}
# In which field of the post the mail lies as it came.
RAW_FIELDS = {"mailgun": "body-mime", "sendgrid": "email"}
# The library wants them; what is posted is told apart by the secret in the address.
PLACEHOLDERS = {"mailgun": {"api_key": "unused", "webhook_signing_key": "unused"}}


class NotUnderstood(Exception):
    """The post is none that this service sends."""


def mails_in(provider: str, request: Any) -> list[bytes]:
    """Return the mails in a post."""
    raw = _raw(provider, request)
    if raw is not None:
        return raw
    view = _view(provider, "Inbound")
    try:
        return [event.message.as_bytes() for event in view.parse_events(request) if event.message is not None]
    except Exception as problem:
        raise NotUnderstood(repr(problem)) from problem


def events_in(provider: str, request: Any) -> list[Any]:
    """Return what a post reports of letters that left."""
    try:
        return list(_view(provider, "Tracking").parse_events(request))
    except Exception as problem:
        raise NotUnderstood(repr(problem)) from problem


def _raw(provider: str, request: Any) -> list[bytes] | None:
    """Return the mails as they came; the library would read and write them anew."""
    field = RAW_FIELDS.get(provider)
    if field and request.POST.get(field):
        return [str(request.POST[field]).encode("utf-8", "surrogateescape")]
    if provider not in ("postmark", "sparkpost"):
        return None
    try:
        said = json.loads(request.body)
        if provider == "postmark":
            return [said["RawEmail"].encode("utf-8", "surrogateescape")] if said.get("RawEmail") else None
        found = [one["msys"]["relay_message"]["content"] for one in said]
        return [
            base64.b64decode(one["email_rfc822"])
            if one.get("email_rfc822_is_base64")
            else one["email_rfc822"].encode()
            for one in found
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise NotUnderstood(repr(problem)) from problem


def _view(provider: str, what: str) -> Any:
    import warnings

    module, name = PROVIDERS[provider]
    kind = getattr(import_module(f"anymail.webhooks.{module}"), f"{name}{what}WebhookView")
    with warnings.catch_warnings():
        # It misses a password in the address; ours is there in another form.
        warnings.simplefilter("ignore")
        return kind(**PLACEHOLDERS.get(provider, {}))

"""What mail services post to us: the mail itself where they offer it, else put together from its pieces."""

from __future__ import annotations

import base64
import json
from importlib import import_module
from typing import Any

from regulars.messaging.engine.mail_pieces import form_fields, mailgun_pieces, mailjet_pieces, rebuilt

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
    """Return the mails in a post: as they came where the service offers it, else put together from their pieces."""
    try:
        read = {"mailgun": _from_form, "sendgrid": _from_form, "mailjet": _from_mailjet}.get(
            provider, _from_json
        )
        found = read(provider, request)
        if found is None:
            events = _view(provider, "Inbound").parse_events(request)
            found = [event.message.as_bytes() for event in events if event.message is not None]
    except Exception as problem:
        raise NotUnderstood(repr(problem)) from problem
    return found


def events_in(provider: str, request: Any) -> list[Any]:
    """Return what a post reports of letters that left."""
    try:
        return list(_view(provider, "Tracking").parse_events(request))
    except Exception as problem:
        raise NotUnderstood(repr(problem)) from problem


def _from_form(provider: str, request: Any) -> list[bytes] | None:
    """Return what a form brings, None for one whose pieces only the library knows."""
    fields = form_fields(request.headers.get("Content-Type", ""), request.body)
    raw = next((one.content for one in fields if one.name == RAW_FIELDS[provider] and one.content), None)
    if raw is not None:
        return [raw]
    return [rebuilt(mailgun_pieces(fields))] if provider == "mailgun" else None


def _from_mailjet(_provider: str, request: Any) -> list[bytes]:
    said = json.loads(request.body)
    # Several may come in one post when many arrive at once.
    return [rebuilt(mailjet_pieces(one)) for one in (said if isinstance(said, list) else [said])]


def _from_json(provider: str, request: Any) -> list[bytes] | None:
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


def _view(provider: str, what: str) -> Any:
    import warnings

    module, name = PROVIDERS[provider]
    kind = getattr(import_module(f"anymail.webhooks.{module}"), f"{name}{what}WebhookView")
    with warnings.catch_warnings():
        # It misses a password in the address; ours is there in another form.
        warnings.simplefilter("ignore")
        return kind(**PLACEHOLDERS.get(provider, {}))

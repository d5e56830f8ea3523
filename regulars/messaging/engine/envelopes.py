"""A provider's request as bytes, so that it is stored as it came and read once more whenever that is needed."""

from __future__ import annotations

import base64
import json

from regulars.messaging.engine.providers.reading import text_of
from regulars.messaging.engine.providers.values import Webhook, json_object

# Those of a request that a provider's mark may stand in; the rest is about the connection.
KEPT_PREFIXES = ("x-", "content-type", "authorization")


def enclose(hook: Webhook) -> bytes:
    """Return a webhook as bytes."""
    headers = {name: value for name, value in hook.headers.items() if name.startswith(KEPT_PREFIXES)}
    said = {
        "method": hook.method,
        "url": hook.url,
        "query": dict(hook.query),
        "headers": headers,
        "body": base64.b64encode(hook.body).decode(),
    }
    return json.dumps(said, sort_keys=True).encode()


def disclose(raw: bytes) -> Webhook:
    """Return the webhook again; of bytes that are none, one that says nothing."""
    said = json_object(raw)
    try:
        body = base64.b64decode(text_of(said, "body"))
    except ValueError:
        body = b""
    return Webhook(
        text_of(said, "method"),
        text_of(said, "url"),
        _pairs(said.get("headers")),
        body,
        _pairs(said.get("query")),
    )


def _pairs(said: object) -> dict[str, str]:
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}

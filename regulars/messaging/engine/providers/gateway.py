"""SMS by any gateway that is called over HTTP: the business says how, with {to}, {text} and {id} to be filled in.

Our side of the webhook is simple JSON, sealed with HMAC-SHA256 like those of many gateways:
`{"id": "…", "from": "+358…", "text": "…", "at": 1700000000}` for a text, `{"id": "…", "status": "delivered"}` for what became of ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from regulars.messaging.engine.providers.reading import inside, is_same, is_sealed, moment, text_of
from regulars.messaging.engine.providers.values import (
    DELIVERED,
    FAILED,
    READ,
    SENT,
    AccessEnded,
    Asking,
    Call,
    Capabilities,
    DeliveryEvent,
    Fetching,
    Forged,
    Heard,
    IncomingText,
    NotAccepted,
    OutgoingText,
    RemoteFile,
    Setting,
    TryLater,
    Webhook,
    json_object,
)

STATES = {
    "sent": SENT, "accepted": SENT, "delivered": DELIVERED, "read": READ, "failed": FAILED, "undelivered": FAILED,
    "rejected": FAILED, "expired": FAILED,
}  # fmt: skip
PLACES = ("to", "text", "from", "callback")


class Gateway:
    """Texts by whatever gateway the business has."""

    kind = "sms_gateway"
    label = "SMS (another gateway)"
    capabilities = Capabilities(1_600, tells_delivery=True)
    settings = (
        Setting("url", "Address to call; {to} and {text} may stand in it"),
        Setting("body", "Body to post; {to}, {text}, {from} and {callback} are filled in", is_required=False),
        Setting("headers", "Headers, one a line", is_secret=True, is_required=False),
        Setting("number", "Our number or name", is_required=False),
        Setting("id_path", "Where the answer has the text's id, as data.id", is_required=False),
        Setting("secret", "Secret that seals their calls to us", is_secret=True),
    )

    def send(self, settings: Mapping[str, str], text: OutgoingText) -> Asking:
        """Call the gateway as the business said."""
        values = {
            "to": text.to,
            "text": text.text,
            "from": settings.get("number", ""),
            "callback": text.callback,
        }
        answer = yield _call(settings, values)
        if answer.status == 429 or answer.status >= 500:
            raise TryLater(f"The gateway answered {answer.status}.", answer.retry_after)
        if answer.status in (401, 403):
            raise AccessEnded(f"The gateway does not let us in ({answer.status}).")
        if not answer.is_fine:
            raise NotAccepted(
                f"The gateway answered {answer.status}: {_begin(answer.body)}", str(answer.status)
            )
        path = [piece for piece in settings.get("id_path", "").split(".") if piece]
        return text_of(inside(answer.json(), *path)) if path else ""

    def fetch(self, settings: Mapping[str, str], file: RemoteFile) -> Fetching:
        """Gateways of this kind bring no files."""
        raise NotAccepted("This gateway brings no files.")
        yield Call("GET", file.key)

    def hear(self, settings: Mapping[str, str], hook: Webhook) -> Heard:
        """Read a text or what became of one of ours."""
        secret = settings.get("secret", "")
        is_known = is_sealed(hook.body, secret, hook.headers.get("x-signature-256", ""))
        if not is_known and not is_same(secret, hook.headers.get("x-secret", "")):
            raise Forged
        said = json_object(hook.body)
        key, state = text_of(said, "id"), STATES.get(text_of(said, "status").lower())
        if key and state:
            return Heard(events=(DeliveryEvent(key, state, moment(said.get("at")), text_of(said, "reason")),))
        if key and text_of(said, "from"):
            text = IncomingText(key, text_of(said, "from"), text_of(said, "text"), moment(said.get("at")))
            return Heard(texts=(text,))
        return Heard(left_out=1)

    def check(self, settings: Mapping[str, str]) -> Asking:
        """A gateway has no common question, so only the address is looked at."""
        if not settings["url"].startswith(("https://", "http://")):
            raise NotAccepted("The address has to begin with https:// or http://.")
        return settings["url"].split("?")[0]
        yield Call("GET", settings["url"])


def _call(settings: Mapping[str, str], values: Mapping[str, str]) -> Call:
    url = _fill(settings["url"], {name: quote(value, safe="") for name, value in values.items()})
    headers = {
        name.strip(): value.strip()
        for name, colon, value in (line.partition(":") for line in settings.get("headers", "").splitlines())
        if colon
    }
    body = settings.get("body", "")
    if not body:
        return Call("GET", url, headers)
    is_json = body.lstrip().startswith(("{", "["))
    headers.setdefault("Content-Type", "application/json" if is_json else "application/x-www-form-urlencoded")
    inner = {
        name: json.dumps(value)[1:-1] if is_json else quote(value, safe="") for name, value in values.items()
    }
    return Call("POST", url, headers, _fill(body, inner).encode())


def _fill(pattern: str, values: Mapping[str, str]) -> str:
    """Fill the places in one pass, so that braces in a text stay what they are."""
    pieces, rest = [], pattern
    while rest:
        before, brace, after = rest.partition("{")
        name, close, beyond = after.partition("}")
        pieces.append(before)
        if brace and close and name in PLACES:
            pieces.append(values[name])
            rest = beyond
        else:
            pieces.append(brace)
            rest = after
    return "".join(pieces)


def _begin(body: bytes) -> str:
    return " ".join(body[:300].decode("utf-8", "replace").split())[:200]

"""What WhatsApp, Messenger and Instagram share: Graph calls, their errors, the sealed webhook and its handshake.

Seal: `X-Hub-Signature-256`, HMAC-SHA256 of the raw body under the app's secret (Meta, "Webhooks: Getting started").
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from regulars.messaging.engine.providers.approved import Standing
from regulars.messaging.engine.providers.reading import (
    inside,
    is_same,
    is_sealed,
    moment,
    objects,
    text_of,
)
from regulars.messaging.engine.providers.values import (
    AccessEnded,
    Answer,
    Asking,
    Call,
    Forged,
    Heard,
    NotAccepted,
    Setting,
    TryLater,
    Webhook,
    WindowClosed,
    bearer,
)

VERSION = "v23.0"
# Token expired or revoked, permission taken away, app or account locked.
ACCESS = {"0", "3", "10", "102", "190", "200", "368", "131031", "131005", "133010"}
LATER = {
    "1",
    "2",
    "4",
    "17",
    "32",
    "341",
    "613",
    "80006",
    "80007",
    "130429",
    "131000",
    "131016",
    "131048",
    "131056",
    "133004",
}
# 24 hours after the person's last text (WhatsApp), outside the allowed window (Messenger 10/2018278).
WINDOW = {"131047", "470"}
WINDOW_SUBCODES = {"2018278", "2534022"}
# The person stopped us, is gone, or cannot be written to.
BLOCKS = {"131050", "551", "1545041"}
BLOCK_SUBCODES = {"1545041", "2018108"}

SHARED_SETTINGS = (
    Setting("token", "Access token", is_secret=True),
    Setting("app_secret", "App secret", is_secret=True),
    Setting("verify_token", "Verify token", is_secret=True),
    Setting("host", "API host", is_required=False),
)


def graph(settings: Mapping[str, str], *path: str) -> str:
    """Return the address of a node or edge."""
    host = (settings.get("host") or "https://graph.facebook.com").rstrip("/")
    return "/".join([host, VERSION, *(quote(piece, safe="") for piece in path)])


def sign_in(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the header that carries our token."""
    return bearer(settings["token"])


def accepted(answer: Answer) -> dict[str, Any]:
    """Return what Graph answered, or raise what its error means."""
    said = answer.json()
    if answer.is_fine and "error" not in said:
        return said
    raise problem_of(inside(said, "error"), answer)


def problem_of(error: Any, answer: Answer) -> Exception:
    """Return what an error means for us."""
    code, subcode = text_of(error, "code"), text_of(error, "error_subcode")
    words = (
        text_of(error, "error_data", "details")
        or text_of(error, "message")
        or f"Meta answered {answer.status}."
    )
    if code in WINDOW or subcode in WINDOW_SUBCODES:
        return WindowClosed(words, code)
    if code in BLOCKS or subcode in BLOCK_SUBCODES:
        return NotAccepted(words, code, blocks=True)
    if code in LATER or answer.status == 429 or (not code and answer.status >= 500):
        return TryLater(words, answer.retry_after)
    if code in ACCESS or answer.status == 401:
        return AccessEnded(words)
    return NotAccepted(words, code)


def handshake(settings: Mapping[str, str], hook: Webhook) -> Heard | None:
    """Answer Meta's first question, or check the seal of what it posts."""
    if hook.method == "GET":
        is_ours = is_same(settings.get("verify_token", ""), hook.query.get("hub.verify_token", ""))
        if hook.query.get("hub.mode") != "subscribe" or not is_ours:
            raise Forged
        return Heard(reply=hook.query.get("hub.challenge", "")[:200])
    if not is_sealed(hook.body, settings.get("app_secret", ""), hook.headers.get("x-hub-signature-256", "")):
        raise Forged
    return None


def is_metas(settings: Mapping[str, str], link: str) -> bool:
    """Tell whether a link leads to Meta's own hosts, which alone are shown our token."""
    host = urlsplit(link).hostname or ""
    ends = (
        ".facebook.com",
        ".fbcdn.net",
        ".fbsbx.com",
        ".cdninstagram.com",
        ".whatsapp.net",
        ".instagram.com",
    )
    ours = urlsplit(settings.get("host") or "").hostname
    return host.endswith(ends) or (ours is not None and host == ours)


def ask_name(settings: Mapping[str, str], node: str, field: str) -> Asking:
    """Ask a node for its name, to see whether the token works."""
    answer = yield Call("GET", f"{graph(settings, node)}?fields={field}", sign_in(settings))
    return text_of(accepted(answer), field) or node


def ask_standing(settings: Mapping[str, str], scope: str) -> Generator[Call, Answer, Standing]:
    """Ask how our token stands (GET /debug_token): valid, until when, and for which accounts it has a permission.

    Graph says 0 for a token that does not end. Access to data may end before the token does; the earlier one counts.
    """
    asked = urlencode({"input_token": settings["token"]})
    answer = yield Call("GET", f"{graph(settings, 'debug_token')}?{asked}", sign_in(settings))
    said = inside(accepted(answer), "data")
    ends = [
        found
        for name in ("expires_at", "data_access_expires_at")
        if text_of(said, name) not in ("", "0") and (found := moment(text_of(said, name))) is not None
    ]
    scopes = [one for one in objects(said.get("granular_scopes")) if text_of(one, "scope") == scope]
    accounts = [str(one) for found in scopes for one in found.get("target_ids") or () if str(one).isdecimal()]
    return Standing(
        is_valid=said.get("is_valid") is not False,
        ends_at=min(ends, default=None),
        accounts=tuple(dict.fromkeys(accounts)),
        words=text_of(said, "error", "message"),
    )

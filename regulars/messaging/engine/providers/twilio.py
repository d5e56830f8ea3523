"""SMS and MMS by Twilio's Messages resource.

Signature: base64 of HMAC-SHA1 over the URL and the sorted form fields (Twilio, "Validating requests").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from regulars.messaging.engine.providers.reading import text_of
from regulars.messaging.engine.providers.values import (
    DELIVERED,
    FAILED,
    READ,
    SENT,
    AccessEnded,
    Answer,
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
    basic,
    post_form,
)

STATES = {
    "sent": SENT, "delivered": DELIVERED, "read": READ, "undelivered": FAILED, "failed": FAILED, "canceled": FAILED,
}  # fmt: skip
# The recipient answered STOP, or the carrier blocks us for them.
BLOCKS = {"21610", "30004"}
# Queue overflow, too many requests, carrier out of reach for now.
LATER = {"20429", "21611", "14107", "63038", "30001", "30022"}
SIGNED_OUT = {"20003", "20005", "20404"}
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
MOST_FILES = 10


class Twilio:
    """Texts by telephone number."""

    kind = "sms_twilio"
    label = "SMS (Twilio)"
    capabilities = Capabilities(1_600, has_files=True, largest_file=5_000_000, tells_delivery=True)
    settings = (
        Setting("account", "Account SID"),
        Setting("token", "Auth token", is_secret=True),
        Setting("number", "Number or messaging service (MG…)"),
        Setting("host", "API host", is_required=False),
    )

    def send(self, settings: Mapping[str, str], text: OutgoingText) -> Asking:
        """Send one text; Twilio answers with its SID."""
        ours = settings["number"]
        fields = [("To", text.to), ("MessagingServiceSid" if ours.startswith("MG") else "From", ours)]
        fields += [("Body", text.text)] if text.text else []
        fields += [("MediaUrl", link) for link in text.file_links[:MOST_FILES]]
        fields += [("StatusCallback", text.callback)] if text.callback else []
        answer = yield post_form(f"{_account(settings)}/Messages.json", fields, _sign_in(settings))
        said = _accepted(answer)
        if text_of(said, "error_code"):
            raise _problem(said, "error_code", "error_message")
        return text_of(said, "sid")

    def fetch(self, settings: Mapping[str, str], file: RemoteFile) -> Fetching:
        """Bring a picture; only Twilio's own hosts are shown our password."""
        host = urlsplit(file.key).hostname or ""
        is_theirs = (
            host == "api.twilio.com" or host.endswith(".twilio.com") or file.key.startswith(_base(settings))
        )
        answer = yield Call(
            "GET", file.key, _sign_in(settings) if is_theirs else {}, largest_answer=20_000_000
        )
        if not answer.is_fine:
            raise TryLater(f"The file could not be fetched ({answer.status}).")
        return answer.body

    def hear(self, settings: Mapping[str, str], hook: Webhook) -> Heard:
        """Read a text or what became of one of ours."""
        form = hook.form()
        if not _is_theirs(settings, hook, form):
            raise Forged
        key = form.get("MessageSid") or form.get("SmsSid") or ""
        state = form.get("MessageStatus") or form.get("SmsStatus") or ""
        if not key:
            return Heard(reply=EMPTY_TWIML, reply_type="text/xml", left_out=1)
        if state and state != "received":
            return Heard(events=_events(key, state, form), reply=EMPTY_TWIML, reply_type="text/xml")
        return Heard(texts=(_text(key, form),), reply=EMPTY_TWIML, reply_type="text/xml")

    def check(self, settings: Mapping[str, str]) -> Asking:
        """Ask for the account."""
        answer = yield Call("GET", f"{_account(settings)}.json", _sign_in(settings))
        return text_of(_accepted(answer), "friendly_name") or settings["account"]


def _base(settings: Mapping[str, str]) -> str:
    return (settings.get("host") or "https://api.twilio.com").rstrip("/")


def _account(settings: Mapping[str, str]) -> str:
    return f"{_base(settings)}/2010-04-01/Accounts/{quote(settings['account'], safe='')}"


def _sign_in(settings: Mapping[str, str]) -> dict[str, str]:
    return basic(settings["account"], settings["token"])


def _accepted(answer: Answer) -> dict[str, object]:
    said = answer.json()
    if answer.is_fine:
        return said
    if answer.status == 429 or answer.status >= 500:
        raise TryLater(text_of(said, "message") or f"Twilio answered {answer.status}.", answer.retry_after)
    if answer.status in (401, 403) or text_of(said, "code") in SIGNED_OUT:
        raise AccessEnded(text_of(said, "message") or "Twilio does not accept the account and token.")
    raise _problem(said, "code", "message")


def _problem(said: dict[str, object], code_name: str, words_name: str) -> Exception:
    code, words = text_of(said, code_name), text_of(said, words_name)
    if code in LATER:
        return TryLater(words or code)
    return NotAccepted(words or f"Twilio refused the text ({code}).", code, blocks=code in BLOCKS)


def _is_theirs(settings: Mapping[str, str], hook: Webhook, form: Mapping[str, str]) -> bool:
    token, mark = settings.get("token", ""), hook.headers.get("x-twilio-signature", "")
    if not token or not mark:
        return False
    fields = "".join(name + form[name] for name in sorted(form))
    return any(
        hmac.compare_digest(_seal(token, url + fields), mark.encode("utf-8", "replace"))
        for url in _spellings(hook.url)
    )


def _seal(token: str, words: str) -> bytes:
    return base64.b64encode(hmac.new(token.encode(), words.encode("utf-8", "replace"), hashlib.sha1).digest())


def _spellings(url: str) -> list[str]:
    """Return a link with and without its port: Twilio leaves out the standard one, proxies do as they like."""
    parts = urlsplit(url)
    port = {"https": 443, "http": 80}.get(parts.scheme, 0)
    host = parts.hostname or ""
    return [url, urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{port}"))]


def _events(key: str, state: str, form: Mapping[str, str]) -> tuple[DeliveryEvent, ...]:
    ours = STATES.get(state)
    if ours is None:
        return ()
    code = form.get("ErrorCode", "")
    return (DeliveryEvent(key, ours, None, form.get("ErrorMessage", ""), code, blocks=code in BLOCKS),)


def _text(key: str, form: Mapping[str, str]) -> IncomingText:
    said_count = form.get("NumMedia", "0")
    count = min(int(said_count), MOST_FILES) if said_count.isdecimal() else 0
    files = tuple(
        RemoteFile(form.get(f"MediaUrl{n}", ""), "", form.get(f"MediaContentType{n}", ""))
        for n in range(count)
        if form.get(f"MediaUrl{n}")
    )
    return IncomingText(
        key,
        form.get("From", ""),
        form.get("Body", "").replace("\x00", ""),
        None,
        sender_name=form.get("ProfileName", ""),
        files=files,
    )

"""What passes between us and a provider of texts, as values; nothing here opens a connection."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

SENT, DELIVERED, READ, FAILED = "sent", "delivered", "read", "failed"


class TryLater(Exception):
    """The provider asks for patience; `seconds` is how long, when it says so."""

    def __init__(self, reason: str, seconds: int | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class NotAccepted(Exception):
    """The provider will not take this text, however often it is tried; `blocks` says that this recipient wants none at all."""

    def __init__(self, reason: str, code: str = "", *, blocks: bool = False) -> None:
        super().__init__(reason)
        self.code, self.blocks = code, blocks


class WindowClosed(NotAccepted):
    """The person wrote too long ago: only a template may be sent."""


class PartlySent(Exception):
    """The first part went out as `key`, a later one did not: sending all of it again would double the first."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


class AccessEnded(Exception):
    """The key, token or number is no longer accepted: the channel has to be connected again."""


class Forged(Exception):
    """A webhook does not bear the provider's mark."""


@dataclass(frozen=True)
class Setting:
    """One thing a person enters to connect a channel."""

    name: str
    label: str
    is_secret: bool = False
    is_required: bool = True


@dataclass(frozen=True)
class Capabilities:
    """What a channel can carry, so that a composer knows before anybody types."""

    longest_text: int
    has_files: bool = False
    largest_file: int = 0
    window_hours: int | None = None
    has_templates: bool = False
    is_public: bool = False
    tells_delivery: bool = False
    tells_reading: bool = False
    medium: str = "sms"


@dataclass(frozen=True)
class Call:
    """One HTTP request to be made."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    largest_answer: int = 2_000_000


@dataclass(frozen=True)
class Answer:
    """What came back: header names in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_fine(self) -> bool:
        """Tell whether it was accepted."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """Return its body as an object, empty when it is none."""
        return json_object(self.body)

    @property
    def retry_after(self) -> int | None:
        """How long it asks to wait, in seconds."""
        said = self.headers.get("retry-after", "")
        return min(int(said), 86_400) if said.isdecimal() else None


@dataclass(frozen=True)
class Webhook:
    """A request a provider made to us: header names in lower case, `url` as the provider knows it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)

    def form(self) -> dict[str, str]:
        """Return the fields of a posted form; of one given twice the last."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class RemoteFile:
    """A file that a text brought, still with the provider: `key` is a link or an id of theirs."""

    key: str
    name: str = ""
    content_type: str = ""


@dataclass(frozen=True)
class Filling:
    """What stands in one gap of a template: `place` is header, body or button:NUMBER; a numbered gap has no name."""

    place: str
    name: str
    text: str


@dataclass(frozen=True)
class Template:
    """A text the provider has approved beforehand, and what fills its gaps, in their order."""

    name: str
    language: str
    fillings: tuple[Filling, ...] = ()


@dataclass(frozen=True)
class OutgoingText:
    """What is to be sent to one recipient; `answers` is the provider's id of what it answers, `file_links` are links it can fetch."""

    to: str
    text: str
    answers: str = ""
    is_public: bool = False
    file_links: tuple[str, ...] = ()
    template: Template | None = None
    callback: str = ""
    since_theirs: float | None = None


@dataclass(frozen=True)
class IncomingText:
    """A text somebody sent: `key` is the provider's id, the same however often it is told; `place` what it belongs under (a post)."""

    key: str
    sender: str
    text: str
    sent_at: datetime | None
    sender_name: str = ""
    username: str = ""
    language: str = ""
    files: tuple[RemoteFile, ...] = ()
    answers: str = ""
    place: str = ""
    is_public: bool = False
    is_echo: bool = False


@dataclass(frozen=True)
class DeliveryEvent:
    """What became of a text of ours."""

    key: str
    state: str
    at: datetime | None = None
    reason: str = ""
    code: str = ""
    blocks: bool = False


@dataclass(frozen=True)
class Heard:
    """What one webhook told us, and the reply it waits for."""

    texts: tuple[IncomingText, ...] = ()
    events: tuple[DeliveryEvent, ...] = ()
    reply: str = ""
    reply_type: str = "text/plain"
    left_out: int = 0


Asking = Generator[Call, Answer, str]
Fetching = Generator[Call, Answer, bytes]


class Provider(Protocol):
    """How one kind of channel speaks; all of it pure, whoever drives it makes the calls.

    `send` yields calls, is given their answers and returns the provider's id; `fetch` does the same for a file's bytes. Both
    raise `TryLater`, `NotAccepted` or `AccessEnded`. `hear` raises `Forged`, and nothing else whatever the bytes.
    """

    @property
    def kind(self) -> str:
        """One short word, the same for good: it is stored with channels."""
        ...

    @property
    def label(self) -> str:
        """What people call it."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""
        ...

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What has to be entered to connect it."""
        ...

    def send(self, settings: Mapping[str, str], text: OutgoingText) -> Asking:
        """Send one text."""
        ...

    def fetch(self, settings: Mapping[str, str], file: RemoteFile) -> Fetching:
        """Bring a file."""
        ...

    def hear(self, settings: Mapping[str, str], hook: Webhook) -> Heard:
        """Check the provider's mark and read what it tells."""
        ...

    def check(self, settings: Mapping[str, str]) -> Asking:
        """Ask whether the settings work; returns who we are there."""
        ...


def one_by_one(calls: Iterable[Call], key_of: Callable[[Answer], str]) -> Asking:
    """Make calls one after the other and return the key of the first."""
    first = ""
    for call in calls:
        answer = yield call
        try:
            key = key_of(answer)
        except (TryLater, NotAccepted, AccessEnded) as problem:
            if first:
                raise PartlySent(first, str(problem)) from problem
            raise
        first = first or key
    return first


def json_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object, empty when the bytes are none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def post_json(url: str, said: Any, headers: Mapping[str, str] | None = None) -> Call:
    """Return a call that posts JSON."""
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return Call("POST", url, {"Content-Type": "application/json", **(headers or {})}, body)


def post_form(url: str, fields: list[tuple[str, str]], headers: Mapping[str, str] | None = None) -> Call:
    """Return a call that posts a form."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return Call("POST", url, {**kind, **(headers or {})}, urlencode(fields).encode())


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of HTTP's basic sign-in."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}

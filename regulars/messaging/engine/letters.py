"""What a mail says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Address:
    """Who is named in a header: `email` in lower case as written, empty when the header names nobody reachable."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True)
class Attachment:
    """One part that is no body: `cid` without brackets, `is_inline` when a body shows it."""

    name: str
    content_type: str
    content: bytes
    cid: str = ""
    is_inline: bool = False

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.content)


@dataclass(frozen=True)
class Report:
    """What a delivery report says of one recipient (RFC 3464)."""

    recipient: str
    action: str
    status: str
    diagnosis: str


@dataclass(frozen=True)
class Letter:
    """A mail, read. `headers` maps each lower-case name to all its values, decoded, in their order.

    `has_own_text` is false where the text was made from the HTML.
    """

    subject: str = ""
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    sent_at: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    has_own_text: bool = True
    attachments: tuple[Attachment, ...] = ()
    reports: tuple[Report, ...] = ()
    returned_headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    content_type: str = "text/plain"
    report_type: str = ""
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the first value of a header, empty when it is absent."""
        return next(iter(self.headers.get(name, ())), "")

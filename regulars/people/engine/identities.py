"""How each kind of address, number, handle or id is written down, so that the same one is always the same text."""

from __future__ import annotations

from regulars.people.engine.tidy.emails import tidy_email
from regulars.people.engine.tidy.phones import tidy_phone
from regulars.people.engine.tidy.words import tidy_handle, tidy_link, tidy_text

NUMBERS = frozenset({"phone", "whatsapp"})
HANDLES = frozenset({"facebook", "instagram", "twitter", "linkedin", "telegram"})


def tidy_identity(kind: str, raw: str, country: str) -> str:
    """Return a value as it is stored and matched for its kind; raises Unclear when it cannot be read.

    >>> tidy_identity("email", "Ada@Aalto.example", ""), tidy_identity("phone", "040 1234567", "FI")
    ('ada@aalto.example', '+358401234567')
    """
    if kind == "email":
        return tidy_email(raw)
    if kind in NUMBERS:
        return tidy_phone(raw, country)
    if kind == "website":
        return tidy_link(raw)
    return tidy_handle(raw) if kind in HANDLES else tidy_text(raw)

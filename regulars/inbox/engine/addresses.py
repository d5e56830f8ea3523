"""A line of addresses as somebody types it."""

from __future__ import annotations

import re
from email.utils import getaddresses

ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>\"(),:;\[\]\\]+")


class NoAddress(ValueError):
    """A piece of the line is no address."""


def read_line(line: str) -> list[tuple[str, str]]:
    """Return the (address, name) pairs of a line, each address once.

    >>> read_line("Ada Lovelace <Ada@example.com>; bob@example.com, ada@example.com")
    [('ada@example.com', 'Ada Lovelace'), ('bob@example.com', '')]
    """
    found: dict[str, str] = {}
    for piece in re.split(r"[,;\n]+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line):
        if not piece.strip():
            continue
        name, email = getaddresses([piece.strip()])[0]
        if not ADDRESS.fullmatch(email):
            raise NoAddress(piece.strip())
        found.setdefault(email.lower(), " ".join(name.split()))
    return list(found.items())


def write_line(pairs: list[tuple[str, str]]) -> str:
    """Return pairs of address and name as a line.

    >>> write_line([("ada@example.com", "Ada"), ("bob@example.com", "")])
    'Ada <ada@example.com>, bob@example.com'
    """
    return ", ".join(f"{_quoted(name)} <{email}>" if name else email for email, name in pairs)


def _quoted(name: str) -> str:
    return f'"{name}"' if re.search(r"[,;<>@]", name) else name

"""How a message begins, as lists show it."""

from __future__ import annotations

import json

BEGINNING = 140


def beginning_of(text: str) -> str:
    """Return how a message begins, on one line.

    >>> beginning_of("Good morning,\\n\\n  I wrote last week.")
    'Good morning, I wrote last week.'
    """
    return " ".join(text[: BEGINNING * 3].split())[:BEGINNING]


def fitting(text: str, room: int) -> str:
    """Return as much of a text as takes at most `room` bytes when it travels as JSON in ASCII.

    >>> fitting("Grüße", 5), fitting("Grüße", 99)
    ('Gr', 'Grüße')
    """
    text = text[: max(room, 0)]
    while len(json.dumps(text)) - 2 > room and text:
        text = text[: len(text) * 9 // 10]
    return text

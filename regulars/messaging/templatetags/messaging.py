"""What messaging draws without the template engine: hits are drawn anew at each key pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from regulars.kit.markup import escape, icon, teller

register = template.Library()
Pieces = Sequence[tuple[str, bool]]


@register.simple_tag
def search_hits(hits: Sequence[Mapping[str, Any]]) -> SafeString:
    """Draw the messages that a search found: who, about what, and the words in their surroundings."""
    link = reverse("messaging:message", args=[0]).replace("0", "%d", 1)
    tell = teller()
    return SafeString("".join(_hit(hit, link % hit["message"].pk, tell) for hit in hits))


def _hit(hit: Mapping[str, Any], link: str, tell: Callable[[datetime], str]) -> str:
    message = hit["message"]
    subject = f" · {_marked(hit['subject'])}" if hit["subject"] else ""
    return (
        f'<li class="row-item">{icon("send" if message.direction == "out" else "mail")}<a class="row-text" href="{link}">'
        f'<span class="truncate"><strong>{escape(hit["who"])}</strong>{subject}</span>'
        f'<span class="muted">{_marked(hit["pieces"])}</span></a><span class="muted">{tell(message.sent_at)}</span></li>'
    )


def _marked(pieces: Pieces) -> str:
    return "".join(f"<mark>{escape(piece)}</mark>" if is_hit else escape(piece) for piece, is_hit in pieces)

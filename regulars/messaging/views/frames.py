"""A message's HTML as a page of its own: cleaned once more, its own pictures inside it, everything else forbidden."""

from __future__ import annotations

import base64
from html import escape

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit.keeping import read_kept
from regulars.messaging.engine.cleaning import clean
from regulars.messaging.models import Message
from regulars.messaging.models.messages import FILES
from regulars.messaging.queries.story import inline_pictures

# Links open beside the page, because somebody clicked them; nothing else may leave the frame.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    f"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox {SANDBOX}"
)
LOOK = (
    "body{margin:12px;font:15px/1.5 system-ui,sans-serif;color:#222;background:#fff;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}pre{white-space:pre-wrap}"
)
# By their first bytes, whatever the mail calls them. SVG is a program and never among them.
PICTURES = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
MOST_PICTURE_BYTES = 8_000_000


def frame_of(message: Message) -> str:
    """Return the page that stands in the frame."""
    body = clean(message.html, _pictures(message)).html
    title = escape(message.subject or _("(no subject)"))
    return (
        f'<!doctype html><html lang="{get_language()}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{LOOK}</style></head><body>{body}</body></html>"
    )


def _pictures(message: Message) -> dict[str, str]:
    """Return the message's own pictures by their ids, as data: the frame has no cookies to fetch them with."""
    found: dict[str, str] = {}
    left = MOST_PICTURE_BYTES
    for file in inline_pictures(message):
        if file.size > left:
            continue
        content = read_kept(FILES, file.kept)
        kind = next((kind for start, kind in PICTURES.items() if content.startswith(start)), "")
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            kind = "webp"
        if kind:
            left -= file.size
            found.setdefault(file.cid, f"data:image/{kind};base64,{base64.b64encode(content).decode()}")
    return found

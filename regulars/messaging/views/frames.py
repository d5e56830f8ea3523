"""A message's HTML as a page of its own: cleaned once more, its own pictures inside it, everything else forbidden."""

from __future__ import annotations

import base64
import re
from functools import cache
from html import escape, unescape

from django.core import signing
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit.keeping import read_kept
from regulars.messaging.engine.cleaning import clean
from regulars.messaging.engine.pictures import kind_of_picture
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
MOST_PICTURE_BYTES = 8_000_000


HELD_BACK = re.compile(r' data-held-src="([^"]*)"')
SALT = "messaging.picture"
WANTED_SECONDS = 3600


def policy(pictures_from: str = "") -> str:
    """Return what the frame may do; with pictures shown it may ask our own proxy for them."""
    return POLICY.replace("img-src", f"img-src {pictures_from}") if pictures_from else POLICY


def frame_of(message: Message, *, with_pictures: bool = False) -> str:
    """Return the page that stands in the frame; pictures of other servers come through our proxy, or not at all."""
    body = clean(message.html, _pictures(message)).html
    if with_pictures:
        # The same spacer stands in a newsletter a hundred times.
        through_us = cache(lambda held: f' src="{_through_us(message, unescape(held))}"')
        body = HELD_BACK.sub(lambda found: through_us(found[1]), body)
    title = escape(message.subject or _("(no subject)"))
    return (
        f'<!doctype html><html lang="{get_language()}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{LOOK}</style></head><body>{body}</body></html>"
    )


def _through_us(message: Message, url: str) -> str:
    # The frame has no cookies to show who asks, so the address itself is the key, for an hour.
    secret = signing.dumps([message.pk, url], salt=SALT, compress=True)
    return escape(reverse("messaging:picture", args=[secret]))


def wanted(secret: str) -> str | None:
    """Return which picture an address of our proxy stands for, None when we did not make it or it is old."""
    try:
        _message, url = signing.loads(secret, salt=SALT, max_age=WANTED_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(url)


def _pictures(message: Message) -> dict[str, str]:
    """Return the message's own pictures by their ids, as data: the frame has no cookies to fetch them with."""
    found: dict[str, str] = {}
    left = MOST_PICTURE_BYTES
    for file in inline_pictures(message):
        if file.size > left:
            continue
        content = read_kept(FILES, file.kept)
        kind = kind_of_picture(content)
        if kind:
            left -= file.size
            found.setdefault(file.cid, f"data:image/{kind};base64,{base64.b64encode(content).decode()}")
    return found

"""HTML of strangers made harmless: an allow-list, links that say where they go, pictures that wait until they are wanted.

Cleaned when it is kept and again when it is shown, since the rules change; the page shows it in a frame without scripts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3

LARGEST = 2_000_000
# The parser takes the square of how deep elements lie in each other; nothing that a person wrote lies so deep.
DEEPEST = 1_500
OPENING = re.compile(
    r"<(?!(?:br|hr|img|meta|link|input|col|area|wbr|p|li|td|th|tr|o:p)\b)[a-z]", re.IGNORECASE
)
TAGS = {
    *(
        "a",
        "abbr",
        "address",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
    ),
    *(
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
    ),
    *(
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
    ),
    *(
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ),
}
GONE_WITH_CONTENT = {
    *(
        "script",
        "style",
        "head",
        "title",
        "template",
        "noscript",
        "noembed",
        "noframes",
        "iframe",
        "object",
        "embed",
        "applet",
    ),
    *(
        "svg",
        "math",
        "select",
        "textarea",
        "button",
        "xmp",
        "plaintext",
        "audio",
        "video",
        "canvas",
        "frameset",
    ),
}
ATTRIBUTES = {
    "*": {"align", "valign", "dir", "lang", "style", "title", "bgcolor", "width", "height"},
    "a": {"href"},
    "blockquote": {"type"},
    "col": {"span"},
    "colgroup": {"span"},
    "font": {"color", "face", "size"},
    "img": {"src", "alt", "border", "data-held-src"},
    "li": {"value"},
    "ol": {"start", "type", "reversed"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap", "scope"},
}
# What says how text looks; nothing that positions, loads, hides or covers.
STYLES = {
    *(
        "background-color",
        "border",
        "border-bottom",
        "border-collapse",
        "border-color",
        "border-left",
        "border-radius",
    ),
    *(
        "border-right",
        "border-spacing",
        "border-style",
        "border-top",
        "border-width",
        "color",
        "direction",
        "font",
    ),
    *(
        "font-family",
        "font-size",
        "font-style",
        "font-variant",
        "font-weight",
        "letter-spacing",
        "line-height",
        "list-style-type",
    ),
    *(
        "margin",
        "margin-bottom",
        "margin-left",
        "margin-right",
        "margin-top",
        "max-width",
        "min-width",
        "padding",
    ),
    *(
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "text-align",
        "text-decoration",
        "text-indent",
    ),
    *(
        "text-transform",
        "vertical-align",
        "white-space",
        "width",
        "word-break",
        "word-spacing",
        "word-wrap",
        "overflow-wrap",
    ),
}
ACTIVE_STYLE = ("url", "expression", "@import", "image", "\\", "behavi", "-moz-binding")
# Browsers skip these in front of and inside a scheme, cleaners may not.
SKIPPED = re.compile(
    r"[\x00-\x20\x7f-\xa0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
LINK_SCHEMES = {"http", "https", "mailto", "tel", "sms", "ftp"}
PICTURE_DATA = re.compile(r"^data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+$", re.IGNORECASE)
REMOTE = re.compile(r"https?://[^/\s]", re.IGNORECASE)
HELD = "data-held-src"


# What the cleaner writes is regular: one space, the name, the value in double quotes.
ADDRESSES = re.compile(r' (href|src|data-held-src)="([^"]*)"')
STYLE = re.compile(r' style="([^"]*)"')
CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=GONE_WITH_CONTENT,
    attributes=ATTRIBUTES,
    url_schemes=LINK_SCHEMES | {"cid", "data"},
    filter_style_properties=STYLES,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


@dataclass(frozen=True)
class Cleaned:
    """Harmless HTML, and how many pictures of other servers were held back."""

    html: str
    held_back: int = 0


def clean(markup: str, pictures: Mapping[str, str] | None = None) -> Cleaned:
    """Return HTML in which nothing runs and nothing is fetched from elsewhere.

    `pictures` maps content ids to addresses of our own under which the mail's inline pictures are served. A picture of another
    server loses its address to `data-held-src`, from where the page takes it through the proxy when somebody asks for it.
    """
    known = {cid.strip("<>"): address for cid, address in (pictures or {}).items()}
    held = 0

    def address(found: re.Match[str]) -> str:
        nonlocal held
        name, value = found[1], html.unescape(found[2])
        name, value = ("href", _link(value)) if name == "href" else _picture(value, known)
        held += name == HELD
        return f' {name}="{html.escape(value)}"' if value else ""

    markup = markup[:LARGEST]
    if _is_too_deep(markup):
        return Cleaned(f"<pre>{html.escape(markup)}</pre>")
    cleaned = ADDRESSES.sub(address, CLEANER.clean(markup))
    if _is_active("".join(STYLE.findall(cleaned))):
        cleaned = STYLE.sub(lambda found: "" if _is_active(html.unescape(found[1])) else found[0], cleaned)
    return Cleaned(cleaned, held)


def _is_too_deep(markup: str) -> bool:
    """Tell whether more is begun than ended; the slow count is made only where the quick one, which is never lower, tells so."""
    ended = markup.count("</")
    most = markup.count("<") - ended
    ended += markup.count("/>")
    return most - ended > DEEPEST and len(OPENING.findall(markup)) - ended > DEEPEST


def _is_active(style: str) -> bool:
    said = style.lower()
    return any(sign in said for sign in ACTIVE_STYLE)


def _without_skipped(value: str) -> str:
    # Nearly every address holds nothing of the kind, which is told ten times quicker.
    is_plain = value.isascii() and value.isprintable() and " " not in value
    return value if is_plain else SKIPPED.sub("", value)


def _link(value: str) -> str:
    """Return where a link leads, empty when that is no place to go."""
    address = _without_skipped(value) if ":" in value else value.strip()
    scheme = address.split(":", 1)[0].lower() if ":" in address else ""
    try:
        urlsplit(address)
    except ValueError:
        return ""
    return address if scheme in LINK_SCHEMES else ""


def _picture(value: str, known: Mapping[str, str]) -> tuple[str, str]:
    """Return under which name a picture's address may stand, and the address, empty when it may not."""
    if PICTURE_DATA.match(value) or value in known.values():
        return "src", value
    address = _without_skipped(value)
    if address.lower().startswith("cid:"):
        return "src", known.get(address[4:].strip("<>"), "")
    if address.startswith("//"):
        address = f"https:{address}"
    return (HELD, address) if REMOTE.match(address) else ("src", "")

"""Notes: Markdown made into HTML that is safe to show, and who is named in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from regulars.people.engine.names import fold

MENTION = re.compile(r"(?<![\w@.])@(?=\w)")
_TAGS = {
    "p", "br", "hr", "strong", "em", "del", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h1", "h2", "h3", "h4",
    "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "input",
}  # fmt: skip
_WORD_END = re.compile(r"\w")


def to_html(text: str) -> str:
    """Return the HTML of a text in Markdown: no script, no style, no image, links in a new window.

    >>> to_html("**Ada** <script>x</script>")
    '<p><strong>Ada</strong> &lt;script&gt;x&lt;/script&gt;</p>\\n'
    """
    import nh3

    return nh3.clean(
        _renderer().render(text),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


@cache
def _renderer() -> Any:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    return made.enable(["table", "strikethrough"]).disable("image")


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """Return which of the folded names stand behind an @ in the text, the longest where several fit.

    >>> mentioned("Ask @Anna Berg, and @max!", ["anna", "anna berg", "max", "ma"])
    ['anna berg', 'max']
    """
    wanted = sorted(names, key=len, reverse=True)
    found: dict[str, None] = {}
    for place in MENTION.finditer(text):
        rest = fold(text[place.end() : place.end() + 200])
        name = next((name for name in wanted if _begins(rest, name)), None)
        if name is not None:
            found[name] = None
    return list(found)


def _begins(rest: str, name: str) -> bool:
    return rest.startswith(name) and not _WORD_END.match(rest[len(name) : len(name) + 1])

"""A link in an answer: in a letter behind its title, elsewhere as it is, since nothing there hides an address."""

from __future__ import annotations

import re

SIGNS = re.compile(r"([\\\[\]])")


def link_text(title: str, text: str, url: str, *, is_letter: bool) -> str:
    r"""Return the words of an offer with its link.

    >>> link_text("Returns [2026]", "", "https://a.example/r", is_letter=True)
    '[Returns \\[2026\\]](https://a.example/r)'
    >>> link_text("Returns", "", "https://a.example/r", is_letter=False)
    'Returns: https://a.example/r'
    """
    if not url:
        return text or title
    escaped = SIGNS.sub(r"\\\1", title)
    link = f"[{escaped}]({url})" if is_letter else f"{title}: {url}"
    return f"{text}\n\n{link}" if text else link

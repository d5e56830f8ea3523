"""What is new in an HTML reply: the place in its source where the history begins.

Mail programs wrap what they quote in containers of their own; where one does not, the shown lines are read as plain text
would be. The source is cut, not rebuilt: the cleaner closes what the cut left open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from regulars.messaging.engine.folding import history_line
from regulars.messaging.engine.html_text import Reader, is_broken, text_of

CLASSES = re.compile(
    r"(?:^|[\s_])(?:gmail_quote|gmail_quote_container|yahoo_quoted|protonmail_quote|moz-cite-prefix|moz-forward-container"
    r"|tutanota_quote|zmail_extra|OutlookMessageHeader|ms-outlook-mobile-reference-message|front-blockquote|mail_quote"
    r"|email_quoted_text|hmq|freebirdReply|ox-quote|iwcQuote|domino-section-head|replyHeader)(?:$|\s)",
    re.IGNORECASE,
)
IDS = re.compile(
    r"^(?:x_)*(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|stopSpelling"
    r"|isReplyContent|isForwardContent|yahoo_quoted\w*|reply-intro|replysplit|origbody|oriMsgHtmlSep|qqmail_quote|mainReply)$",
    re.IGNORECASE,
)
# Outlook draws a line above «From: …».
OUTLOOK_LINE = re.compile(
    r"border-top\s*:\s*(?:solid\s+#(?:b5c4df|e1e1e1)|#(?:b5c4df|e1e1e1)\s+1(?:\.0)?pt\s+solid)", re.IGNORECASE
)
PICTURE = re.compile(r"<img\b", re.IGNORECASE)


@dataclass(frozen=True)
class FoldedHtml:
    """The two ends of an HTML source; put together they are the source."""

    new: str
    quoted: str = ""


class Finder(Reader):
    """Reads shown text and notes the first container that holds history."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.container: int | None = None
        self._lines = [0]
        for found in re.finditer("\n", markup):
            self._lines.append(found.end())

    def place(self) -> int:
        """Return where in the source the reader stands."""
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a container of history, then read on."""
        if self.container is None and _holds_history(tag, {name: value or "" for name, value in attrs}):
            self.container = self.place()
        super().handle_starttag(tag, attrs)


def fold_html(markup: str) -> FoldedHtml:
    """Cut an HTML body where its history begins; uncut when nothing would be left or an answer stands below."""
    if is_broken(markup):
        return FoldedHtml(markup)
    finder = Finder(markup)
    finder.feed(markup)
    finder.close()
    text = "".join(finder.pieces)
    told = [at for at in (finder.container, _history_in_lines(finder, text)) if at is not None]
    cut = min(told, default=None)
    if cut is None or not _shows_something(markup[:cut]):
        return FoldedHtml(markup)
    return FoldedHtml(markup[:cut], markup[cut:])


def _holds_history(tag: str, attributes: dict[str, str]) -> bool:
    if tag == "blockquote" and attributes.get("type", "").lower() == "cite":
        return True
    return bool(
        CLASSES.search(attributes.get("class", ""))
        or IDS.match(attributes.get("id", "") or attributes.get("name", ""))
        or (tag == "div" and OUTLOOK_LINE.search(attributes.get("style", "")))
    )


def _history_in_lines(finder: Finder, text: str) -> int | None:
    """Return where in the source the line stands with which plain text would begin its history."""
    number = history_line(text)
    if number is None:
        return None
    return _source_of(finder, sum(len(line) + 1 for line in text.split("\n")[:number]))


def _source_of(finder: Finder, place: int) -> int | None:
    lengths, at = [0], 0
    for piece in finder.pieces:
        at += len(piece)
        lengths.append(at)
    return next((source for index, source in finder.sources if lengths[index] >= place), None)


def _shows_something(markup: str) -> bool:
    return bool(text_of(markup).strip()) or bool(PICTURE.search(markup))

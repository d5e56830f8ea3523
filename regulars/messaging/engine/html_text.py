"""HTML to the text a person would read: paragraphs, lists, table cells, nothing that is not shown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

HIDDEN = frozenset(
    ("script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe", "select")
)
PARAGRAPHS = frozenset(
    ("p", "blockquote", "ul", "ol", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr")
)
LINES = frozenset(
    ("div", "li", "tr", "br", "section", "article", "header", "footer", "dt", "dd", "address", "center")
)
SPACE = re.compile(r"[ \t\r\n\f]+")
BLANK_LINES = re.compile(r"\n{3,}")


class Reader(HTMLParser):
    """Collects shown text; `quote_depth` marks lines inside blockquotes with «> »."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.hidden: list[str] = []
        self.quotes = 0
        self.kept = 0
        self.sources: list[tuple[int, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line where the tag begins one."""
        if tag in HIDDEN:
            self.hidden.append(tag)
        if self.hidden:
            return
        if tag in PARAGRAPHS:
            self._break(2)
        elif tag == "br":
            self.pieces.append("\n" + "> " * self.quotes)
        elif tag in LINES:
            self._break(1)
        self._begin(tag, attrs)

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            self.pieces.append("- ")
        elif tag in ("td", "th"):
            self._gap()
        elif tag == "blockquote":
            self.quotes += 1
            self.pieces.append("> " * self.quotes)
        elif tag == "pre":
            self.kept += 1
        elif tag == "img":
            self._say(dict(attrs).get("alt") or "")

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Read an unknown «<![…» as browsers do: as a comment."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def handle_endtag(self, tag: str) -> None:
        """End a line where the tag ends one."""
        if tag in self.hidden:
            while self.hidden and self.hidden.pop() != tag:
                pass
            return
        if self.hidden:
            return
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        elif tag == "pre":
            self.kept = max(0, self.kept - 1)
        if tag in PARAGRAPHS:
            self._break(2)
        elif tag in LINES and tag != "br":
            self._break(1)

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if not self.hidden:
            self._say(data)

    def _say(self, text: str) -> None:
        if text.strip():
            self.sources.append((len(self.pieces), self.place()))
        if self.kept:
            self.pieces.append(text.replace("\r\n", "\n"))
            return
        text = SPACE.sub(" ", text)
        if text == " ":
            self._gap()
        elif text:
            self.pieces.append(text.lstrip() if self._is_at_line_start() else text)

    def place(self) -> int:
        """Return where in the source the reader stands; readers that need it say so."""
        return 0

    def _gap(self) -> None:
        if self.pieces and not self.pieces[-1].endswith((" ", "\n", "\t")):
            self.pieces.append(" ")

    def _is_at_line_start(self) -> bool:
        return not self.pieces or self.pieces[-1].endswith(("\n", "> "))

    def _break(self, lines: int) -> None:
        # Nothing is broken where nothing has been said since the last break.
        last = "".join(self.pieces[-3:])
        bare = last.rstrip("> ")
        have = len(bare) - len(bare.rstrip("\n"))
        if self.pieces and have < lines:
            self.pieces.append(("\n" + "> " * self.quotes) * (lines - have))


def is_broken(markup: str) -> bool:
    """Tell whether far more is begun than ended, on which the standard parser takes the square of the length."""
    begun, ended = markup.count("<"), markup.count(">")
    return begun > 2 * ended + 100 or markup.count("<!--") > markup.count("-->") + 20


def text_of(markup: str) -> str:
    """Return an HTML body as plain text, quotations marked with «> » as mail does."""
    if is_broken(markup):
        # Another parser, quick on anything, puts it in order first.
        markup = nh3.clean(markup)
    reader = Reader()
    reader.feed(markup)
    reader.close()
    text = "".join(reader.pieces).replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "")
    lines = [line.rstrip() for line in text.split("\n")]
    return BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()

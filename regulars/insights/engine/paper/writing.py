"""A PDF of sheets: figures side by side, charts with their tables, and at the end what each measure means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from regulars.insights.engine.paper import charts
from regulars.insights.engine.paper.faces import GREEN, INK, LINE, QUIET, TEXT, letters, runs, width_of
from regulars.insights.engine.paper.sheets import Paper, Sheet

MARGIN, INSIDE, GAP, ACROSS = 47.0, 6.0, 10.0, 4
WIDTH = charts.WIDTH
# A table of more columns than these is set smaller.
WIDE, PADDING = 8, 2.0


def write_pdf(paper: Paper) -> bytes:
    """Return the file."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    letters(TEXT)
    file = BytesIO()
    document = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=paper.title, author=paper.author, lang=paper.language, initialFontName=TEXT,
    )  # fmt: skip

    def foot(canvas: Any, _document: Any) -> None:
        canvas.setFillColor(charts.shade(QUIET))
        at = MARGIN + INSIDE
        for run in runs(paper.foot):
            canvas.setFont(run.face, 8)
            canvas.drawString(at, MARGIN / 2, run.text)
            at += width_of(run.text, 8)
        canvas.setFont(TEXT, 8)
        canvas.drawRightString(A4[0] - MARGIN - INSIDE, MARGIN / 2, str(canvas.getPageNumber()))

    document.build(list(_story(paper)), onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _story(paper: Paper) -> Iterator[Any]:
    from reportlab.platypus import Spacer

    yield _words(paper.title, size=20, strong=True)
    for line in paper.lines:
        yield _words(line, colour=QUIET)
    yield Spacer(1, GAP)
    for is_number, sheets in groupby(paper.sheets, lambda one: one.is_number):
        if is_number:
            yield _figures(list(sheets))
        else:
            for sheet in sheets:
                yield from _sheet(sheet)
    yield from _meanings(paper)


def _figures(sheets: Sequence[Sheet]) -> Any:
    """Set figures beside one another."""
    from reportlab.platypus import Table

    cells: list[Any] = [_figure(one) for one in sheets]
    cells += [""] * (-len(cells) % ACROSS)
    rows = [cells[at : at + ACROSS] for at in range(0, len(cells), ACROSS)]
    style: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
    ]
    style += [("LINEABOVE", (0, 0), (-1, -1), 0.5, charts.shade(LINE)), ("TOPPADDING", (0, 0), (-1, -1), 6)]
    return Table(rows, colWidths=[WIDTH / ACROSS] * ACROSS, style=style, hAlign="LEFT")


def _figure(sheet: Sheet) -> list[Any]:
    return [
        _words(sheet.title, size=9, strong=True),
        _words(sheet.figure, size=16, strong=True, colour=GREEN),
        *(_words(note, size=8, colour=QUIET) for note in sheet.notes),
    ]


def _sheet(sheet: Sheet) -> Iterator[Any]:
    from reportlab.platypus import KeepTogether, Spacer

    head: list[Any] = [Spacer(1, GAP), _words(sheet.title, size=12, strong=True)]
    head += [_words(note, size=8, colour=QUIET) for note in sheet.notes]
    if sheet.chart is not None:
        head += [Spacer(1, 4), charts.draw(sheet.chart)]
    table = [_table(sheet)] if sheet.rows else []
    under = [_words(sheet.under, size=8, colour=QUIET)] if sheet.under else []
    yield KeepTogether([*head, Spacer(1, 4)])
    yield from (*table, *under)


def _table(sheet: Sheet) -> Any:
    from reportlab.lib.colors import Whiter
    from reportlab.platypus import Table

    rows = [sheet.heads, *sheet.rows]
    is_wide = len(sheet.heads) > WIDE
    size = 5.5 if is_wide else 7.5
    widths = _widths(rows, size)
    style: list[Any] = [
        ("FONT", (0, 0), (-1, -1), TEXT, size), ("TEXTCOLOR", (0, 0), (-1, 0), charts.shade(QUIET)), ("TEXTCOLOR", (0, 1), (-1, -1), charts.shade(INK)),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, charts.shade(LINE)),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]  # fmt: skip
    for line, warm in enumerate(sheet.warm, 1):
        for column, share in enumerate(warm):
            if share > 0:
                place = (column, line)
                style.append(("BACKGROUND", place, place, Whiter(charts.shade(GREEN), 0.05 + 0.4 * share)))
    cells = [
        [
            _cell(_fit(cell, widths[n], size), size, is_first=n == 0, is_head=line == 0)
            for n, cell in enumerate(row)
        ]
        for line, row in enumerate(rows)
    ]
    return Table(cells, colWidths=widths, style=style, repeatRows=1, hAlign="LEFT")


def _cell(text: str, size: float, *, is_first: bool, is_head: bool) -> Any:
    """Return what stands in a cell: plain words where one face writes them, as the table sets these quicker."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    cut = runs(text)
    if all(one.face == TEXT for one in cut):
        return "".join(one.text for one in cut)
    style = ParagraphStyle(
        "cell", fontName=TEXT, fontSize=size, leading=size * 1.2, textColor=charts.shade(QUIET if is_head else INK),
        alignment=0 if is_first else 2, splitLongWords=0,
    )  # fmt: skip
    return Paragraph(_marked(text), style)


def _widths(rows: Sequence[Sequence[str]], size: float) -> list[float]:
    """Give each column what its words need; the first has what is left."""
    rest = [
        max(width_of(row[column], size) for row in rows) + 3 * PADDING for column in range(1, len(rows[0]))
    ]
    least = WIDTH / 8
    shrunk = min(1.0, (WIDTH - least) / (sum(rest) or 1.0))
    rest = [one * shrunk for one in rest]
    return [WIDTH - sum(rest), *rest]


def _fit(text: str, room: float, size: float) -> str:
    """Cut a text to the width there is."""
    if width_of(text, size) <= room - 2 * PADDING:
        return text
    while text and width_of(text + "…", size) > room - 2 * PADDING:
        text = text[:-1]
    return text + "…"


def _meanings(paper: Paper) -> Iterator[Any]:
    from reportlab.platypus import KeepTogether, Spacer

    told = {sheet.name: sheet.meaning for sheet in paper.sheets if sheet.meaning}
    if told:
        yield Spacer(1, 2 * GAP)
        yield _words(paper.meaning_head, size=12, strong=True)
    for title, meaning in told.items():
        yield KeepTogether(
            [_words(title, size=9, strong=True), _words(meaning, size=8.5, colour=QUIET), Spacer(1, 3)]
        )


def _words(text: str, *, size: float = 9.5, strong: bool = False, colour: str = INK) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    style = ParagraphStyle(
        "words", fontName=TEXT, fontSize=size, leading=size * 1.32, textColor=charts.shade(colour)
    )
    return Paragraph(_marked(text, strong=strong), style)


def _marked(text: str, *, strong: bool = False) -> str:
    """Return a text as markup that names the face of each run."""
    return "".join(f'<font name="{one.face}">{escape(one.text)}</font>' for one in runs(text, strong=strong))

"""Where the table is in a file: its delimiter, the lines above it, and whether its first row names the columns."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from regulars.people.engine.sayings import Unreadable, gettext_noop
from regulars.people.engine.tables.source import refuse_kind

_ = gettext_noop
Row = list[str]
DELIMITERS = (",", ";", "\t", "|", "^", "\x1f")
LONGEST_CELL = 1_048_576
_SAMPLE_ROWS = 200
_TITLE_ROWS = 30
_EXCEL_HINT = re.compile(r"\A\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
_VALUE_LIKE = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+"  # an e-mail
    r"|[-+(]?[£$€]?\d[\d\s.,'’()/:+-]*%?"  # a number, date, time or phone
    r"|(?:https?://|www\.)\S+"
    r"|\d{4}-\d\d-\d\dT\S+"
    r"|true|false|-|n/a",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
csv.field_size_limit(LONGEST_CELL)


def refuse_text(sample: str) -> None:
    """Refuse texts that are something else than a table, by name."""
    opening = sample.lstrip("\ufeff \t\r\n")
    if re.match(r"[{[]\s*(?:[{\[\"\]}]|-?\d)", opening) and not re.match(r"\[[^\]\n]*\][,;\t|]", opening):
        raise refuse_kind(_("a JSON file"))
    control = sum(letter < " " and letter not in "\t\r\n\v\f\x1f\x00" for letter in sample)
    if control > 0.02 * len(sample) + 2:
        raise Unreadable(_("This is not a text file, so there is no table to read in it."))


def said_delimiter(sample: str) -> str:
    """Return the delimiter that Excel's first line names, or nothing."""
    hint = _EXCEL_HINT.match(sample)
    return hint.group(1) if hint else ""


def guess_delimiter(sample: str) -> str:
    """Return the delimiter under which most rows have the same number of cells."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        if delimiter in sample:
            score = _agreement(parse(sample, delimiter))
            best, best_score = (delimiter, score) if score > best_score + 1e-9 else (best, best_score)
    if not best_score:
        _refuse_prose(sample)
    return best


def parse(sample: str, delimiter: str) -> list[Row]:
    """Return the first rows of a sample."""
    rows: list[Row] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def find_header(rows: Sequence[Row]) -> int:
    """Return how many title rows and blank rows stand above the table."""
    widths = [_filled(row) for row in rows]
    usual = Counter(width for width in widths if width).most_common()
    if not usual:
        raise Unreadable(_("The file is empty."))
    widest = max(width for width, times in usual if times == usual[0][1])
    for place, width in enumerate(widths[:_TITLE_ROWS]):
        is_title = width <= max(1, widest // 4) and widest > 1
        if width and not is_title:
            return place
    return next(place for place, width in enumerate(widths) if width)


def has_header(rows: Sequence[Row], knows: Callable[[str], bool]) -> bool:
    """Say whether the first row names the columns; `knows` tells a name that a field goes by."""
    first, below = [cell.strip() for cell in rows[0]], rows[1:50]
    named = [cell for cell in first if cell]
    values = [cell for cell in named if _VALUE_LIKE.fullmatch(cell) and not _YEAR.fullmatch(cell)]
    if any("@" in cell for cell in values):
        return False
    known = sum(map(knows, named))
    if known and known >= len(values):
        return True
    if values:
        return False
    return not _repeats(named, below)


def column_names(first: Sequence[str], width: int, *, named: bool, nameless: str) -> list[str]:
    """Return a name for each column, made where there is none and never the same twice."""
    names: list[str] = []
    for place in range(width):
        written = " ".join(first[place].split()) if named and place < len(first) else ""
        name = base = written or nameless % {"number": place + 1}
        again = 2
        while name in names:
            name, again = f"{base} ({again})", again + 1
        names.append(name)
    return names


def _agreement(rows: Iterable[Row]) -> float:
    """Return how well the rows agree on a width above one, wider being a little better."""
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    several = {width: times for width, times in widths.items() if width > 1}
    if not several:
        return 0.0
    width = max(several, key=lambda width: (several[width], width))
    share = several[width] / widths.total()
    return 0.0 if share < 0.34 and widths[1] > several[width] else share + min(width, 50) / 1_000


def _refuse_prose(sample: str) -> None:
    """Refuse running text and columns laid out with spaces, which only look like one column."""
    lines = [line for line in sample.splitlines() if line.strip()][:_SAMPLE_ROWS]
    spaced = sum(bool(re.search(r"\S {2,}\S", line)) for line in lines)
    if len(lines) > 1 and spaced >= len(lines) * 0.6:
        raise Unreadable(
            _("The columns of this file are set apart by spaces alone. Please save it as CSV and try again.")
        )
    prose = sum(len(line.split()) > 6 for line in lines)
    if len(lines) > 3 and prose > len(lines) * 0.3:
        raise Unreadable(_("This looks like running text: there is no table with columns in it."))


def _filled(row: Row) -> int:
    """Count the cells that hold something."""
    return sum(bool(cell.strip()) for cell in row)


def _repeats(named: Sequence[str], below: Sequence[Row]) -> bool:
    """Say whether the first row is one of many like it: most of its words come again below."""
    if len(below) < 3 or not named:
        return False
    again = {cell.strip() for row in below for cell in row}
    return sum(cell in again for cell in named) > len(named) / 2

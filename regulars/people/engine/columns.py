"""Guess which field each column goes to, from its name and from what its cells hold, with a reason for each."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from regulars.people.engine.fields import LEFT_ALONE, PEOPLE_FIELDS, Field, is_about_consent
from regulars.people.engine.names import fold, words
from regulars.people.engine.sayings import Note, Unclear, gettext_noop
from regulars.people.engine.tidy.countries import tidy_country
from regulars.people.engine.tidy.dates import looks_like_date
from regulars.people.engine.tidy.emails import looks_like_email
from regulars.people.engine.tidy.numbers import looks_like_number
from regulars.people.engine.tidy.phones import looks_like_phone
from regulars.people.engine.tidy.words import is_blank, tidy_link, tidy_yes_no

_ = gettext_noop
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_QUALIFIERS = re.compile(
    r"\d+|value|primary|main|home|work|business|private|personal|mobile|other|billing|shipping|customer|contact|company|"
    r"person|lead|client|user|default|ensisijainen|toissijainen|secondary|alternate|second|first"
)
_ENOUGH = 0.35
_FEW = 5
_SOME = 3
_IN_LETTERS = frozenset(
    {"name", "first_name", "last_name", "company", "job_title", "city", "region", "description"}
)


@dataclass(frozen=True, slots=True)
class Guess:
    """Where one column probably goes: the field's name ("" for nowhere), how sure we are, why, and what its cells hold."""

    column: int
    field: str
    confidence: float
    reason: Note
    type: str = "text"


@dataclass(frozen=True, slots=True)
class _Cells:
    """What a sample of a column's cells looks like."""

    filled: int
    shares: dict[str, float]
    distinct: int

    @property
    def type(self) -> str:
        """The custom field type that would hold these cells."""
        if not self.filled:
            return "text"
        for kind, enough in (("bool", 1.0), ("number", 0.95), ("date", 0.9), ("link", 0.9)):
            if self.shares[kind] >= enough:
                return kind
        is_choice = self.filled >= 20 and self.distinct <= min(12, self.filled / 4)
        return "choice" if is_choice else "text"


def guess_columns(
    columns: Sequence[str], rows: Sequence[Sequence[str]], fields: Sequence[Field] = PEOPLE_FIELDS
) -> list[Guess]:
    """Return a guess for each column; a field that takes one column only goes to the best of its suitors."""
    guesses = [
        _guess(place, name, _look([row[place] for row in rows if place < len(row)]), fields)
        for place, name in enumerate(columns)
    ]
    single = {field.name for field in fields if not field.several}
    for name in single:
        suitors = sorted((g for g in guesses if g.field == name), key=lambda g: (-g.confidence, g.column))
        for late in suitors[1:]:
            guesses[late.column] = replace(
                late,
                field="",
                confidence=0.0,
                reason=Note(_("Another column is already “%(field)s”."), field=name),
            )
    return _keep_one_id(_name_beside_first_name(guesses, rows))


def _name_beside_first_name(guesses: list[Guess], rows: Sequence[Sequence[str]]) -> list[Guess]:
    """Take a “name” beside a first name for the last name, unless its cells hold the first names too."""
    by_field = {guess.field: guess for guess in guesses if guess.field}
    name, first = by_field.get("name"), by_field.get("first_name")
    if name is None or first is None or "last_name" in by_field:
        return guesses
    pairs = [
        (row[name.column], row[first.column]) for row in rows if len(row) > max(name.column, first.column)
    ]
    told = [fold(given) in fold(whole) for whole, given in pairs if whole.strip() and given.strip()]
    if not told or sum(told) * 2 > len(told):
        return guesses
    guesses[name.column] = replace(
        name, field="last_name", reason=Note(_("It stands beside a column of first names."))
    )
    return guesses


def names_a_field(fields: Sequence[Field] = PEOPLE_FIELDS) -> Callable[[str], bool]:
    """Return a question: is this what a column of one of the fields would be called?"""
    known = {name for field in fields for name in field.names}

    def knows(name: str) -> bool:
        compact = _compact(name)
        return compact in known or _unqualified(compact) in known

    return knows


def column_named(columns: Sequence[str], name: str) -> int | None:
    """Return the place of the column that a person calls by this name, by its exact or its folded form."""
    if name in columns:
        return list(columns).index(name)
    said = _compact(name)
    return next((place for place, column in enumerate(columns) if _compact(column) == said), None)


def _guess(place: int, name: str, cells: _Cells, fields: Sequence[Field]) -> Guess:
    """Return the best guess for one column."""
    compact = _compact(name)
    if compact in LEFT_ALONE or is_about_consent(compact):
        return Guess(place, "", 0.0, _left_alone(compact), cells.type)
    best = Guess(place, "", 0.0, Note(_("Nothing we know goes by this name.")), cells.type)
    for field in fields:
        by_name = _named(compact, field)
        score, reason = _weigh(by_name, field, cells)
        if score > best.confidence:
            best = replace(best, field=field.name, confidence=round(score, 2), reason=reason)
    return best if best.confidence >= _ENOUGH else replace(best, field="", confidence=0.0)


def _weigh(by_name: float, field: Field, cells: _Cells) -> tuple[float, Note]:
    """Return how sure we are that the column goes to a field, from its name and its cells."""
    if field.name in _IN_LETTERS and cells.shares["number"] > 0.9:
        return by_name * 0.3, Note(_("Its cells are numbers."))
    share = cells.shares.get(_shown_by(field.type), -1.0) if cells.filled else -1.0
    if share < 0:
        return by_name, Note(_("Its name says so."))
    if not by_name:
        by_cells = share * {"email": 0.95, "phone": 0.6, "country": 0.6}.get(field.type, 0.0)
        # Any number written in groups may be a telephone number; one or two of them say nothing.
        is_enough = field.name != "phone" or cells.filled >= _SOME
        allowed = (
            by_cells if field.name in {"email", "phone", "country"} and share > 0.7 and is_enough else 0.0
        )
        return allowed, Note(_("%(percent)s %% of its cells look like it."), percent=round(share * 100))
    if share >= 0.5:
        return min(1.0, by_name + 0.1), Note(_("Its name and its cells say so."))
    if cells.filled < _FEW:
        return by_name * 0.8, Note(_("Its name says so; there is too little in it to tell."))
    doubt = 0.25 if field.type in {"email", "keeper"} else 0.6
    return by_name * doubt, Note(
        _("Its name says so, but only %(percent)s %% of its cells do."), percent=round(share * 100)
    )


def _named(compact: str, field: Field) -> float:
    """Return how well a column's name fits a field."""
    if not compact:
        return 0.0
    if compact in field.names:
        # Names further down the list are the vaguer ones.
        return 0.9 - 0.1 * field.names.index(compact) / len(field.names)
    bare = _unqualified(compact)
    if bare and bare in field.names:
        return 0.75
    is_id = compact.endswith("id") and field.type != "external"
    long = [name for name in field.names if len(name) >= max(5, 0.6 * len(compact)) and name in compact]
    return 0.5 if long and not is_id else 0.0


def _compact(name: str) -> str:
    """Return a column name without case, accents, spaces and signs."""
    return "".join(words(_CAMEL.sub(" ", name).replace("_", " ")))


def _unqualified(compact: str) -> str:
    """Return the name without words such as home, work, 2 that only tell one e-mail from another."""
    return _QUALIFIERS.sub("", compact)


def _shown_by(type_: str) -> str:
    """Return which look of the cells speaks for a field's type."""
    return {
        "email": "email", "phone": "phone", "country": "country", "birthday": "date", "moment": "date", "link": "link",
        "keeper": "email", "yes_no": "bool", "number": "number", "money": "number", "whole": "number",
    }.get(type_, "")  # fmt: skip


def _look(cells: Sequence[str]) -> _Cells:
    """Return what a sample of cells looks like."""
    filled = [cell.strip() for cell in cells if not is_blank(cell)][:300]
    tests: dict[str, Callable[[str], bool]] = {
        "email": looks_like_email, "phone": _is_phone, "date": looks_like_date, "number": looks_like_number,
        "link": _is_link, "country": _is_country, "bool": _is_yes_no,
    }  # fmt: skip
    total = max(1, len(filled))
    shares = {name: sum(map(test, filled)) / total for name, test in tests.items()}
    return _Cells(len(filled), shares, len(set(filled)))


def _is_phone(cell: str) -> bool:
    """Say whether a cell is a telephone number and not a day, which may be written with the same signs."""
    return looks_like_phone(cell) and not looks_like_date(cell)


def _is_link(cell: str) -> bool:
    """Say whether a cell is a web address."""
    if "." not in cell or "@" in cell or " " in cell or not re.search(r"[a-z]", cell, re.IGNORECASE):
        return False
    return not _refuses(tidy_link, cell)


def _is_country(cell: str) -> bool:
    """Say whether a cell is a country."""
    return len(cell) > 3 and not _refuses(tidy_country, cell)


def _is_yes_no(cell: str) -> bool:
    """Say whether a cell is yes or no in words."""
    return not cell.isdigit() and not _refuses(tidy_yes_no, cell)


def _refuses(tidy: Callable[[str], object], cell: str) -> bool:
    """Say whether a value cannot be tidied."""
    try:
        tidy(cell)
    except Unclear:
        return True
    return False


def _left_alone(compact: str) -> Note:
    """Return why a column is left alone on purpose."""
    if is_about_consent(compact):
        return Note(_("Consent needs wording, source and time; record it on the person or through the API."))
    return Note(_("Row numbers and the like are left out."))


def _keep_one_id(guesses: list[Guess]) -> list[Guess]:
    """Keep one column of external ids: two of them in a file are seldom both the customer's."""
    ids = sorted((g for g in guesses if g.field == "external_id"), key=lambda g: (-g.confidence, g.column))
    for late in ids[1:]:
        reason = Note(_("Another column is already “%(field)s”."), field="external_id")
        guesses[late.column] = replace(late, field="", confidence=0.0, reason=reason)
    return guesses

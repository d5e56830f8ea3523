"""Read the cells of one row of people as a plan says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from regulars.people.engine.full_names import full_name, split_full_name
from regulars.people.engine.people_plan import CustomType, PeoplePlan, Target
from regulars.people.engine.sayings import Unclear, gettext_noop
from regulars.people.engine.tidy.countries import tidy_country
from regulars.people.engine.tidy.dates import tidy_birthday, tidy_date, tidy_moment
from regulars.people.engine.tidy.emails import several_emails
from regulars.people.engine.tidy.numbers import NumberStyle, tidy_money, tidy_number
from regulars.people.engine.tidy.phones import several_phones
from regulars.people.engine.tidy.words import (
    is_blank,
    split_list,
    tidy_choice,
    tidy_handle,
    tidy_language,
    tidy_lines,
    tidy_link,
    tidy_text,
    tidy_yes_no,
    tidy_zone,
)

_ = gettext_noop
_FORMULA_STARTS = frozenset("=+-@\t\r")
LONGEST = {
    "name": 300, "first_name": 150, "last_name": 150, "job_title": 150, "city": 120, "street": 300, "region": 120,
    "postcode": 20, "company": 200, "acquired_channel": 60, "acquired_campaign": 120, "email": 254, "external_id": 120,
    "website": 300, "phone": 40,
}  # fmt: skip
MOST_REMEMBERED = 8_192
Identity = tuple[str, str, str, str]


@dataclass(slots=True)
class Row:
    """One row while it is read."""

    values: dict[str, str] = field(default_factory=dict)
    identities: list[Identity] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    custom: dict[str, object] = field(default_factory=dict)
    keeper: int = 0
    is_partial: bool = False


Put = Callable[[Row, str, list[str]], None]


class Tidied(dict[str, str]):
    """The values of one column by cell: the same cities, jobs, days and names come again and again."""

    def __init__(self, field_name: str, tidy: Callable[[str], str]) -> None:
        super().__init__()
        self.name, self.tidy, self.longest = field_name, tidy, LONGEST.get(field_name, 10_000)

    def __missing__(self, cell: str) -> str:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        value = "" if is_blank(cell) else self.tidy(unquoted(cell))
        if len(value) > self.longest:
            raise _too_long(self.name, self.longest)
        self[cell] = value
        return value


class Reader:
    """Reads rows by a plan whose targets were turned into functions once."""

    def __init__(self, plan: PeoplePlan, left_out: dict[str, int]) -> None:
        self.plan, self.left_out = plan, left_out
        self.country_column = next((t.column for t in plan.targets if t.field == "country"), -1)
        self.zone = ZoneInfo(plan.zone)
        self.setters = [(target.column, target, *self._setter(target)) for target in plan.targets]

    def read(self, cells: list[str]) -> Row:
        """Return the row tidied; raises the first thing that is unclear about it."""
        if len(cells) > self.plan.width and any(cells[self.plan.width :]):
            raise Unclear(
                _("This row has %(cells)s cells, but the table has %(width)s columns."),
                cells=len(cells), width=self.plan.width,
            )  # fmt: skip
        row, count = Row(), len(cells)
        for column, target, put, tidied in self.setters:
            cell = cells[column] if column < count else ""
            if not cell:
                continue
            try:
                if tidied is None:
                    self._put(row, put, cell, cells)
                elif value := tidied[cell]:
                    row.values[target.field] = value
            except Unclear:
                if not self._leaves_out(target):
                    raise
        _complete_names(row)
        if self.plan.nameless and not row.values.get("name"):
            _name_by_id(row, self.plan.nameless)
        if not row.identities and not row.values.get("name"):
            raise Unclear(_("There is neither a name nor an address, number or id in this row."))
        return row

    def _put(self, row: Row, put: Put, cell: str, cells: list[str]) -> None:
        """Put one cell where it belongs, unless it is blank."""
        if not is_blank(cell):
            put(row, unquoted(cell), cells)

    def _leaves_out(self, target: Target) -> bool:
        """Say whether the plan leaves out what is unclear here, and count it."""
        if not self.plan.leaves_out or target.type == "yes_no":
            return False
        self.left_out[target.field] = self.left_out.get(target.field, 0) + 1
        return True

    def _setter(self, target: Target) -> tuple[Put, None] | tuple[None, Tidied]:
        """Return the function that reads a cell of a target into the row, or its values by cell where nothing else matters."""
        if target.custom:
            return self._custom(target, target.custom), None
        special: dict[str, Callable[[Target], Put]] = {
            "email": self._emails, "phone": self._phones, "external": self._external, "handle": self._handle,
            "link": self._website, "tags": self._tags, "lines": self._note, "keeper": self._keeper,
            "name": self._name, "yes_no": self._company_flag,
        }  # fmt: skip
        if target.type in special:
            return special[target.type](target), None
        return None, self._plain(target)

    def _plain(self, target: Target) -> Tidied:
        readers: dict[str, Callable[[str], str]] = {
            "text": tidy_text,
            "country": tidy_country,
            "language": tidy_language,
            "zone": tidy_zone,
            "birthday": lambda cell: tidy_birthday(cell, target.style, self.plan.today).isoformat(),
            "moment": lambda cell: _utc(cell, target.style, self.zone),
        }
        return Tidied(target.field, readers[target.type])

    def _name(self, _target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            row.values["name"] = tidy_text(cell)

        return put

    def _emails(self, _target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            for value in several_emails(cell):
                _add(row, "email", value, cell)

        return put

    def _phones(self, target: Target) -> Put:
        kind = "whatsapp" if target.field == "whatsapp" else "phone"

        def put(row: Row, cell: str, cells: list[str]) -> None:
            for value in self._read_phones(cell, cells):
                _add(row, kind, value, cell)

        return put

    def _read_phones(self, cell: str, cells: list[str]) -> list[str]:
        """Read numbers as in the row's own country first, then as in the business's."""
        own = _country_or_none(cells[self.country_column]) if 0 <= self.country_column < len(cells) else ""
        try:
            return several_phones(cell, own or self.plan.country)
        except Unclear:
            if not own or own == self.plan.country:
                raise
            return several_phones(cell, self.plan.country)

    def _external(self, _target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            value = tidy_external_id(cell)
            if len(value) > LONGEST["external_id"]:
                raise _too_long("external_id", LONGEST["external_id"])
            _add(row, "external", value, cell)

        return put

    def _handle(self, target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            _add(row, target.field, tidy_handle(cell), cell)

        return put

    def _website(self, _target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            value = tidy_link(cell)
            if len(value) > LONGEST["website"]:
                raise _too_long("website", LONGEST["website"])
            _add(row, "website", value, cell)

        return put

    def _tags(self, _target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            row.tags += [tag[:60] for tag in split_list(cell) if tag not in row.tags]

        return put

    def _note(self, _target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            row.notes.append(tidy_lines(cell))

        return put

    def _keeper(self, _target: Target) -> Put:
        def put(row: Row, cell: str, _cells: list[str]) -> None:
            found = self.plan.keepers.get(" ".join(cell.casefold().split()))
            if found is None:
                raise Unclear(_("“%(value)s” is not the name or e-mail of a team member."), value=cell)
            row.keeper = found

        return put

    def _company_flag(self, _target: Target) -> Put:
        def put(_row: Row, cell: str, _cells: list[str]) -> None:
            if tidy_yes_no(cell):
                raise Unclear(_("This row is a company, not a person."))

        return put

    def _custom(self, target: Target, made: CustomType) -> Put:
        key = target.field.removeprefix("custom:")

        def put(row: Row, cell: str, _cells: list[str]) -> None:
            row.custom[key] = custom_value(cell, made, target.style)

        return put


def unquoted(cell: str) -> str:
    """Return a cell without the quote that exports write before what a spreadsheet would run as a formula."""
    return cell[1:] if cell[0] == "'" and cell[1:2] in _FORMULA_STARTS else cell


def custom_value(cell: str, made: CustomType, style: str) -> object:
    """Return a cell as the custom field keeps it in JSON."""
    if made.type == "number":
        number = tidy_number(cell, NumberStyle(style or "."))
        return int(number) if number == number.to_integral_value() else float(number)
    if made.type == "money":
        amount, _currency = tidy_money(cell, NumberStyle(style or "."))
        return int(round(amount * 10**made.exponent))
    if made.type == "date":
        return tidy_date(cell.strip(), style or "dmy").isoformat()
    if made.type == "choice":
        return tidy_choice(cell, made.choices)
    if made.type == "choices":
        return [tidy_choice(part, made.choices) for part in split_list(cell)]
    if made.type == "bool":
        return tidy_yes_no(cell)
    return tidy_link(cell) if made.type == "link" else tidy_text(cell)


def tidy_external_id(cell: str) -> str:
    """Return an id as text; spreadsheets write whole ones as 17850.0.

    >>> tidy_external_id("17850.0"), tidy_external_id(" A-7 ")
    ('17850', 'A-7')
    """
    text = tidy_text(cell)
    whole, point, rest = text.partition(".")
    return whole if point and rest.strip("0") == "" and rest and whole.isdigit() else text


def _add(row: Row, kind: str, value: str, raw: str) -> None:
    """Add an identity to the row, each once."""
    for known in row.identities:
        if known[0] == kind and known[1] == value:
            return
    row.identities.append((kind, value, tidy_text(raw)[:320], ""))


def _complete_names(row: Row) -> None:
    """Make the full name from its parts, or the parts from the full name."""
    values = row.values
    if "first_name" in values or "last_name" in values:
        row.is_partial = "name" not in values and ("first_name" in values) != ("last_name" in values)
        if "name" not in values:
            values["name"] = full_name(values.get("first_name", ""), values.get("last_name", ""))
    elif values.get("name"):
        values["first_name"], values["last_name"] = split_full_name(values["name"])
    if len(values.get("name", "")) > LONGEST["name"]:
        raise _too_long("name", LONGEST["name"])
    for part in ("first_name", "last_name"):
        if len(values.get(part, "")) > LONGEST[part]:
            raise _too_long(part, LONGEST[part])


def _name_by_id(row: Row, nameless: str) -> None:
    """Call somebody who is known by an id alone by it."""
    number = next((value for kind, value, *_rest in row.identities if kind == "external"), "")
    if number:
        row.values["name"] = nameless % {"id": number}


def _utc(cell: str, order: str, zone: ZoneInfo) -> str:
    """Return a moment in UTC; one without a zone is meant in the business's."""
    found: datetime = tidy_moment(cell.strip(), order or "dmy")
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC).isoformat()


@lru_cache(maxsize=4_096)
def _country_or_none(cell: str) -> str:
    """Return the country of a cell, or nothing when it says none."""
    try:
        return tidy_country(cell)
    except Unclear:
        return ""


def _too_long(name: str, longest: int) -> Unclear:
    """Return the refusal of a value that its field cannot hold."""
    return Unclear(
        _("The %(field)s is longer than %(longest)s letters."), field=name.replace("_", " "), longest=longest
    )

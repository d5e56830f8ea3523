"""How a file of people is read: which column goes to which field, in which style; small enough to send to a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from regulars.people.engine.columns import Guess
from regulars.people.engine.fields import PEOPLE_FIELDS
from regulars.people.engine.sayings import Note, Unreadable, gettext_noop
from regulars.people.engine.tidy.dates import DateStyle, date_style
from regulars.people.engine.tidy.numbers import NumberStyle, number_style

_ = gettext_noop
DATED = frozenset({"date", "birthday", "moment"})
COUNTED = frozenset({"number", "money", "whole"})


@dataclass(frozen=True, slots=True)
class CustomType:
    """What a custom field takes."""

    type: str
    choices: tuple[str, ...] = ()
    currency: str = ""
    exponent: int = 2


@dataclass(frozen=True, slots=True)
class Target:
    """One column and where it goes, with the style its values are written in."""

    column: int
    field: str
    type: str
    style: str = ""
    custom: CustomType | None = None


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """Everything needed to tidy rows of people anywhere."""

    width: int
    targets: tuple[Target, ...]
    today: date
    country: str = ""
    zone: str = "UTC"
    leaves_out: bool = False
    keepers: Mapping[str, int] = field(default_factory=dict)
    nameless: str = ""


def plan_targets(
    mapping: Mapping[int, str], rows: Sequence[Sequence[str]], custom: Mapping[str, CustomType], country: str
) -> tuple[tuple[Target, ...], list[Note]]:
    """Return where each mapped column goes and in which style, with notes on what a person should check."""
    types = {known.name: known.type for known in PEOPLE_FIELDS}
    notes: list[Note] = []
    targets = []
    order = _shared_order(mapping, types, custom, rows)
    for column, name in sorted(mapping.items()):
        made = custom.get(name.removeprefix("custom:")) if name.startswith("custom:") else None
        kind = made.type if made else types.get(name, "")
        if not kind:
            raise Unreadable(_("There is no field called “%(name)s”."), name=name)
        values = [row[column].strip() for row in rows if column < len(row) and row[column].strip()]
        style, note = _style(kind, values, country, order)
        notes += [note] if note else []
        targets.append(Target(column, name, kind, style, made))
    return tuple(targets), notes


def mapping_of(guesses: Sequence[Guess]) -> dict[int, str]:
    """Return the guessed field of each column that has one."""
    return {guess.column: guess.field for guess in guesses if guess.field}


def refuse_if_not_people(mapping: Mapping[int, str], columns: Sequence[str]) -> None:
    """Refuse a table in which nothing tells people apart, or which is about companies or goods."""
    fields = set(mapping.values())
    if not fields & {
        "email",
        "phone",
        "external_id",
        "name",
        "first_name",
        "last_name",
        "whatsapp",
        "telegram",
    }:
        raise Unreadable(
            _(
                "No column seems to hold people's names, e-mails, phones or ids. Please say which column is which."
            )
        )
    if fields & {"email", "phone", "first_name", "last_name"}:
        return
    said = {"".join(filter(str.isalnum, column.casefold())) for column in columns}
    if said & {"organizationid", "numberofemployees", "companyid", "employees"}:
        raise Unreadable(_("This looks like a list of companies, not of people."))
    if said & {"sku", "ean", "price", "unitprice", "stock", "stockcode", "barcode"}:
        raise Unreadable(_("This looks like a list of products or orders, not of people."))


def _shared_order(
    mapping: Mapping[int, str],
    types: Mapping[str, str],
    custom: Mapping[str, CustomType],
    rows: Sequence[Sequence[str]],
) -> list[DateStyle]:
    """Return what the date columns say that leave no doubt, to read the others by."""
    kinds = {
        column: custom[name.removeprefix("custom:")].type
        if name.startswith("custom:") and name[7:] in custom
        else types.get(name)
        for column, name in mapping.items()
    }
    dated = [column for column, kind in kinds.items() if kind in DATED]
    styles = [date_style(row[column] for row in rows if column < len(row)) for column in dated]
    return [
        style
        for column, style in zip(dated, styles, strict=True)
        if style.is_certain
        and any("/" in row[column] or "." in row[column] for row in rows if column < len(row))
    ]


def _style(kind: str, values: Sequence[str], country: str, order: list[DateStyle]) -> tuple[str, Note | None]:
    """Return the style of a column's values ("dmy", ",") and a note when it is in doubt."""
    if kind in DATED:
        dates: DateStyle = date_style(values, country, order)
        if dates.is_certain:
            return dates.order, None
        day = {"dmy": _("day first"), "mdy": _("month first")}[dates.order]
        return dates.order, Note(
            _("Dates such as %(value)s could be read both ways; we take them %(way)s."),
            value=values[0],
            way=day,
        )
    if kind in COUNTED:
        numbers: NumberStyle = number_style(values, country)
        if numbers.is_certain:
            return numbers.decimal, None
        return numbers.decimal, Note(
            _("Numbers such as %(value)s could be read both ways; we take “%(sign)s” as the decimal sign."),
            value=next((value for value in values if "," in value or "." in value), ""), sign=numbers.decimal,
        )  # fmt: skip
    return "", None

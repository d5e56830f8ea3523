"""How a file of orders is read: which column goes to which field, in which style; small enough to send to a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from regulars.commerce.engine.order_fields import ABOUT_CUSTOMER, IDENTIFYING, MONEY, ORDER_FIELDS
from regulars.commerce.engine.uci import is_uci
from regulars.people.engine.people_plan import CustomType, PeoplePlan, Target, plan_targets
from regulars.people.engine.sayings import Note, Unreadable, gettext_noop
from regulars.people.engine.tidy.dates import date_style
from regulars.people.engine.tidy.numbers import number_style

_ = gettext_noop


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Everything needed to tidy rows of orders anywhere."""

    width: int
    columns: Mapping[str, int]
    people: PeoplePlan
    currency: str
    exponents: Mapping[str, int]
    date_order: str = "dmy"
    decimal: str = "."
    zone: str = "UTC"
    is_uci: bool = False
    own: tuple[Target, ...] = ()

    @property
    def identifying(self) -> tuple[int, ...]:
        """The columns by which customers are told apart."""
        return tuple(self.columns[name] for name in IDENTIFYING if name in self.columns)

    def exponent(self, currency: str) -> int:
        """Return how many decimals a currency has."""
        return self.exponents.get(currency, 2)


def plan_orders(
    plan: OrderPlan, rows: Sequence[Sequence[str]], names: Sequence[str], country: str
) -> tuple[OrderPlan, list[Note]]:
    """Return the plan with the styles its columns are written in, and notes on what a person should check."""
    notes: list[Note] = []
    dates = date_style(_cells(plan, rows, ("placed_at",)), country)
    if not dates.is_certain:
        way = {"dmy": _("day first"), "mdy": _("month first")}[dates.order]
        notes.append(Note(_("The order dates could be read both ways; we take them %(way)s."), way=way))
    money = number_style(_cells(plan, rows, (*MONEY, "quantity")), country)
    if not money.is_certain:
        notes.append(
            Note(
                _("Numbers could be read both ways; we take “%(sign)s” as the decimal sign."),
                sign=money.decimal,
            )
        )
    if "currency" not in plan.columns:
        notes.append(Note(_("No column says the currency; we take %(currency)s."), currency=plan.currency))
    uci = is_uci(names)
    if uci:
        notes.append(
            Note(
                _(
                    "This is the UCI retail layout: numbers with C are taken as refunds, stock corrections are left out."
                )
            )
        )
    return replace(plan, date_order=dates.order, decimal=money.decimal, is_uci=uci), notes


def people_targets(columns: Mapping[str, int]) -> tuple[Target, ...]:
    """Return how the customers among the columns of an order are read."""
    types = {field.name: field.type for field in ORDER_FIELDS}
    renamed = {"customer_id": "external_id"}
    return tuple(
        Target(place, renamed.get(name, name), types[name])
        for name, place in columns.items()
        if name in ABOUT_CUSTOMER
    )


def plan_own_fields(
    columns: Mapping[str, int], rows: Sequence[Sequence[str]], own: Mapping[str, CustomType], country: str
) -> tuple[tuple[Target, ...], list[Note]]:
    """Return how the columns of the business's own fields are read; refuses a field that there is not."""
    known = {field.name for field in ORDER_FIELDS}
    wanted = {place: name for name, place in columns.items() if name not in known}
    unknown = [name for name in wanted.values() if name.removeprefix("custom:") not in own]
    if unknown:
        raise Unreadable(_("There is no field called “%(name)s”."), name=unknown[0])
    return plan_targets(wanted, rows, own, country)


def refuse_if_not_orders(fields: Sequence[str]) -> None:
    """Refuse a table without what makes an order: its number, its date, and how much it was."""
    missing = [
        label
        for name, label in (("number", _("an order number")), ("placed_at", _("a date")))
        if name not in fields
    ]
    if not set(fields) & {"unit_price", "line_total", "order_total"}:
        missing.append(_("a price or total"))
    if missing:
        raise Unreadable(
            _(
                "This does not look like a list of orders: no column seems to hold %(missing)s. Please say which column is which."
            ),
            missing=missing[0],
        )


def _cells(plan: OrderPlan, rows: Sequence[Sequence[str]], names: Sequence[str]) -> list[str]:
    """Return the filled cells of some columns."""
    places = [plan.columns[name] for name in names if name in plan.columns]
    return [row[place].strip() for row in rows for place in places if place < len(row) and row[place].strip()]

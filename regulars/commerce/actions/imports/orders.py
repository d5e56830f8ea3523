from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.actions.imports.cancelling import Cancelling
from regulars.commerce.actions.imports.merging import OrderMerge
from regulars.commerce.engine.order_fields import ORDER_FIELDS
from regulars.commerce.engine.order_plan import (
    OrderPlan,
    people_targets,
    plan_orders,
    plan_own_fields,
    refuse_if_not_orders,
)
from regulars.commerce.engine.order_rows import CancelledChunk, OrderChunk, tidy_cancelled, tidy_orders
from regulars.commerce.models import Order
from regulars.kit.actor import Actor
from regulars.kit.clock import now, today
from regulars.kit.money import EXPONENTS, exponent
from regulars.kit.refused import Invalid
from regulars.people.actions.imports.importers import FieldChoice, Importer, register_importer
from regulars.people.actions.imports.merging import Outcome, learn
from regulars.people.actions.imports.people import custom_types, own_choices
from regulars.people.actions.imports.running import Intake, Noun, Rows, chunks_of
from regulars.people.actions.reading import said
from regulars.people.engine.columns import Guess, column_named, guess_columns, names_a_field
from regulars.people.engine.people_plan import PeoplePlan, mapping_of
from regulars.people.engine.sayings import Note
from regulars.people.engine.tables import Reading, Wishes, first_rows, look_at, rows_of
from regulars.people.engine.workers import in_order
from regulars.people.models import ImportRun
from regulars.team.models import Business

SAMPLE_ROWS = 5_000
CHUNK_ROWS = 20_000
MOST_LINES = 5_000


def _look_at(path: Path, wishes: Wishes | None = None) -> tuple[Reading, list[Guess]]:
    """Find out how a file of orders is read and where its columns probably go."""
    reading = look_at(path, wishes, names_a_field(ORDER_FIELDS))
    return reading, guess_columns(reading.columns, first_rows(path, reading, 1_000), ORDER_FIELDS)


def _map_columns(
    reading: Reading, guesses: list[Guess], said_map: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the field of each column: as guessed, and as said in {field: column}."""
    mapping = mapping_of(guesses)
    for field, column in (said_map or {}).items():
        place = column_named(reading.columns, column)
        if place is None:
            raise Invalid({"map": _("There is no column “%(name)s” in the file.") % {"name": column}})
        mapping = {other: name for other, name in mapping.items() if name != field} | {place: field}
    refuse_if_not_orders(list(mapping.values()))
    return {str(place): field for place, field in sorted(mapping.items())}


def _plan(run: ImportRun) -> tuple[OrderPlan, list[Note]]:
    """Return how the rows of a run are tidied, with notes on what a person should check."""
    business = Business.current()
    reading = Reading.from_json(run.reading)
    columns = {field: int(place) for place, field in run.mapping.items() if field}
    country = run.options.get("country") or business.country
    people = PeoplePlan(
        width=len(reading.columns), targets=people_targets(columns), today=today(business.time_zone), country=country,
        zone=business.time_zone, leaves_out=True, nameless=_("Customer %(id)s"),
    )  # fmt: skip
    plan = OrderPlan(
        width=len(reading.columns), columns=columns, people=people, exponents=EXPONENTS, zone=business.time_zone,
        currency=run.options.get("currency") or business.currency,
    )  # fmt: skip
    rows = first_rows(Path(run.path), reading, SAMPLE_ROWS)
    plan, notes = plan_orders(plan, rows, reading.columns, country)
    own, more = plan_own_fields(columns, rows, custom_types("order"), country)
    return replace(plan, own=own), [*reading.notes, *notes, *more]


def _notes(run: ImportRun) -> list[Note]:
    return _plan(run)[1]


def _preview(run: ImportRun, count: int = 20) -> list[dict[str, Any]]:
    """Return the first rows as they will be read: their cells, the values and what is wrong with them."""
    plan, _checks = _plan(run)
    shown: list[dict[str, Any]] = []
    for cells in first_rows(Path(run.path), Reading.from_json(run.reading), count):
        chunk = tidy_orders((1, [cells]), plan)
        problem = next((said(why) for _row, _cells, why in [*chunk.refused, *chunk.customers.refused]), "")
        values = (
            {}
            if problem
            else {field: cells[place] for field, place in plan.columns.items() if place < len(cells)}
        )
        shown.append({"cells": cells, "values": values, "problem": problem})
    return shown


def _noun(run: ImportRun, by: Actor) -> Noun:
    """Return how a run of orders is tidied and merged."""
    refuse_if_not_orders(list(run.mapping.values()))
    plan, _checks = _plan(run)
    business = Business.current()
    at = run.started_at or now()
    actor = by.importing(run.pk, run.file_name)
    merge = OrderMerge(
        run.mode, run.options.get("source") or "import", business.currency, business.time_zone, actor, at,
        exponent(business.currency), bool(run.options.get("is_demo")), _seen_before(run, plan),
    )  # fmt: skip
    learned: set[str] = set()

    def settle(chunk: OrderChunk) -> None:
        merge.remember(chunk)
        learned.update(chunk.customers.known)

    return Noun(
        tidy=partial(tidy_orders, plan=plan),
        merge=merge.merge,
        learn=lambda chunk: learn(chunk.customers, learned),
        settle=settle,
        chunks=lambda one: whole_orders(chunks_of(one, CHUNK_ROWS), plan.columns["number"]),
        finish=partial(_finish, plan=plan, merge=merge, was_resumed=run.position > 0),
        tables=(
            "people_person (id)",
            "people_identity (person_id, kind, value)",
            "commerce_order (id, person_id, source, number)",
            "commerce_orderline (order_id, product_id, sku)",
            "commerce_product (id, sku)",
        ),
    )


def whole_orders(chunks: Iterator[Rows], column: int) -> Iterator[Rows]:
    """Move the last order of each chunk to the next one, so that lines that stand together are merged together."""
    waiting: list[list[str]] = []
    for number, rows in chunks:
        together, first = waiting + rows, number - len(waiting)
        cut = len(together)
        last = _number(together[-1], column)
        while cut > 1 and len(together) - cut < MOST_LINES and _number(together[cut - 1], column) == last:
            cut -= 1
        waiting = together[cut:]
        if cut and len(waiting) < MOST_LINES:
            yield first, together[:cut]
        else:
            waiting = []
            yield first, together
    if waiting:
        yield number + len(rows) - len(waiting), waiting


def _number(cells: list[str], column: int) -> str:
    return cells[column].strip() if column < len(cells) else ""


def _seen_before(run: ImportRun, plan: OrderPlan) -> set[str]:
    """Return the orders of the rows that were done before the run was broken off."""
    if not run.position:
        return set()
    rows = islice(rows_of(Path(run.path), Reading.from_json(run.reading)), run.position)
    return {_number(cells, plan.columns["number"]) for cells in rows}


def _finish(intake: Intake, plan: OrderPlan, merge: OrderMerge, was_resumed: bool) -> None:
    """Turn cancelling rows into refunds and let stages move by the new figures, once all orders are there."""
    run = intake.run
    if plan.is_uci and not run.options.get("cancelled"):
        _cancel(intake, plan, merge, was_resumed=was_resumed)
    people = (
        Order.objects.filter(updated_at=merge.at, person__isnull=False)
        .values_list("person_id", flat=True)
        .distinct()
    )
    recount_figures(people, by=merge.by)


def _read_again(run: ImportRun, plan: OrderPlan) -> CancelledChunk:
    """Read the file a second time for what it cancels, as the first reading was broken off."""
    whole, found = ImportRun(path=run.path, reading=run.reading), CancelledChunk()
    for _numbered, chunk in in_order(partial(tidy_cancelled, plan=plan), chunks_of(whole, CHUNK_ROWS)):
        found.rows += chunk.rows
        found.refused += chunk.refused
    return found


def _cancel(intake: Intake, plan: OrderPlan, merge: OrderMerge, *, was_resumed: bool) -> None:
    """Write what the file cancels."""
    found_rows = merge.cancelled if not was_resumed else _read_again(intake.run, plan)
    rows, refused = found_rows.rows, found_rows.refused
    writing = Cancelling(
        merge.source, plan.currency, plan.exponent(plan.currency), merge.by, merge.at, merge.is_demo
    )
    found = writing.write(rows)
    outcome = Outcome(found.created, 0, found.unchanged, found.refused)
    told = {"whole": found.whole, "split": found.split, "loose": found.loose}
    intake.record_late(len(rows) + len(refused), refused, {row.row: row.cells for row in rows}, outcome)
    intake.keep_option("cancelled", told)


def _choices() -> list[FieldChoice]:
    """Return every field that a column of orders can go to, the business's own last."""
    return [FieldChoice(field.name, _(field.label)) for field in ORDER_FIELDS] + own_choices("order")


ORDERS = Importer(
    noun="orders",
    label=gettext_lazy("Orders"),
    verb="orders.import",
    look_at=_look_at,
    map_columns=_map_columns,
    choices=_choices,
    notes=_notes,
    preview=_preview,
    prepare=_noun,
)
register_importer(ORDERS)

"""What insights do when something is bought: the customer's own figures are right within a moment."""

from __future__ import annotations

from regulars.commerce.events import (
    DemoLoaded,
    DemoRemoved,
    OrderAssigned,
    OrderCancelled,
    OrderChanged,
    OrderDeleted,
    OrderPlaced,
    OrderRefunded,
    OrderReinstated,
    OrderRestored,
    RefundWithdrawn,
)
from regulars.insights.actions.asking import forget_person
from regulars.insights.actions.worth import refresh_worth_of
from regulars.kit.events import Event, Heard, hears
from regulars.kit.worker import BULK, defer
from regulars.people.events import PersonErased


@hears(
    OrderPlaced, OrderChanged, OrderCancelled, OrderReinstated, OrderAssigned, OrderDeleted, OrderRestored, OrderRefunded,
    RefundWithdrawn,
)  # fmt: skip
def weigh_customer(event: Event, heard: Heard) -> None:
    """Work out anew what the customer of an order is worth, and whose it was before."""
    concerned = (event.person_id, getattr(event, "from_person_id", None))
    refresh_worth_of([number for number in concerned if number is not None])


@hears(PersonErased)
def forget_them(event: PersonErased, heard: Heard) -> None:
    """Take an erased person out of what is kept of figures."""
    if event.person_id is not None:
        forget_person(event.person_id)


@hears(DemoLoaded, DemoRemoved)
def weigh_everybody(event: Event, heard: Heard) -> None:
    """Bring everything up to date after the demo shop came or went."""
    defer("insights.refresh", queue=BULK)

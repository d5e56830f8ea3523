from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from regulars.commerce.actions.checking import check_order, read_own_fields
from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.actions.lines import write_lines
from regulars.commerce.actions.rates import base_amount
from regulars.commerce.engine.drafts import OrderDraft
from regulars.commerce.events import OrderPlaced
from regulars.commerce.models import Order
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid
from regulars.people.actions.persons import create_person
from regulars.people.models import Company, Identity, Person


class Recorded(NamedTuple):
    """An order, and whether it is new or was recorded before."""

    order: Order
    is_new: bool


@transaction.atomic
def record_order(draft: OrderDraft, *, by: Actor, at: datetime, silent: bool = False) -> Recorded:
    """Write down what a customer or guest bought; the same source and number again changes nothing."""
    draft = replace(
        draft,
        source=draft.source.strip() or "manual",
        number=draft.number.strip(),
        currency=draft.currency.strip().upper(),
    )
    check_order(draft, at=at)
    known = _known(draft)
    if known is not None:
        return Recorded(known, is_new=False)

    draft = replace(draft, custom=read_own_fields(draft.custom, {}))
    person, company = _customer(draft, by, at), _company(draft)
    try:
        with transaction.atomic():
            order = _insert(draft, person, company, at)
    except IntegrityError as clash:
        known = _known(draft)
        if known is None:
            raise Invalid({"number": str(clash)}) from clash
        return Recorded(known, is_new=False)

    write_lines(order, draft.lines, by=by, at=at)
    recount_figures([order.person_id], [order.company_id], by=by)
    announce(_placed(order), by=by, occurred_at=order.placed_at, silent=silent, channel=order.channel[:30])
    return Recorded(order, is_new=True)


def order_values(order: Order) -> dict[str, Any]:
    """Return what every event of an order carries."""
    return {
        "order_id": order.pk,
        "person_id": order.person_id,
        "company_id": order.company_id,
        "number": order.number,
        "total_minor": order.total_minor,
        "currency": order.currency,
    }


def _placed(order: Order) -> OrderPlaced:
    return OrderPlaced(
        **order_values(order),
        line_count=order.line_count,
        order_channel=order.channel,
        campaign=order.campaign,
        coupon=order.coupon,
    )


def _known(draft: OrderDraft) -> Order | None:
    if not draft.number:
        return None
    return Order.objects.filter(source=draft.source, number=draft.number, deleted_at__isnull=True).first()


def _customer(draft: OrderDraft, by: Actor, at: datetime) -> Person | None:
    if draft.person_id is not None:
        person = Person.objects.filter(pk=draft.person_id, deleted_at__isnull=True).first()
        if person is None:
            raise Invalid({"person_id": _("There is no such person.")})
        return person
    if draft.identity is None:
        return None
    kind, value = draft.identity
    found = Identity.objects.filter(
        kind=kind, value=value, ended_at__isnull=True, person__deleted_at__isnull=True
    ).order_by("is_shared", "pk")
    identity = found.select_related("person").first()
    if identity is not None:
        return identity.person
    if draft.newcomer is None:
        raise Invalid({"identity": _("Nobody is known by “%(value)s”.") % {"value": value}})
    return create_person(draft.newcomer, by=by, at=at)


def _company(draft: OrderDraft) -> Company | None:
    if draft.company_id is None:
        return None
    company = Company.objects.filter(pk=draft.company_id, deleted_at__isnull=True).first()
    if company is None:
        raise Invalid({"company_id": _("There is no such company.")})
    return company


def _insert(draft: OrderDraft, person: Person | None, company: Company | None, at: datetime) -> Order:
    number = _next_id()
    total = draft.total()
    return Order.objects.create(
        pk=number,
        source=draft.source,
        number=draft.number or f"R{number}",
        person=person,
        company=company,
        placed_at=draft.placed_at,
        status=draft.status,
        currency=draft.currency,
        total_minor=total,
        shipping_minor=draft.shipping_minor,
        discount_minor=draft.discount_minor,
        tax_minor=draft.tax_minor,
        base_minor=base_amount(total, draft.currency, draft.placed_at),
        line_count=len(draft.lines),
        channel=draft.channel.strip(),
        campaign=draft.campaign.strip(),
        coupon=draft.coupon.strip(),
        country=draft.country.upper() or (person.country if person else ""),
        custom=draft.custom,
        created_at=at,
        updated_at=at,
    )


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('commerce_order', 'id'))")
        row = cursor.fetchone()
    return int(row[0]) if row else 0

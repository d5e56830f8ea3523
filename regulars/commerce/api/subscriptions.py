from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.commerce.actions.subscriptions import (
    SubscriptionDraft,
    change_subscription,
    delete_subscription,
    end_subscription,
    renew_subscription,
    start_subscription,
)
from regulars.commerce.models import Subscription
from regulars.commerce.rules import may_change_subscription
from regulars.kit.api import (
    ERRORS,
    BatchOut,
    Deeds,
    DeedsIn,
    ListQuery,
    Sent,
    answer,
    gone,
    page_of,
    run_batch,
)
from regulars.kit.clock import now
from regulars.kit.filters import Source, row_rule_of
from regulars.kit.refused import Invalid, NotThere, require
from regulars.people.models import Person
from regulars.team.gate import actor_of, asker_of, seer_of

router = Router(tags=["subscriptions"])
SUBSCRIPTIONS = Source(subject="subscription", table="commerce_subscription", alias="commerce_subscription")
STATUS = "^(trial|active|past_due|paused|ended)$"
INTERVAL = "^(week|month|quarter|year)$"
BIG = 2**53


class SubscriptionIn(Sent):
    """Something a customer pays for again and again."""

    person: int = Field(..., ge=1, le=2**62)
    name: str = Field(..., max_length=200, examples=["Coffee every month"])
    amount_minor: int = Field(..., ge=0, le=BIG, examples=[1490])
    currency: str = Field("", max_length=3, examples=["EUR"])
    interval: str = Field("month", pattern=INTERVAL)
    status: str = Field("active", pattern="^(trial|active|past_due|paused)$")
    started_on: date = Field(..., examples=["2026-01-15"])
    renews_on: date | None = None
    product: int | None = Field(None, ge=1, le=2**62)
    source: str = Field("api", max_length=40)
    external_id: str = Field("", max_length=120)


class SubscriptionChange(Sent):
    """What changes about a subscription."""

    name: str | None = Field(None, max_length=200, examples=["Coffee twice a month"])
    amount_minor: int | None = Field(None, ge=0, le=BIG, examples=[2490])
    interval: str | None = Field(None, pattern=INTERVAL)
    status: str | None = Field(None, pattern=STATUS)
    renews_on: date | None = None


class SubscriptionOut(Schema):
    """A subscription."""

    id: int = Field(..., examples=[3])
    person: int = Field(..., examples=[17])
    product: int | None
    name: str = Field(..., examples=["Coffee every month"])
    status: str = Field(..., examples=["active"])
    amount_minor: int = Field(..., examples=[1490])
    currency: str = Field(..., examples=["EUR"])
    interval: str
    started_on: date
    renews_on: date | None
    ended_on: date | None
    renewals: int
    source: str
    external_id: str


class SubscriptionQuery(ListQuery):
    """What the list of subscriptions takes."""

    person: int | None = Field(None, ge=1, le=2**62, description="Only this customer's.")


class Subscriptions(Schema):
    """One page of subscriptions, newest first unless sorted otherwise."""

    items: list[SubscriptionOut]
    next: str | None = None


@router.get("/subscriptions", response={200: Subscriptions, **ERRORS}, summary="List subscriptions")
def list_subscriptions(request: HttpRequest, query: Query[SubscriptionQuery]) -> HttpResponse:
    """Return subscriptions of customers within reach that pass a filter, page by page."""
    seer = seer_of(request, "orders.see")
    rows = Subscription.objects.visible_to(seer)
    if query.person:
        rows = rows.filter(person=query.person)
    page = page_of(
        query,
        source=SUBSCRIPTIONS,
        asker=asker_of(seer),
        row_rule=row_rule_of(rows),
        fetch=subscriptions_by_id,
        sort="-id",
    )
    return answer(page)


@router.post("/subscriptions", response={201: SubscriptionOut, **ERRORS}, summary="Start a subscription")
def new_subscription(request: HttpRequest, values: SubscriptionIn) -> HttpResponse:
    """Write down a subscription; the same source and external id again changes nothing."""
    return answer(shape(_create(request, values)), status=201)


@router.post(
    "/subscriptions/batch",
    response={200: BatchOut, **ERRORS},
    summary="Start, change or delete up to 1,000 subscriptions",
)
def subscriptions_batch(
    request: HttpRequest, rows: DeedsIn[SubscriptionIn, SubscriptionChange]
) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, "orders.change")
    deeds = Deeds[SubscriptionIn, SubscriptionChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get(
    "/subscriptions/{int:subscription_id}",
    response={200: SubscriptionOut, **ERRORS},
    summary="Get a subscription",
)
def get_subscription(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Return one subscription."""
    return answer(shape(_subscription(request, subscription_id)))


@router.patch(
    "/subscriptions/{int:subscription_id}",
    response={200: SubscriptionOut, **ERRORS},
    summary="Change a subscription",
)
def patch_subscription(
    request: HttpRequest, subscription_id: int, values: SubscriptionChange
) -> HttpResponse:
    """Change what it costs, how often, or whether it rests."""
    return answer(shape(_change(request, subscription_id, values)))


@router.delete(
    "/subscriptions/{int:subscription_id}", response={204: None, **ERRORS}, summary="Delete a subscription"
)
def remove_subscription(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Delete a subscription that should not be there; one that stops is ended instead."""
    _delete(request, subscription_id)
    return gone()


@router.post(
    "/subscriptions/{int:subscription_id}/renewal",
    response={200: SubscriptionOut, **ERRORS},
    summary="Renew a subscription",
)
def renewal(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Write down that it was paid for another time."""
    found = _subscription(request, subscription_id, is_changing=True)
    return answer(shape(renew_subscription(found, by=actor_of(request), at=now())))


@router.post(
    "/subscriptions/{int:subscription_id}/end",
    response={200: SubscriptionOut, **ERRORS},
    summary="End a subscription",
)
def end(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """End a subscription today."""
    found = _subscription(request, subscription_id, is_changing=True)
    return answer(shape(end_subscription(found, by=actor_of(request), at=now())))


def shape(row: Subscription) -> dict[str, Any]:
    """Return a subscription."""
    names = (
        "name", "status", "amount_minor", "currency", "interval", "started_on", "renews_on", "ended_on", "renewals", "source",
        "external_id",
    )  # fmt: skip
    return {
        "id": row.pk,
        "person": row.person_id,
        "product": row.product_id,
        **{name: getattr(row, name) for name in names},
    }


def subscriptions_by_id(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return subscriptions in the order of their ids."""
    found = Subscription.objects.in_bulk(list(ids))
    return [shape(found[number]) for number in ids if number in found]


def _create(request: HttpRequest, values: SubscriptionIn) -> Subscription:
    seer = seer_of(request, "orders.change")
    person = Person.objects.visible_to(seer, "orders.change").filter(pk=values.person).first()
    if person is None:
        raise Invalid({"person": "There is no such person, or this key may not see them."})
    given = values.dict(exclude={"person", "product"})
    draft = SubscriptionDraft(**given, product_id=values.product)
    return start_subscription(person, draft, by=actor_of(request), at=now())


def _change(request: HttpRequest, subscription_id: int, values: SubscriptionChange) -> Subscription:
    found = _subscription(request, subscription_id, is_changing=True)
    given = {name: value for name, value in values.dict(exclude_unset=True).items() if value is not None}
    return change_subscription(found, given, by=actor_of(request), at=now())


def _delete(request: HttpRequest, subscription_id: int) -> None:
    found = _subscription(request, subscription_id, is_changing=True)
    delete_subscription(found, by=actor_of(request), at=now())


def _subscription(request: HttpRequest, subscription_id: int, *, is_changing: bool = False) -> Subscription:
    seer = seer_of(request, "orders.change" if is_changing else "orders.see")
    rows = Subscription.objects.visible_to(seer).select_related("person")
    found: Subscription | None = rows.filter(pk=subscription_id).first()
    if found is None:
        raise NotThere
    require(not is_changing or may_change_subscription(seer, found))
    return found

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.commerce.actions.figures import move_stages
from regulars.commerce.engine.calendar import next_renewal
from regulars.commerce.events import (
    SubscriptionChanged,
    SubscriptionDeleted,
    SubscriptionEnded,
    SubscriptionRenewed,
    SubscriptionStarted,
)
from regulars.commerce.models import Product, Subscription
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.money import MAX_MINOR, BadMoney, parse_currency
from regulars.kit.refused import Invalid, NotThere, Refused, Text
from regulars.people.models import Person
from regulars.team.models import Business

STATUSES = {value for value, _label in Subscription.STATUSES}
INTERVALS = {value for value, _label in Subscription.INTERVALS}
VALUES = ("name", "status", "amount_minor", "currency", "interval", "renews_on", "product_id")


class SubscriptionOver(Refused):
    """An ended subscription neither renews nor changes."""

    code = "subscription_over"
    default: ClassVar[Text] = gettext_lazy("This subscription has ended. Start a new one instead.")


@dataclass(frozen=True, kw_only=True)
class SubscriptionDraft:
    """A subscription to be; with a source and external id it is recorded once."""

    name: str
    amount_minor: int
    started_on: date
    interval: str = "month"
    currency: str = ""
    status: str = "active"
    renews_on: date | None = None
    product_id: int | None = None
    source: str = "manual"
    external_id: str = ""


@transaction.atomic
def start_subscription(
    person: Person, draft: SubscriptionDraft, *, by: Actor, at: datetime, silent: bool = False
) -> Subscription:
    """Write down that a customer pays for something again and again."""
    if person.is_deleted:
        raise NotThere
    known = _known(draft)
    if known is not None:
        return known
    subscription = Subscription(person=person, created_at=at, updated_at=at, started_on=draft.started_on)
    subscription.source, subscription.external_id = draft.source[:40], draft.external_id[:120]
    wanted = {name: getattr(draft, name) for name in VALUES}
    wanted["currency"] = draft.currency or Business.current().currency
    wanted["renews_on"] = draft.renews_on or next_renewal(draft.started_on, draft.interval)
    _fill(subscription, wanted)
    try:
        with transaction.atomic():
            subscription.save()
    except IntegrityError:
        return Subscription.objects.get(
            source=draft.source, external_id=draft.external_id, deleted_at__isnull=True
        )
    move_stages([person.pk], by=by)
    event = SubscriptionStarted(**_event_values(subscription))
    announce(event, by=by, silent=silent, occurred_at=_moment_of(draft.started_on, at))
    return subscription


@transaction.atomic
def change_subscription(
    subscription: Subscription, values: dict[str, Any], *, by: Actor, at: datetime
) -> Subscription:
    """Change what a subscription costs, how often, or whether it rests."""
    subscription = _lock_open(subscription)
    if unknown := values.keys() - set(VALUES):
        raise Invalid({min(unknown): _("This can't be changed.")})
    if values.get("status") == "ended":
        return end_subscription(subscription, by=by, at=at, on=at.date())
    before = {name: getattr(subscription, name) for name in VALUES}
    _fill(subscription, values)
    subscription.updated_at = at
    subscription.save()
    move_stages([subscription.person_id], by=by)
    event = SubscriptionChanged(**_event_values(subscription), status=subscription.status)
    announce(event, by=by, changes=changed(before, {name: getattr(subscription, name) for name in VALUES}))
    return subscription


@transaction.atomic
def renew_subscription(
    subscription: Subscription, *, by: Actor, at: datetime, on: date | None = None
) -> Subscription:
    """Write down that a subscription was paid for another time, and when it is due again."""
    subscription = _lock_open(subscription)
    before = {"renewals": subscription.renewals, "renews_on": subscription.renews_on}
    subscription.renewals += 1
    subscription.status = "active"
    subscription.renews_on = next_renewal(on or subscription.renews_on or at.date(), subscription.interval)
    subscription.updated_at = at
    subscription.save()
    move_stages([subscription.person_id], by=by)
    event = SubscriptionRenewed(**_event_values(subscription), renewals=subscription.renewals)
    after = {"renewals": subscription.renewals, "renews_on": subscription.renews_on}
    moment = _moment_of(on, at) if on else at
    announce(event, by=by, changes=changed(before, after), occurred_at=moment)
    return subscription


@transaction.atomic
def end_subscription(
    subscription: Subscription, *, by: Actor, at: datetime, on: date | None = None, reason: str = ""
) -> Subscription:
    """End a subscription."""
    subscription = _lock_open(subscription)
    ended_on = on or at.date()
    if ended_on < subscription.started_on:
        raise Invalid({"ended_on": _("This is before the subscription started.")})
    before = subscription.status
    subscription.status, subscription.ended_on, subscription.renews_on = "ended", ended_on, None
    subscription.updated_at = at
    subscription.save()
    move_stages([subscription.person_id], by=by)
    event = SubscriptionEnded(**_event_values(subscription), reason=reason.strip()[:200])
    announce(event, by=by, changes={"status": [before, "ended"]})
    return subscription


@transaction.atomic
def delete_subscription(subscription: Subscription, *, by: Actor, at: datetime) -> None:
    """Delete a subscription that should not be there; one that stops is ended instead."""
    found = (
        Subscription.objects.select_for_update().filter(pk=subscription.pk, deleted_at__isnull=True).first()
    )
    if found is None:
        raise NotThere
    found.deleted_at = found.updated_at = at
    found.save(update_fields=["deleted_at", "updated_at"])
    move_stages([found.person_id], by=by)
    announce(SubscriptionDeleted(**_event_values(found)), by=by)


def _known(draft: SubscriptionDraft) -> Subscription | None:
    if not draft.external_id:
        return None
    return Subscription.objects.filter(
        source=draft.source, external_id=draft.external_id, deleted_at__isnull=True
    ).first()


def _lock_open(subscription: Subscription) -> Subscription:
    found = (
        Subscription.objects.select_for_update().filter(pk=subscription.pk, deleted_at__isnull=True).first()
    )
    if found is None:
        raise NotThere
    if found.status == "ended":
        raise SubscriptionOver
    return found


def _fill(subscription: Subscription, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(subscription, name, value.strip() if isinstance(value, str) else value)
    problems = dict(_problems(subscription))
    if problems:
        raise Invalid(problems)


def _problems(subscription: Subscription) -> Iterable[tuple[str, Text]]:
    if not 0 < len(subscription.name) <= 200:
        yield "name", _("Enter 1 to %(most)d letters.") % {"most": 200}
    if not 0 <= subscription.amount_minor <= MAX_MINOR // 10**6:
        yield "amount", _("Enter an amount of zero or more.")
    if subscription.status not in STATUSES:
        yield "status", _("This is not a status of a subscription.")
    if subscription.interval not in INTERVALS:
        yield "interval", _("Choose week, month, quarter or year.")
    if subscription.product_id and not Product.objects.filter(pk=subscription.product_id).exists():
        yield "product_id", _("There is no such product.")
    try:
        subscription.currency = parse_currency(subscription.currency)
    except BadMoney as problem:
        yield "currency", str(problem)


def _moment_of(day: date, at: datetime) -> datetime:
    """Return the moment something happened of which only the day is known: now if that is today, else its noon."""
    zone = ZoneInfo(Business.current().time_zone)
    return at if day == at.astimezone(zone).date() else datetime.combine(day, time(12), zone)


def _event_values(subscription: Subscription) -> dict[str, Any]:
    return {
        "subscription_id": subscription.pk,
        "person_id": subscription.person_id,
        "name": subscription.name,
        "amount_minor": subscription.amount_minor,
        "currency": subscription.currency,
        "interval": subscription.interval,
    }

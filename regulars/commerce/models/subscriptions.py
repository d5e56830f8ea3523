from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.commerce.models.products import Product
from regulars.people.models import Person
from regulars.team.rules import row_rule


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def live(self) -> SubscriptionQuerySet:
        """Leave out the deleted."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, seer: Any, verb: str = "orders.see") -> SubscriptionQuerySet:
        """Keep the subscriptions of customers this member or key may see."""
        return self.live().filter(row_rule(seer, verb, keeper="person__keeper", team="person__team"))


class Subscription(models.Model):
    """Something a customer pays for again and again."""

    STATUSES: ClassVar = [
        ("trial", _("Trial")), ("active", _("Active")), ("past_due", _("Past due")),
        ("paused", _("Paused")), ("ended", _("Ended")),
    ]  # fmt: skip
    INTERVALS: ClassVar = [
        ("week", _("week")),
        ("month", _("month")),
        ("quarter", _("quarter")),
        ("year", _("year")),
    ]

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="subscriptions")
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="subscriptions"
    )
    source = models.CharField(max_length=40, default="manual")
    external_id = models.CharField(_("external id"), max_length=120, blank=True)
    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=STATUSES, default="active")
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(_("every"), max_length=8, choices=INTERVALS, default="month")
    started_on = models.DateField(_("started"))
    renews_on = models.DateField(_("renews"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    renewals = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Subscription]] = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ("-started_on", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="subscription_once",
                condition=~Q(external_id="") & Q(deleted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

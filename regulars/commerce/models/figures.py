from __future__ import annotations

from typing import ClassVar

from django.db import models

from regulars.people.models import Company, Person


class Figures(models.Model):
    """Sums over orders that count, in the business's currency, net of refunds; kept right with every change.

    `purchase_days` is the number of different days with an order not wholly refunded;
    `usual_interval_days` the median of days between those, None with fewer than three of them.
    """

    order_count = models.PositiveIntegerField(default=0)
    refund_count = models.PositiveIntegerField(default=0)
    revenue_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    purchase_days = models.PositiveIntegerField(default=0)
    usual_interval_days = models.FloatField(null=True)
    next_order_on = models.DateField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True


class PersonFigures(Figures):
    """One person's figures."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="figures")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-revenue_minor", "-person"], name="figures_by_revenue"),
            models.Index(fields=["-order_count", "-person"], name="figures_by_orders"),
            models.Index(fields=["-last_order_at", "-person"], name="figures_by_last_order"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.revenue_minor}"


class CompanyFigures(Figures):
    """The figures of all people and orders of one company."""

    company = models.OneToOneField(
        Company, on_delete=models.CASCADE, primary_key=True, related_name="figures"
    )
    people_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.company_id}: {self.revenue_minor}"

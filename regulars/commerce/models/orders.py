from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.commerce.models.products import Product
from regulars.people.models import Company, Person
from regulars.team.rules import row_rule


class OrderStatus(models.TextChoices):
    """What became of an order."""

    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class OrderQuerySet(models.QuerySet["Order"]):
    def live(self) -> OrderQuerySet:
        """Leave out the deleted."""
        return self.filter(deleted_at__isnull=True)

    def counted(self) -> OrderQuerySet:
        """Keep what counts in figures: live and not cancelled."""
        return self.live().exclude(status=OrderStatus.CANCELLED)

    def visible_to(self, seer: Any, verb: str = "orders.see") -> OrderQuerySet:
        """Keep the live orders of customers this member or key may see; guest orders need a reach of all."""
        return self.live().filter(row_rule(seer, verb, keeper="person__keeper", team="person__team"))


class Order(models.Model):
    """What one customer (or a guest) bought at one moment."""

    source = models.CharField(_("source"), max_length=40, default="manual")
    number = models.CharField(_("number"), max_length=80)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders", db_index=False
    )
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    placed_at = models.DateTimeField(_("placed"))
    status = models.CharField(
        _("status"), max_length=10, choices=OrderStatus.choices, default=OrderStatus.PAID
    )
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.BigIntegerField(_("total"), default=0)
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    shipping_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    base_minor = models.BigIntegerField(default=0, help_text="total in the business's currency")
    base_refunded_minor = models.BigIntegerField(default=0)
    line_count = models.PositiveIntegerField(default=0)
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    coupon = models.CharField(_("coupon"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Order]] = OrderQuerySet.as_manager()

    class Meta:
        ordering = ("-placed_at", "-id")
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes: ClassVar = [
            models.Index(
                fields=["person", "-placed_at", "-id"],
                name="order_of_person",
                condition=Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["-placed_at", "-id"], name="order_by_date", condition=Q(deleted_at__isnull=True)
            ),
            models.Index(
                fields=["-base_minor", "-id"], name="order_by_total", condition=Q(deleted_at__isnull=True)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "number"], name="order_number_once", condition=Q(deleted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def net_minor(self) -> int:
        return self.total_minor - self.refunded_minor


class LineKind(models.TextChoices):
    """What a line of an order stands for."""

    PRODUCT = "product", _("Product")
    SHIPPING = "shipping", _("Shipping")
    DISCOUNT = "discount", _("Discount")
    FEE = "fee", _("Fee")
    ADJUSTMENT = "adjustment", _("Adjustment")


class OrderLine(models.Model):
    """One line of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="lines"
    )
    kind = models.CharField(max_length=10, choices=LineKind.choices, default=LineKind.PRODUCT)
    position = models.PositiveIntegerField(default=0)
    sku = models.CharField(_("code"), max_length=80, blank=True)
    name = models.CharField(_("description"), max_length=250, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=4, default=0)
    total_minor = models.BigIntegerField(_("total"))
    refunded_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("order", "position", "id")

    def __str__(self) -> str:
        return self.name or self.sku


class Refund(models.Model):
    """Money given back: for a whole order, a part of it, or single lines."""

    source = models.CharField(max_length=40, default="manual")
    number = models.CharField(_("number"), max_length=80, blank=True)
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="refunds")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="refunds")
    refunded_at = models.DateTimeField(_("refunded"))
    amount_minor = models.BigIntegerField(_("amount"))
    base_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-refunded_at", "-id")
        indexes: ClassVar = [
            models.Index(fields=["source", "number"], name="refund_by_number"),
            models.Index(
                fields=["person"],
                name="refund_without_order",
                condition=Q(order__isnull=True, deleted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.pk}"


class RefundLine(models.Model):
    """How much of one order line a refund gives back."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.SET_NULL, related_name="refund_lines")
    sku = models.CharField(max_length=80, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    amount_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

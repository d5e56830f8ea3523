from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.Model):
    """What kind of product something is; a tree, of which the business chooses the level that counts.

    `path` holds the ids from the top down to the kind itself, so `path[level]` is where a product counts.
    """

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="children",
        verbose_name=_("under"),
    )
    level = models.PositiveSmallIntegerField(default=1)
    path = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "name"], name="kind_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something sold, with its kind and what it costs or earns."""

    sku = models.CharField(_("code"), max_length=80)
    name = models.CharField(_("name"), max_length=250)
    kind = models.ForeignKey(
        Kind,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="products",
        verbose_name=_("kind"),
    )
    price_minor = models.BigIntegerField(_("price"), null=True, blank=True)
    cost_minor = models.BigIntegerField(_("cost"), null=True, blank=True)
    margin_percent = models.DecimalField(_("margin %"), max_digits=6, decimal_places=3, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    is_active = models.BooleanField(_("sold today"), default=True)
    custom = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sku"], name="product_sku_once", condition=Q(deleted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.name or self.sku


class ExchangeRate(models.Model):
    """How many units of the business's currency one unit of another was worth from a day on."""

    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta:
        ordering = ("currency", "-day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["currency", "day"], name="rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.day} {self.rate}"

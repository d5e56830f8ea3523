from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

LETTERS = ("a", "b")


class Worth(models.Model):
    """What is known of one customer: what they brought, how they buy, what may come and how sure that is.

    There are two tables of it: one is read while the other is filled, so that nobody waits (`WorthState` says which). The person is a
    number without a constraint, so that filling a million rows asks nothing of the table of people. What needs a fitted model is null
    until there is one. `loyal_since` is the third purchase day; `health` follows from
    the customer's own rhythm, and reasons are codes that `queries/worth` has words for.
    """

    person_id = models.BigIntegerField(primary_key=True)
    purchase_days = models.IntegerField()
    first_on = models.DateField()
    last_on = models.DateField()
    spent_minor = models.BigIntegerField()
    average_minor = models.BigIntegerField(null=True)
    loyal_since = models.DateField(null=True)
    rfm_recency = models.SmallIntegerField()
    rfm_frequency = models.SmallIntegerField()
    rfm_money = models.SmallIntegerField()
    rfm_group = models.CharField(max_length=20)
    rank = models.IntegerField(null=True)
    alive = models.FloatField(null=True)
    expected_purchases = models.FloatField(null=True)
    predicted_minor = models.BigIntegerField(null=True)
    predicted_low_minor = models.BigIntegerField(null=True)
    predicted_high_minor = models.BigIntegerField(null=True)
    next_on = models.DateField(null=True)
    engagement = models.FloatField(null=True)
    churn_risk = models.FloatField(null=True)
    churn_reasons = ArrayField(models.CharField(max_length=60), null=True)
    health = models.CharField(max_length=12, null=True)
    health_reasons = ArrayField(models.CharField(max_length=60), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.person_id}: {self.spent_minor}"


def _indexes(letter: str) -> list[models.Index]:
    sorted_by = {
        "spent": "spent_minor",
        "predicted": "predicted_minor",
        "risk": "churn_risk",
        "rank": "rank",
        "group": "rfm_group",
    }
    return [
        models.Index(fields=[column, "person_id"], name=f"worth_{letter}_by_{name}")
        for name, column in sorted_by.items()
    ]


class WorthA(Worth):
    """The first of the two tables."""

    class Meta:
        db_table = "insights_worth_a"
        indexes: ClassVar = _indexes("a")


class WorthB(Worth):
    """The second of the two tables."""

    class Meta:
        db_table = "insights_worth_b"
        indexes: ClassVar = _indexes("b")


class WorthState(models.Model):
    """Which table of worth is read, what it rests on, and what was learned of everybody (`actions/worth/knowing`); one row."""

    letter = models.CharField(max_length=1, default="a")
    seen_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    people = models.BigIntegerField(default=0)
    known = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.letter

    @classmethod
    def current(cls) -> WorthState:
        """Return the state, or its defaults before anything was worked out."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def other(self) -> str:
        return LETTERS[1 - LETTERS.index(self.letter)]


TABLES: dict[str, type[Worth]] = {"a": WorthA, "b": WorthB}

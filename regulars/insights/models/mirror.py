from __future__ import annotations

from django.db import models


class Change(models.Model):
    """That rows of a tracked table changed: from which number to which, written in the transaction of the change itself.

    `source` is the table and the column that was noted, such as `commerce_order.id`. An insert of many rows in a row is one
    change; everything else is one for each row. It is deleted when a mirror that holds it is in place.
    """

    source = models.CharField(max_length=100)
    low = models.BigIntegerField()
    high = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.source} {self.low}–{self.high}"


class Mirror(models.Model):
    """Which mirror belongs to this database; one row.

    `token` names the state in place, `pending` the one that is being put in place: a mirror with neither, such as one left over
    from before a backup was restored, is built anew. Everything committed until `seen_at` is in it.
    """

    token = models.CharField(max_length=32, blank=True)
    pending = models.CharField(max_length=32, blank=True)
    version = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.version} {self.seen_at}"

    @classmethod
    def current(cls) -> Mirror:
        """Return the mirror of this database, or its defaults before there is one."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

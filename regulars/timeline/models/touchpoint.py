from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from regulars.people.models import Company, Person


class Xid8Field(models.Field):  # type: ignore[type-arg]
    """The transaction a row was written in, so that a reader can tell what may still be overtaken."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else str(value)


class CurrentXid(Func):
    """This transaction's place in the order of reading; it goes on rising when the data move to another server."""

    function = "timeline_xid"
    arity = 0
    output_field = Xid8Field()


class TouchpointKind(models.Model):
    """A kind of custom touchpoint that was posted through the API: what to call it and how to draw it."""

    name = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=100)
    icon = models.CharField(max_length=40, default="point")
    is_muted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.label or self.name


class Touchpoint(models.Model):
    """One thing that happened between the business and a person or company."""

    append_only: ClassVar[bool] = True

    kind = models.CharField(max_length=60)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, related_name="touchpoints", db_index=False
    )
    company = models.ForeignKey(
        Company, null=True, on_delete=models.DO_NOTHING, related_name="touchpoints", db_index=False
    )
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=30, blank=True)
    subject_type = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=300, blank=True)
    payload = models.JSONField(default=dict)
    source_key = models.CharField(max_length=200, null=True)
    depth = models.SmallIntegerField(default=0)
    is_silent = models.BooleanField(default=False)
    xid = Xid8Field(db_default=CurrentXid())

    class Meta:
        ordering = ("-occurred_at", "-id")
        verbose_name = _("touchpoint")
        indexes: ClassVar = [
            models.Index(fields=["person", "-occurred_at", "-id"], name="touchpoint_of_person"),
            models.Index(fields=["person", "kind", "-occurred_at", "-id"], name="touchpoint_of_person_kind"),
            models.Index(
                fields=["company", "-occurred_at", "-id"],
                name="touchpoint_of_company",
                condition=models.Q(company__isnull=False),
            ),
            models.Index(
                fields=["person", "channel", "-occurred_at", "-id"],
                name="touchpoint_of_person_channel",
                condition=~models.Q(channel=""),
            ),
            models.Index(fields=["xid", "id"], name="touchpoint_in_order"),
            models.Index(
                fields=["subject_type", "subject_id"],
                name="touchpoint_of_subject",
                condition=models.Q(subject_id__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_key"], name="touchpoint_once", condition=models.Q(source_key__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

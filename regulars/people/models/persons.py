from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from regulars.people.engine.names import initials
from regulars.people.models.stages import Health, Stage
from regulars.team.models import Member, Team
from regulars.team.rules import row_rule


class PersonQuerySet(models.QuerySet["Person"]):
    def live(self) -> PersonQuerySet:
        """Leave out those deleted, whether they can still be brought back or not."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, seer: Any, verb: str = "people.see") -> PersonQuerySet:
        """Keep the live people this member or key may see (or do `verb` to)."""
        return self.live().filter(row_rule(seer, verb))


class Person(models.Model):
    """A customer, from the first visit to advocacy."""

    name = models.CharField(_("name"), max_length=300, blank=True)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    sort_name = models.CharField(max_length=300, blank=True, db_collation="C")
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    keeper = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="kept_people",
        verbose_name=_("keeper"),
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
        verbose_name=_("team"),
        db_index=False,
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.REACHED)
    stage_since = models.DateTimeField(null=True)
    health = models.CharField(
        _("health"), max_length=12, choices=Health.choices, default=Health.NONE, blank=True
    )
    health_since = models.DateTimeField(null=True)
    acquired_channel = models.CharField(_("acquisition channel"), max_length=60, blank=True)
    acquired_campaign = models.CharField(_("acquisition campaign"), max_length=120, blank=True)
    acquired_cost_minor = models.BigIntegerField(_("acquisition cost"), null=True, blank=True)
    acquired_currency = models.CharField(max_length=3, blank=True)
    preferred_channel = models.CharField(_("preferred channel"), max_length=30, blank=True)
    preferred_hour = models.PositiveSmallIntegerField(_("preferred hour"), null=True, blank=True)
    tag_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("added"))
    updated_at = models.DateTimeField(_("changed"))
    last_touch_at = models.DateTimeField(_("last touchpoint"), null=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    # The identities written with a person who has just been made and has nothing else yet, so that nobody reads them again.
    just_made: list[Any] | None = None

    objects: ClassVar[models.Manager[Person]] = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes: ClassVar = [
            models.Index(
                fields=["sort_name", "id"], name="person_by_name", condition=Q(deleted_at__isnull=True)
            ),
            models.Index(
                fields=["-created_at", "-id"], name="person_by_created", condition=Q(deleted_at__isnull=True)
            ),
            models.Index(
                fields=["team", "sort_name", "id"],
                name="person_of_team",
                condition=Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["country", "sort_name", "id"],
                name="person_of_country",
                condition=Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["stage", "health", "sort_name", "id"],
                name="person_of_stage",
                condition=Q(deleted_at__isnull=True),
            ),
            models.Index(fields=["deleted_at"], name="person_deleted", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or str(_("Unnamed"))

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class IdentityKind(models.TextChoices):
    """By what a person can be recognised."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    EXTERNAL = "external", _("External id")
    WEBSITE = "website", _("Website")
    FACEBOOK = "facebook", "Facebook"
    INSTAGRAM = "instagram", "Instagram"
    TWITTER = "twitter", "X"
    LINKEDIN = "linkedin", "LinkedIn"
    TELEGRAM = "telegram", "Telegram"
    WHATSAPP = "whatsapp", "WhatsApp"
    CHAT = "chat", _("Chat")
    OTHER = "other", _("Other")


class Identity(models.Model):
    """One address, number, handle or external id of a person; unique while live unless shared by several."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind.choices)
    value = models.CharField(_("value"), max_length=320, db_collation="C")
    raw = models.CharField(max_length=320, blank=True)
    label = models.CharField(_("label"), max_length=60, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    is_verified = models.BooleanField(_("verified"), default=False)
    is_shared = models.BooleanField(_("shared by several"), default=False)
    bounced_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "value"],
                name="identity_by_value",
                condition=Q(is_shared=True) | Q(ended_at__isnull=False),
            ),
            models.Index(
                Reverse("value"),
                name="identity_by_end",
                condition=Q(kind__in=("phone", "whatsapp"), ended_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                name="identity_once_live",
                condition=Q(ended_at__isnull=True, is_shared=False),
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                name="identity_one_primary",
                condition=Q(is_primary=True, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.value


class Address(models.Model):
    """A postal address of a person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=60, blank=True)
    street = models.CharField(_("street"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    is_primary = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return ", ".join(
            part
            for part in (self.street, f"{self.postcode} {self.city}".strip(), self.region, self.country)
            if part
        )


class SpecialDay(models.Model):
    """A day worth remembering each year besides the birthday."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="special_days")
    name = models.CharField(_("name"), max_length=100)
    day = models.DateField(_("day"))

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return self.name


class PersonTag(models.Model):
    """That a person carries a tag; mirrored in `Person.tag_ids` for lists."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="person_tags", db_index=False)
    tag = models.ForeignKey(
        "people.Tag", on_delete=models.CASCADE, related_name="person_tags", db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "tag"], name="person_tag_once")]
        indexes: ClassVar = [models.Index(fields=["tag", "person"], name="person_of_tag")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.tag_id}"


class Tie(models.Model):
    """How two people belong together: spouse, colleague, referred by."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="ties")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="ties_back")
    kind = models.CharField(_("tie"), max_length=60)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "other", "kind"], name="tie_once"),
            models.CheckConstraint(condition=~Q(person=models.F("other")), name="tie_to_somebody_else"),
        ]

    def __str__(self) -> str:
        return self.kind

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.people.models.persons import Person
from regulars.team.models import Member, Team
from regulars.team.rules import row_rule


class CompanyQuerySet(models.QuerySet["Company"]):
    def live(self) -> CompanyQuerySet:
        """Leave out the deleted."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, seer: Any, verb: str = "companies.see") -> CompanyQuerySet:
        """Keep the live companies this member or key may see (or do `verb` to)."""
        return self.live().filter(row_rule(seer, verb))


class Company(models.Model):
    """A company or household that people belong to."""

    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(max_length=200, blank=True, db_collation="C")
    is_household = models.BooleanField(_("household"), default=False)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
        verbose_name=_("parent company"),
    )
    website = models.CharField(_("website"), max_length=300, blank=True)
    industry = models.CharField(_("industry"), max_length=120, blank=True)
    external_id = models.CharField(_("external id"), max_length=120, blank=True)
    street = models.CharField(_("street"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    keeper = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="kept_companies",
        verbose_name=_("keeper"),
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="companies",
        verbose_name=_("team"),
    )
    tag_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("added"))
    updated_at = models.DateTimeField(_("changed"))
    last_touch_at = models.DateTimeField(_("last touchpoint"), null=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Company]] = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes: ClassVar = [
            models.Index(
                fields=["sort_name", "id"], name="company_by_name", condition=Q(deleted_at__isnull=True)
            ),
            models.Index(
                fields=["-created_at", "-id"], name="company_by_created", condition=Q(deleted_at__isnull=True)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["external_id"],
                name="company_external_once",
                condition=~Q(external_id="") & Q(deleted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyDomain(models.Model):
    """A mail domain of a company, by which new people are suggested to belong to it."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(_("domain"), max_length=255, unique=True)

    def __str__(self) -> str:
        return self.domain


class Affiliation(models.Model):
    """That a person belongs to a company, as what, and from when to when."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="affiliations")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="affiliations")
    role = models.CharField(_("role"), max_length=120, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("to"), null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                name="affiliation_one_primary",
                condition=Q(is_primary=True, to_on__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["person", "company"], name="affiliation_once_open", condition=Q(to_on__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.role or f"{self.person_id} {self.company_id}"

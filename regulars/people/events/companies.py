from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.people.events.persons import PersonEvent


@dataclass(frozen=True, kw_only=True)
class CompanyCreated(PersonEvent):
    """A company or household became known."""

    kind: ClassVar[str] = "company.created"
    label: ClassVar[str | Promise] = _("Company added")
    icon: ClassVar[str] = "building"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class CompanyChanged(PersonEvent):
    """Fields of a company were changed; the audit entry holds what they were."""

    kind: ClassVar[str] = "company.changed"
    label: ClassVar[str | Promise] = _("Company changed")
    icon: ClassVar[str] = "building"
    fields: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class CompanyDeleted(PersonEvent):
    """A company was deleted and can be brought back for thirty days."""

    kind: ClassVar[str] = "company.deleted"
    label: ClassVar[str | Promise] = _("Company deleted")
    icon: ClassVar[str] = "trash"


@dataclass(frozen=True, kw_only=True)
class CompanyRestored(PersonEvent):
    """A deleted company was brought back."""

    kind: ClassVar[str] = "company.restored"
    label: ClassVar[str | Promise] = _("Company brought back")
    icon: ClassVar[str] = "arrow-back-up"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class AffiliationChanged(PersonEvent):
    """A person joined a company, left it, or does something else there now."""

    kind: ClassVar[str] = "person.affiliation_changed"
    label: ClassVar[str | Promise] = _("Company")
    icon: ClassVar[str] = "briefcase"
    on_timeline: ClassVar[bool] = True
    change: str = ""
    role: str = ""

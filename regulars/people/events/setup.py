"""Facts about how the room is set up: tags, custom fields, saved views, stage rules. None is about one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class _SetUp(Event):
    """What was set up, by number and name."""

    icon: ClassVar[str] = "settings"
    about: ClassVar[str] = ""
    id: int | None = None
    words: str = ""

    def subject(self) -> tuple[str, int | None]:
        return self.about, self.id

    def title(self) -> str:
        return self.words


@dataclass(frozen=True, kw_only=True)
class TagChanged(_SetUp):
    """A tag was renamed or recoloured."""

    kind: ClassVar[str] = "tag.changed"
    label: ClassVar[str | Promise] = _("Tag changed")
    about: ClassVar[str] = "tag"


@dataclass(frozen=True, kw_only=True)
class TagsMerged(_SetUp):
    """One tag took over everybody who had another."""

    kind: ClassVar[str] = "tag.merged"
    label: ClassVar[str | Promise] = _("Tags merged")
    about: ClassVar[str] = "tag"
    merged_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TagDeleted(_SetUp):
    """A tag was taken off everybody and thrown away."""

    kind: ClassVar[str] = "tag.deleted"
    label: ClassVar[str | Promise] = _("Tag deleted")
    about: ClassVar[str] = "tag"


@dataclass(frozen=True, kw_only=True)
class FieldDefined(_SetUp):
    """The business made a field of its own."""

    kind: ClassVar[str] = "field.defined"
    label: ClassVar[str | Promise] = _("Field made")
    about: ClassVar[str] = "field"


@dataclass(frozen=True, kw_only=True)
class FieldChanged(_SetUp):
    """A field was named, ordered or offered differently."""

    kind: ClassVar[str] = "field.changed"
    label: ClassVar[str | Promise] = _("Field changed")
    about: ClassVar[str] = "field"


@dataclass(frozen=True, kw_only=True)
class FieldArchived(_SetUp):
    """A field is no longer shown, or is shown again; what it held stays."""

    kind: ClassVar[str] = "field.archived"
    label: ClassVar[str | Promise] = _("Field archived")
    about: ClassVar[str] = "field"
    is_archived: bool = True


@dataclass(frozen=True, kw_only=True)
class ViewSaved(_SetUp):
    """A list was saved under a name, or saved anew."""

    kind: ClassVar[str] = "view.saved"
    label: ClassVar[str | Promise] = _("View saved")
    about: ClassVar[str] = "view"


@dataclass(frozen=True, kw_only=True)
class ViewDeleted(_SetUp):
    """A saved list was thrown away."""

    kind: ClassVar[str] = "view.deleted"
    label: ClassVar[str | Promise] = _("View deleted")
    about: ClassVar[str] = "view"


@dataclass(frozen=True, kw_only=True)
class RuleChanged(_SetUp):
    """A rule that moves stages or health was made, changed or thrown away."""

    kind: ClassVar[str] = "rule.changed"
    label: ClassVar[str | Promise] = _("Rule changed")
    about: ClassVar[str] = "rule"

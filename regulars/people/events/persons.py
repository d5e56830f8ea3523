from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonEvent(Event):
    """What most facts about a person tell: whom it is about and how to say it once they are gone."""

    touches: ClassVar[bool] = False
    words: str = ""

    def title(self) -> str:
        return self.words

    def payload(self) -> dict[str, Any]:
        values = super().payload()
        # The title is kept beside the touchpoint already.
        values.pop("words", None)
        return values


@dataclass(frozen=True, kw_only=True)
class PersonCreated(PersonEvent):
    """A person became known to the business."""

    kind: ClassVar[str] = "person.created"
    label: ClassVar[str | Promise] = _("Added")
    icon: ClassVar[str] = "user-plus"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class PersonChanged(PersonEvent):
    """Fields of a person were changed; the audit entry holds what they were."""

    kind: ClassVar[str] = "person.changed"
    label: ClassVar[str | Promise] = _("Changed")
    icon: ClassVar[str] = "user-edit"
    fields: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class KeeperChanged(PersonEvent):
    """Another member, or another team, keeps this person from now on."""

    kind: ClassVar[str] = "person.kept"
    label: ClassVar[str | Promise] = _("Handed over")
    icon: ClassVar[str] = "user-share"
    on_timeline: ClassVar[bool] = True
    keeper_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PersonDeleted(PersonEvent):
    """A person was deleted and can be brought back for thirty days."""

    kind: ClassVar[str] = "person.deleted"
    label: ClassVar[str | Promise] = _("Deleted")
    icon: ClassVar[str] = "trash"


@dataclass(frozen=True, kw_only=True)
class PersonRestored(PersonEvent):
    """A deleted person was brought back."""

    kind: ClassVar[str] = "person.restored"
    label: ClassVar[str | Promise] = _("Brought back")
    icon: ClassVar[str] = "arrow-back-up"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class PersonErased(PersonEvent):
    """A person's own words and numbers were removed for good; rooms above blank theirs."""

    kind: ClassVar[str] = "person.erased"
    label: ClassVar[str | Promise] = _("Erased")
    icon: ClassVar[str] = "trash-x"


@dataclass(frozen=True, kw_only=True)
class IdentityEvent(PersonEvent):
    """What happens to one address, number, handle or external id."""

    identity_id: int | None = None
    identity_kind: str = ""
    value: str = ""

    def title(self) -> str:
        return self.value


@dataclass(frozen=True, kw_only=True)
class IdentityAdded(IdentityEvent):
    """A person can be reached or recognised by something new."""

    kind: ClassVar[str] = "identity.added"
    label: ClassVar[str | Promise] = _("New address or number")
    icon: ClassVar[str] = "at"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class IdentityChanged(IdentityEvent):
    """An identity was corrected, made primary, verified, shared, or found to bounce."""

    kind: ClassVar[str] = "identity.changed"
    label: ClassVar[str | Promise] = _("Address or number changed")
    icon: ClassVar[str] = "at"
    on_timeline: ClassVar[bool] = True
    fields: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class IdentityEnded(IdentityEvent):
    """An identity no longer belongs to the person."""

    kind: ClassVar[str] = "identity.ended"
    label: ClassVar[str | Promise] = _("Address or number ended")
    icon: ClassVar[str] = "x"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class AddressesChanged(PersonEvent):
    """A postal address was added, corrected or removed."""

    kind: ClassVar[str] = "person.addresses_changed"
    label: ClassVar[str | Promise] = _("Postal address changed")
    icon: ClassVar[str] = "map-pin"


@dataclass(frozen=True, kw_only=True)
class SpecialDaysChanged(PersonEvent):
    """A day worth remembering was added or removed."""

    kind: ClassVar[str] = "person.special_days_changed"
    label: ClassVar[str | Promise] = _("Special day changed")
    icon: ClassVar[str] = "calendar-event"


@dataclass(frozen=True, kw_only=True)
class TieAdded(PersonEvent):
    """Two people were found to belong together."""

    kind: ClassVar[str] = "tie.added"
    label: ClassVar[str | Promise] = _("Tie")
    icon: ClassVar[str] = "affiliate"
    on_timeline: ClassVar[bool] = True
    other_id: int | None = None
    tie: str = ""


@dataclass(frozen=True, kw_only=True)
class TieRemoved(PersonEvent):
    """A tie between two people was removed."""

    kind: ClassVar[str] = "tie.removed"
    label: ClassVar[str | Promise] = _("Tie removed")
    icon: ClassVar[str] = "link-off"
    other_id: int | None = None
    tie: str = ""

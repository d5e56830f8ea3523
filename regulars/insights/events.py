from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class _Arranged(Event):
    """What was arranged, by number and name."""

    icon: ClassVar[str] = "chart-line"
    about: ClassVar[str] = "dashboard"
    touches: ClassVar[bool] = False
    id: int | None = None
    words: str = ""

    def subject(self) -> tuple[str, int | None]:
        return self.about, self.id

    def title(self) -> str:
        return self.words


@dataclass(frozen=True, kw_only=True)
class DashboardSaved(_Arranged):
    """A dashboard was made, arranged anew, renamed or shared."""

    kind: ClassVar[str] = "dashboard.saved"
    label: ClassVar[str | Promise] = _("Dashboard saved")


@dataclass(frozen=True, kw_only=True)
class DashboardDeleted(_Arranged):
    """A dashboard was thrown away; it can be taken back."""

    kind: ClassVar[str] = "dashboard.deleted"
    label: ClassVar[str | Promise] = _("Dashboard deleted")


@dataclass(frozen=True, kw_only=True)
class ChartNoted(_Arranged):
    """What happened on a day was written on the charts, or taken off them."""

    kind: ClassVar[str] = "annotation.changed"
    label: ClassVar[str | Promise] = _("Note on charts changed")
    about: ClassVar[str] = "annotation"


@dataclass(frozen=True, kw_only=True)
class CostChanged(_Arranged):
    """What caring or winning customers cost was entered, corrected, deleted or taken back."""

    kind: ClassVar[str] = "cost.changed"
    label: ClassVar[str | Promise] = _("Cost changed")
    about: ClassVar[str] = "cost"


@dataclass(frozen=True, kw_only=True)
class GoalChanged(_Arranged):
    """A measure of the scorecard was set, changed, deleted or taken back."""

    kind: ClassVar[str] = "goal.changed"
    label: ClassVar[str | Promise] = _("Goal changed")
    about: ClassVar[str] = "goal"


@dataclass(frozen=True, kw_only=True)
class DefinitionFixed(_Arranged):
    """What a measure's definition leaves to the business was fixed, or left to itself again."""

    kind: ClassVar[str] = "definition.fixed"
    label: ClassVar[str | Promise] = _("Definition changed")
    about: ClassVar[str] = "definition"

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.people.events.persons import PersonEvent


@dataclass(frozen=True, kw_only=True)
class _Moved(PersonEvent):
    """From where to where a person moved on one of the two axes, and why."""

    on_timeline: ClassVar[bool] = True
    before: str = ""
    after: str = ""
    reason: str = ""
    is_by_rule: bool = False

    def title(self) -> str:
        return self.words or self.reason


@dataclass(frozen=True, kw_only=True)
class StageMoved(_Moved):
    """The relationship with a person came further, or fell back."""

    kind: ClassVar[str] = "stage.moved"
    label: ClassVar[str | Promise] = _("Stage")
    icon: ClassVar[str] = "status-change"


@dataclass(frozen=True, kw_only=True)
class HealthMoved(_Moved):
    """The relationship with a person is doing better, or worse."""

    kind: ClassVar[str] = "health.moved"
    label: ClassVar[str | Promise] = _("Health")
    icon: ClassVar[str] = "activity"

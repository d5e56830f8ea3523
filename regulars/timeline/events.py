from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event

Label = str | Promise


@dataclass(frozen=True, kw_only=True)
class CustomTouchpoint(Event):
    """Something happened that only this business has a word for; a program posted it."""

    kind: ClassVar[str] = "custom.*"
    label: ClassVar[Label] = _("Custom touchpoint")
    on_timeline: ClassVar[bool] = True
    name: str
    words: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def title(self) -> str:
        return self.words


@dataclass(frozen=True, kw_only=True)
class _AboutKind(Event):
    name: str
    words: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "touchpoint_kind", None

    def title(self) -> str:
        return self.words or self.name


@dataclass(frozen=True, kw_only=True)
class TouchpointKindDefined(_AboutKind):
    """A kind of custom touchpoint was given its words and icon, or others."""

    kind: ClassVar[str] = "touchpoint_kind.defined"
    label: ClassVar[Label] = _("Kind of touchpoint defined")


@dataclass(frozen=True, kw_only=True)
class _AboutFailure(Event):
    icon: ClassVar[str] = "alert-triangle"
    what: str = ""
    number: int | None = None

    def subject(self) -> tuple[str, int | None]:
        return "job", self.number

    def title(self) -> str:
        return self.what


@dataclass(frozen=True, kw_only=True)
class FailureRetried(_AboutFailure):
    """Work in the background that had failed for good was tried once more."""

    kind: ClassVar[str] = "job.retried"
    label: ClassVar[Label] = _("Failed work tried again")


@dataclass(frozen=True, kw_only=True)
class FailureDiscarded(_AboutFailure):
    """Work in the background that had failed for good was given up, for a reason."""

    kind: ClassVar[str] = "job.discarded"
    label: ClassVar[Label] = _("Failed work given up")
    reason: str = ""

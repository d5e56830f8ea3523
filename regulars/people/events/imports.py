from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class ImportFinished(Event):
    """A file was taken in; its rows are told on their people's timelines, this once in the audit log."""

    kind: ClassVar[str] = "import.finished"
    label: ClassVar[str | Promise] = _("Import finished")
    icon: ClassVar[str] = "file-import"
    run_id: int
    noun: str = "people"
    file_name: str = ""
    mode: str = ""
    status: str = "done"
    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def subject(self) -> tuple[str, int | None]:
        return "import", self.run_id

    def title(self) -> str:
        return self.file_name


@dataclass(frozen=True, kw_only=True)
class ListExported(Event):
    """A list was written into a file that left the house."""

    kind: ClassVar[str] = "list.exported"
    label: ClassVar[str | Promise] = _("List exported")
    icon: ClassVar[str] = "file-export"
    noun: str = "people"
    format: str = "csv"
    columns: list[str] | None = None

    def title(self) -> str:
        return f"{self.noun} · {self.format.upper()}"

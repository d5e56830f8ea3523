from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.people.events.persons import PersonEvent


@dataclass(frozen=True, kw_only=True)
class Tagged(PersonEvent):
    """A tag was put on a person or company."""

    kind: ClassVar[str] = "person.tagged"
    label: ClassVar[str | Promise] = _("Tagged")
    icon: ClassVar[str] = "tag"
    on_timeline: ClassVar[bool] = True
    tag_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Untagged(PersonEvent):
    """A tag was taken off a person or company."""

    kind: ClassVar[str] = "person.untagged"
    label: ClassVar[str | Promise] = _("Tag removed")
    icon: ClassVar[str] = "tag"
    on_timeline: ClassVar[bool] = True
    tag_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class NoteEvent(PersonEvent):
    """What happens to a note; the label is its beginning."""

    icon: ClassVar[str] = "note"
    note_id: int | None = None

    def subject(self) -> tuple[str, int | None]:
        return "note", self.note_id


@dataclass(frozen=True, kw_only=True)
class NoteWritten(NoteEvent):
    """A member wrote a note about a person or company."""

    kind: ClassVar[str] = "note.written"
    label: ClassVar[str | Promise] = _("Note")
    on_timeline: ClassVar[bool] = True
    touches: ClassVar[bool] = True
    mentioned_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class NoteChanged(NoteEvent):
    """The words of a note were changed."""

    kind: ClassVar[str] = "note.changed"
    label: ClassVar[str | Promise] = _("Note changed")


@dataclass(frozen=True, kw_only=True)
class NotePinned(NoteEvent):
    """A note was pinned to the top, or let go."""

    kind: ClassVar[str] = "note.pinned"
    label: ClassVar[str | Promise] = _("Note pinned")
    icon: ClassVar[str] = "pin"
    is_pinned: bool = True


@dataclass(frozen=True, kw_only=True)
class NoteDeleted(NoteEvent):
    """A note was deleted, or brought back at once."""

    kind: ClassVar[str] = "note.deleted"
    label: ClassVar[str | Promise] = _("Note deleted")
    icon: ClassVar[str] = "trash"
    is_deleted: bool = True


@dataclass(frozen=True, kw_only=True)
class TaskEvent(PersonEvent):
    """What happens to a task; the label is its title."""

    icon: ClassVar[str] = "checkbox"
    task_id: int | None = None
    assignee_id: int | None = None

    def subject(self) -> tuple[str, int | None]:
        return "task", self.task_id


@dataclass(frozen=True, kw_only=True)
class TaskCreated(TaskEvent):
    """Somebody has something to do, perhaps for a person."""

    kind: ClassVar[str] = "task.created"
    label: ClassVar[str | Promise] = _("Task")
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class TaskChanged(TaskEvent):
    """A task was worded, dated or given differently."""

    kind: ClassVar[str] = "task.changed"
    label: ClassVar[str | Promise] = _("Task changed")


@dataclass(frozen=True, kw_only=True)
class TaskDone(TaskEvent):
    """A task was done."""

    kind: ClassVar[str] = "task.done"
    label: ClassVar[str | Promise] = _("Task done")
    icon: ClassVar[str] = "circle-check"
    on_timeline: ClassVar[bool] = True
    touches: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class TaskReopened(TaskEvent):
    """A task that was done is to be done again."""

    kind: ClassVar[str] = "task.reopened"
    label: ClassVar[str | Promise] = _("Task reopened")
    icon: ClassVar[str] = "refresh"
    on_timeline: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class TaskDeleted(TaskEvent):
    """A task was deleted, or brought back at once."""

    kind: ClassVar[str] = "task.deleted"
    label: ClassVar[str | Promise] = _("Task deleted")
    icon: ClassVar[str] = "trash"
    is_deleted: bool = True


@dataclass(frozen=True, kw_only=True)
class MemoAdded(PersonEvent):
    """A fact to remember about a person was written down."""

    kind: ClassVar[str] = "memo.added"
    label: ClassVar[str | Promise] = _("To remember")
    icon: ClassVar[str] = "bulb"
    on_timeline: ClassVar[bool] = True
    memo_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class MemoChanged(PersonEvent):
    """A fact to remember was put in other words."""

    kind: ClassVar[str] = "memo.changed"
    label: ClassVar[str | Promise] = _("Memo changed")
    icon: ClassVar[str] = "bulb"
    memo_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class MemoRemoved(PersonEvent):
    """A fact need no longer be remembered."""

    kind: ClassVar[str] = "memo.removed"
    label: ClassVar[str | Promise] = _("Memo removed")
    icon: ClassVar[str] = "bulb"
    memo_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PreferenceAdded(PersonEvent):
    """What a person prefers, needs or is trying to reach was learned."""

    kind: ClassVar[str] = "preference.added"
    label: ClassVar[str | Promise] = _("Preference")
    icon: ClassVar[str] = "heart"
    on_timeline: ClassVar[bool] = True
    preference_id: int | None = None
    preference_kind: str = ""


@dataclass(frozen=True, kw_only=True)
class PreferenceRemoved(PersonEvent):
    """A preference, need or goal no longer holds."""

    kind: ClassVar[str] = "preference.removed"
    label: ClassVar[str | Promise] = _("Preference removed")
    icon: ClassVar[str] = "heart"
    preference_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class FileAttached(PersonEvent):
    """A file was put with a person."""

    kind: ClassVar[str] = "file.attached"
    label: ClassVar[str | Promise] = _("File")
    icon: ClassVar[str] = "paperclip"
    on_timeline: ClassVar[bool] = True
    attachment_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class FileRemoved(PersonEvent):
    """A file was taken away, or brought back at once."""

    kind: ClassVar[str] = "file.removed"
    label: ClassVar[str | Promise] = _("File removed")
    icon: ClassVar[str] = "paperclip"
    attachment_id: int | None = None
    is_deleted: bool = True

"""Files kept with a person: small ones in the database, larger ones in the data folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.keeping import Kept, forget_kept, keep, read_kept
from regulars.kit.refused import Invalid, Refused
from regulars.people.actions.locking import lock_person
from regulars.people.engine.sniffing import content_type
from regulars.people.engine.tidy.words import tidy_text
from regulars.people.events import FileAttached, FileRemoved
from regulars.people.models import Attachment, Person

MOST = 25_000_000
FOLDER = "attachments"


class FileTooLarge(Refused):
    """The file is larger than can be kept."""

    code = "file_too_large"
    default = gettext_lazy("Files of up to 25 MB can be kept.")


@transaction.atomic
def attach_file(person: Person, *, name: str, content: bytes, by: Actor, at: datetime) -> Attachment:
    """Keep a file with a person; what it is, is told from its content, never from its name alone."""
    person = lock_person(person)
    if len(content) > MOST:
        raise FileTooLarge()
    clean = tidy_text(name.replace("\\", "/").rpartition("/")[2])[-200:]
    if not content or not clean:
        raise Invalid({"file": _("This file is empty.")})
    kept = keep(FOLDER, content)
    attachment = Attachment(
        person=person,
        name=clean,
        content_type=content_type(content, clean),
        size=len(content),
        author_label=by.label[:200],
        created_at=at,
        content=kept.content,
        path=kept.path,
    )
    attachment.save(force_insert=True)
    event = FileAttached(person_id=person.pk, attachment_id=attachment.pk, words=clean)
    announce(event, by=by, changes={"file": [None, clean]}, occurred_at=at)
    return attachment


@transaction.atomic
def remove_file(attachment: Attachment, *, by: Actor, at: datetime) -> Attachment:
    """Take a file away; `restore_file` brings it back."""
    return _set_deleted(attachment, at, by=by, at=at)


@transaction.atomic
def restore_file(attachment: Attachment, *, by: Actor, at: datetime) -> Attachment:
    """Bring a file back that was taken away."""
    return _set_deleted(attachment, None, by=by, at=at)


def read_file(attachment: Attachment) -> bytes:
    """Return what a file holds."""
    return read_kept(FOLDER, Kept(attachment.content, attachment.path))


def forget_files(person_ids: Sequence[int]) -> None:
    """Remove the files of these people from the data folder once the transaction has committed."""
    found = Attachment.objects.filter(person__in=person_ids).exclude(path="")
    paths = list(found.values_list("path", flat=True))
    transaction.on_commit(lambda: forget_kept(FOLDER, paths))


def _set_deleted(
    attachment: Attachment, deleted_at: datetime | None, *, by: Actor, at: datetime
) -> Attachment:
    lock_person(attachment.person)
    attachment.deleted_at = deleted_at
    attachment.save(update_fields=["deleted_at"])
    event = FileRemoved(
        person_id=attachment.person_id,
        attachment_id=attachment.pk,
        words=attachment.name,
        is_deleted=deleted_at is not None,
    )
    before, after = (attachment.name, None) if deleted_at else (None, attachment.name)
    announce(event, by=by, changes={"file": [before, after]}, occurred_at=at)
    return attachment

"""Files kept with a person: taken in, handed out as downloads, taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.attachments import attach_file, read_file, remove_file, restore_file
from regulars.people.models import Attachment
from regulars.people.views.person import find_person
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import reaches

CHANGE = "people.change"


@require_POST
@needs(CHANGE)
def files(request: Request, person_id: int) -> HttpResponse:
    """Keep a file with a person."""
    found, sent = find_person(request, person_id, CHANGE), request.FILES.get("file")
    if sent is None:
        raise Invalid({"file": _("Choose a file first.")})
    kept = attach_file(found, name=sent.name or "file", content=sent.read(), by=request.actor, at=now())
    return done(
        _("%(name)s kept.") % {"name": kept.name}, undo=undo_url("file", file=kept.pk), event="files-changed"
    )


@require_GET
@needs("people.see")
def file(request: Request, file_id: int) -> HttpResponse:
    """Hand out a file, always as a download that no browser opens by itself."""
    found = _file(request, file_id)
    response = HttpResponse(read_file(found), content_type=found.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@needs(CHANGE)
def file_removal(request: Request, file_id: int) -> HttpResponse:
    """Take a file away."""
    found = _file(request, file_id)
    require(reaches(request.member, CHANGE, found.person))
    remove_file(found, by=request.actor, at=now())
    return done(
        _("%(name)s removed.") % {"name": found.name},
        undo=undo_url("file_removal", file=found.pk),
        event="files-changed",
    )


@takes_back("file")
def _undo_file(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = _file(request, what["file"])
    require(reaches(request.member, CHANGE, found.person))
    remove_file(found, by=request.actor, at=at)
    return "files-changed"


@takes_back("file_removal")
def _undo_removal(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = _file(request, what["file"], is_deleted=True)
    require(reaches(request.member, CHANGE, found.person))
    restore_file(found, by=request.actor, at=at)
    return "files-changed"


def _file(request: Request, file_id: int, *, is_deleted: bool = False) -> Attachment:
    rows = Attachment.objects.select_related("person").filter(deleted_at__isnull=not is_deleted)
    found = rows.filter(pk=file_id, person__deleted_at=None).first()
    if found is None or not reaches(request.member, "people.see", found.person):
        raise NotThere
    return found

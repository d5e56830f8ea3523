from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, NotThere, Refused
from regulars.people.actions.search import refresh_company_search, refresh_search
from regulars.people.engine.markdown import MENTION, mentioned
from regulars.people.engine.names import fold
from regulars.people.engine.tidy.words import tidy_lines
from regulars.people.events import NoteChanged, NoteDeleted, NotePinned, NoteWritten
from regulars.people.models import Company, Mention, Note, Person
from regulars.team.models import Member, Notice
from regulars.team.rules import reaches

MAX_NOTE, MAX_PINNED, BEGINNING = 20_000, 5, 120


class TooManyPinned(Refused):
    """Only a few notes can be pinned, so that what is on top stays worth reading."""

    code = "too_many_pinned"
    default = gettext_lazy("Five notes are pinned already. Let one go first.")


@transaction.atomic
def write_note(about: Person | Company, body: str, *, by: Actor, at: datetime) -> Note:
    """Write a note about a person or company, in Markdown; members named with @ get a notice."""
    if about.deleted_at is not None:
        raise NotThere()
    note = Note(
        body=_checked(body), author_id=by.member_id, author_label=by.label[:200], created_at=at, updated_at=at
    )
    note.person, note.company = (about, None) if isinstance(about, Person) else (None, about)
    note.save(force_insert=True)
    told = _mention(note, by)
    _refresh(note)
    event = NoteWritten(**_about(note), mentioned_ids=[member.pk for member in told])
    announce(event, by=by, changes={"body": [None, note.body]}, occurred_at=at)
    return note


@transaction.atomic
def change_note(note: Note, body: str, *, by: Actor, at: datetime) -> Note:
    """Change the words of a note; members newly named with @ get a notice."""
    note = _locked(note)
    before, clean = note.body, _checked(body)
    if clean == before:
        return note
    note.body, note.updated_at = clean, at
    note.save(update_fields=["body", "updated_at"])
    _mention(note, by)
    _refresh(note)
    announce(NoteChanged(**_about(note)), by=by, changes={"body": [before, clean]}, occurred_at=at)
    return note


@transaction.atomic
def pin_note(note: Note, *, by: Actor, at: datetime) -> Note:
    """Keep a note on top; of one person or company at most five."""
    note = _locked(note)
    if note.pinned_at is not None:
        return note
    if beside(note).filter(pinned_at__isnull=False).count() >= MAX_PINNED:
        raise TooManyPinned()
    note.pinned_at = at
    note.save(update_fields=["pinned_at"])
    announce(NotePinned(**_about(note)), by=by, changes={"pinned": [False, True]}, occurred_at=at)
    return note


@transaction.atomic
def unpin_note(note: Note, *, by: Actor, at: datetime) -> Note:
    """Let a pinned note go."""
    note = _locked(note)
    if note.pinned_at is None:
        return note
    note.pinned_at = None
    note.save(update_fields=["pinned_at"])
    event = NotePinned(**_about(note), is_pinned=False)
    announce(event, by=by, changes={"pinned": [True, False]}, occurred_at=at)
    return note


@transaction.atomic
def delete_note(note: Note, *, by: Actor, at: datetime) -> Note:
    """Delete a note; `restore_note` brings it back."""
    note = _locked(note)
    note.deleted_at, note.pinned_at = at, None
    note.save(update_fields=["deleted_at", "pinned_at"])
    _refresh(note)
    announce(NoteDeleted(**_about(note)), by=by, changes={"body": [note.body, None]}, occurred_at=at)
    return note


@transaction.atomic
def restore_note(note: Note, *, by: Actor, at: datetime) -> Note:
    """Bring a deleted note back."""
    note = _locked(note, is_deleted=True)
    note.deleted_at = None
    note.save(update_fields=["deleted_at"])
    _refresh(note)
    event = NoteDeleted(**_about(note), is_deleted=False)
    announce(event, by=by, changes={"body": [None, note.body]}, occurred_at=at)
    return note


def beside(note: Note) -> Any:
    """Return the live notes about the same person or company."""
    return Note.objects.filter(person=note.person_id, company=note.company_id, deleted_at__isnull=True)


def _locked(note: Note, *, is_deleted: bool = False) -> Note:
    found = Note.objects.select_for_update(of=("self",)).select_related("person", "company")
    stored = found.filter(pk=note.pk, deleted_at__isnull=not is_deleted).first()
    if stored is None:
        raise NotThere()
    return stored


def _checked(body: str) -> str:
    clean = tidy_lines(body)
    if not clean:
        raise Invalid({"body": _("A note needs some words.")})
    if len(clean) > MAX_NOTE:
        raise Invalid({"body": _("At most %(most)d characters are possible here.") % {"most": MAX_NOTE}})
    return clean


def _mention(note: Note, by: Actor) -> list[Member]:
    """Note which members the text names, and tell those who were not named before and may see whom it is about."""
    named = members_named(note.body)
    before = set(note.mentions.values_list("member_id", flat=True))
    note.mentions.exclude(member__in=named).delete()
    about = note.person or note.company
    verb = "people.see" if note.person_id else "companies.see"
    fresh = [member for member in named if member.pk not in before and reaches(member, verb, about)]
    Mention.objects.bulk_create(
        (Mention(note=note, member=member) for member in fresh), ignore_conflicts=True
    )
    text = _("%(who)s mentioned you in a note about %(whom)s")[:300] % {"who": by.label, "whom": about}
    Notice.objects.bulk_create(
        (
            Notice(member=member, text=text[:300], url=url_of(about), icon="at", key=f"note:{note.pk}")
            for member in fresh
            if member.pk != by.member_id
        ),
        ignore_conflicts=True,
    )
    return fresh


def members_named(body: str) -> list[Member]:
    """Return the active members a text names with @: by name, first name where that is clear, or mail address."""
    if not MENTION.search(body):
        return []
    members = list(Member.objects.active())
    ways = _ways_to_name(members)
    return list({ways[way].pk: ways[way] for way in mentioned(body, ways.keys())}.values())


def _ways_to_name(members: Iterable[Member]) -> dict[str, Member]:
    ways: dict[str, Member | None] = {}
    for member in members:
        first = fold(member.name).split(" ")[0]
        for way in {fold(member.name), first, member.email}:
            ways[way] = None if way in ways else member
    return {way: member for way, member in ways.items() if member is not None and way}


def url_of(about: Person | Company | None) -> str:
    """Return the address of the page about a person or company."""
    if about is None:
        return ""
    return f"/people/{about.pk}/" if isinstance(about, Person) else f"/companies/{about.pk}/"


def beginning(body: str) -> str:
    """Return the first words of a note, as a label."""
    plain = re.sub(r"[*_`#>\[\]]+", "", strip_tags(body)).split("\n")[0].strip()
    return plain if len(plain) <= BEGINNING else plain[: BEGINNING - 1].rstrip() + "…"


def _about(note: Note) -> dict[str, Any]:
    return {
        "person_id": note.person_id,
        "company_id": note.company_id,
        "note_id": note.pk,
        "words": beginning(note.body),
    }


def _refresh(note: Note) -> None:
    if note.person_id:
        refresh_search([note.person_id])
    if note.company_id:
        refresh_company_search([note.company_id])

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, Refused
from regulars.people.actions.locking import lock_person
from regulars.people.actions.reading import Reading
from regulars.people.events import TieAdded, TieRemoved
from regulars.people.models import Person, Tie


class TieThere(Refused):
    """The two are tied like this already."""

    code = "tie_there"
    default = gettext_lazy("These two already belong together like this.")


@transaction.atomic
def add_tie(person: Person, other: Person, *, kind: str, by: Actor, at: datetime, note: str = "") -> Tie:
    """Say how another person belongs to this one: spouse, colleague, referred by."""
    person = lock_person(person)
    if other.pk == person.pk:
        raise Invalid({"other": _("Choose somebody else.")})
    if other.is_deleted:
        raise Invalid({"other": _("It is not here any more; choose another.")})
    reading = Reading()
    clean, note = reading.text("kind", kind, 60), reading.text("note", note, 200)
    if not clean:
        reading.refuse("kind", _("This can't be blank."))
    reading.finish()
    tie, is_new = Tie.objects.get_or_create(
        person=person, other=other, kind=clean, defaults={"note": note, "created_at": at}
    )
    if not is_new:
        raise TieThere()
    event = TieAdded(person_id=person.pk, other_id=other.pk, tie=clean, words=f"{clean}: {other}")
    announce(event, by=by, changes={"tie": [None, f"{clean}: {other}"]}, occurred_at=at)
    return tie


@transaction.atomic
def remove_tie(tie: Tie, *, by: Actor, at: datetime) -> None:
    """Say that two people do not belong together like this any more."""
    words = f"{tie.kind}: {tie.other}"
    event = TieRemoved(person_id=tie.person_id, other_id=tie.other_id, tie=tie.kind, words=words)
    tie.delete()
    announce(event, by=by, changes={"tie": [words, None]}, occurred_at=at)

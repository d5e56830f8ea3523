"""What is worth remembering about a person: facts, preferences, needs and goals."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.people.actions.locking import lock_person
from regulars.people.actions.reading import Reading
from regulars.people.actions.search import refresh_search
from regulars.people.events import MemoAdded, MemoChanged, MemoRemoved, PreferenceAdded, PreferenceRemoved
from regulars.people.models import Memo, Person, Preference

KINDS = tuple(kind for kind, _label in Preference.KINDS)


@transaction.atomic
def add_memo(person: Person, text: str, *, by: Actor, at: datetime) -> Memo:
    """Write down a fact to remember about a person."""
    person = lock_person(person)
    clean = _checked(text, 300)
    memo = Memo.objects.create(person=person, text=clean, author_label=by.label[:200], created_at=at)
    refresh_search([person.pk])
    event = MemoAdded(person_id=person.pk, memo_id=memo.pk, words=clean)
    announce(event, by=by, changes={"memo": [None, clean]}, occurred_at=at)
    return memo


@transaction.atomic
def change_memo(memo: Memo, text: str, *, by: Actor, at: datetime) -> Memo:
    """Put a fact to remember in other words."""
    before, memo.text = memo.text, _checked(text, 300)
    if memo.text != before:
        memo.save(update_fields=["text"])
        refresh_search([memo.person_id])
        event = MemoChanged(person_id=memo.person_id, memo_id=memo.pk, words=memo.text)
        announce(event, by=by, changes={"memo": [before, memo.text]}, occurred_at=at)
    return memo


@transaction.atomic
def remove_memo(memo: Memo, *, by: Actor, at: datetime) -> None:
    """Forget a fact."""
    event = MemoRemoved(person_id=memo.person_id, memo_id=memo.pk, words=memo.text)
    person_id, text = memo.person_id, memo.text
    memo.delete()
    refresh_search([person_id])
    announce(event, by=by, changes={"memo": [text, None]}, occurred_at=at)


@transaction.atomic
def add_preference(
    person: Person, text: str, *, by: Actor, at: datetime, kind: str = "preference"
) -> Preference:
    """Write down what a person prefers, needs, or is trying to reach; saying the same again changes nothing."""
    person = lock_person(person)
    reading = Reading()
    if kind not in KINDS:
        reading.refuse("kind", _("Choose preference, need or goal."))
    reading.finish()
    clean = _checked(text, 200)
    known = person.preferences.filter(kind=kind, text__iexact=clean).first()
    if known is not None:
        return known
    preference = Preference.objects.create(person=person, kind=kind, text=clean, created_at=at)
    event = PreferenceAdded(
        person_id=person.pk, preference_id=preference.pk, preference_kind=kind, words=clean
    )
    announce(event, by=by, changes={kind: [None, clean]}, occurred_at=at)
    return preference


@transaction.atomic
def remove_preference(preference: Preference, *, by: Actor, at: datetime) -> None:
    """Say that a preference, need or goal no longer holds."""
    event = PreferenceRemoved(
        person_id=preference.person_id, preference_id=preference.pk, words=preference.text
    )
    changes = {preference.kind: [preference.text, None]}
    preference.delete()
    announce(event, by=by, changes=changes, occurred_at=at)


def _checked(text: str, most: int) -> str:
    reading = Reading()
    clean = reading.text("text", text, most)
    if not clean:
        reading.refuse("text", _("This can't be blank."))
    reading.finish()
    return clean

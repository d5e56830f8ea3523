"""What a customer gave when they were asked becomes part of what is known of them: by a click, or by itself where that is sure.

By itself only one of the business's own fields is filled, only where nothing stands yet, by a value the field takes, from a
letter the customer themselves sent. An address or a number decides whose letters are whose: those wait for a colleague.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.moving import locked, moved
from regulars.inbox.engine.facts import EMAIL, OWN, PHONE
from regulars.inbox.models import Asking, Conversation
from regulars.inbox.queries.facts import fact_labels
from regulars.kit.actor import Actor
from regulars.kit.refused import NotThere, Refused
from regulars.messaging.models import Message, Proof
from regulars.people.actions import add_identity, change_person
from regulars.people.actions.identities import end_identity
from regulars.people.models import Identity, IdentityKind, Person

KINDS = {EMAIL: IdentityKind.EMAIL, PHONE: IdentityKind.PHONE}
EMPTY: tuple[object, ...] = (None, "", [])


class NobodyKnown(Refused):
    """A fact is kept on a person, so there must be one."""

    code = "nobody_known"
    default = gettext_lazy("Nobody is known for this conversation yet, so there is nowhere to keep it.")


class ChangedSince(Refused):
    """What somebody changed after us is not taken back with it."""

    code = "changed_since"
    default = gettext_lazy("It was changed since, so it stays as it is.")


@transaction.atomic
def use_fact(conversation: Conversation, name: str, *, by: Actor, at: datetime) -> Conversation:
    """Keep a fact the customer gave on their record; once, and so that it can be taken back."""
    found = locked(conversation)
    asking = _asking(found)
    if name not in asking.found or not is_kept_on_people(name):
        raise NotThere
    if name in asking.used:
        return found
    if found.person is None or found.person.deleted_at is not None:
        raise NobodyKnown
    asking.used[name] = _keep(found.person, name, asking.found[name], by, at)
    return _say_used(found, asking, [name], by, at)


@transaction.atomic
def take_fact_back(conversation: Conversation, name: str, *, by: Actor, at: datetime) -> Conversation:
    """Give the person's record back what stood there before the fact was kept; what was changed since stays."""
    found = locked(conversation)
    asking = _asking(found)
    if name not in asking.used or found.person is None:
        raise NotThere
    _restore(found.person, name, asking.used.pop(name), by, at)
    asking.save(update_fields=["used"])
    return moved(found, "fact_unused", by=by, at=at, name=fact_labels().get(name, name))


@transaction.atomic
def use_what_is_sure(
    conversation: Conversation, names: Iterable[str], message: Message, *, at: datetime
) -> None:
    """Keep by itself what fills an empty field of the business, from a letter that the customer themselves sent."""
    found = locked(conversation)
    asking, person = _asking(found), found.person
    if person is None or message.person_id != person.pk or message.proof == Proof.FAIL:
        return
    by = Actor.clock(_("Their letter “%(subject)s”") % {"subject": message.subject[:80]})
    used = []
    for name in names:
        if not name.startswith(OWN) or person.custom.get(name.removeprefix(OWN)) not in EMPTY:
            continue
        # A value the field does not take stands above the letters, for a colleague to read.
        with suppress(Refused), transaction.atomic():
            asking.used[name] = _keep(person, name, asking.found[name], by, at)
            used.append(name)
    if used:
        _say_used(found, asking, used, by, at)


def is_kept_on_people(name: str) -> bool:
    """Tell whether a fact is one of a person: an order's number is not."""
    return name in KINDS or name.startswith(OWN)


def _say_used(
    found: Conversation, asking: Asking, names: Iterable[str], by: Actor, at: datetime
) -> Conversation:
    asking.save(update_fields=["used"])
    labels = fact_labels()
    return moved(found, "fact_used", by=by, at=at, name=", ".join(labels.get(name, name) for name in names))


def _asking(found: Conversation) -> Asking:
    asking = Asking.objects.select_for_update().filter(conversation=found).first()
    if asking is None:
        raise NotThere
    return asking


def _keep(person: Person, name: str, value: str, by: Actor, at: datetime) -> dict[str, Any]:
    """Write a fact; return what taking it back needs to know."""
    if name in KINDS:
        had = set(_live(person, name).values_list("pk", flat=True))
        identity = add_identity(person, kind=KINDS[name], value=value, by=by, at=at)
        return {"identity": None if identity.pk in had else identity.pk}
    key = name.removeprefix(OWN)
    before = person.custom.get(key)
    after = change_person(person, by=by, at=at, custom={key: value}).custom.get(key)
    return {"before": before, "after": after}


def _restore(person: Person, name: str, kept: dict[str, Any], by: Actor, at: datetime) -> None:
    if name in KINDS:
        identity = _live(person, name).filter(pk=kept["identity"]).first()
        if identity is not None:
            end_identity(identity, by=by, at=at)
        return
    key = name.removeprefix(OWN)
    if person.custom.get(key) != kept["after"]:
        raise ChangedSince
    change_person(person, by=by, at=at, custom={key: kept["before"]})


def _live(person: Person, name: str) -> Any:
    return Identity.objects.filter(person=person, kind=KINDS[name], ended_at=None)

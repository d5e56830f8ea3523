from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.kit.refused import NotThere, Refused
from regulars.people.actions.reading import Reading
from regulars.people.actions.search import refresh_search
from regulars.people.engine.identities import NUMBERS, tidy_identity
from regulars.people.events import IdentityAdded, IdentityChanged, IdentityEnded
from regulars.people.models import Identity, IdentityKind, Person
from regulars.people.rules import can_name

FLAGS = ("is_verified", "is_shared")


class IdentityTaken(Refused):
    """Somebody else has this address, number or id; names them where the asker may see them."""

    code = "identity_taken"
    default = gettext_lazy("Somebody else already has this.")


class IdentityOver(Refused):
    """The identity has ended; only a live one can be changed."""

    code = "identity_over"
    default = gettext_lazy("This has already been removed.")


@dataclass(frozen=True)
class NewIdentity:
    """An identity read from values, ready to be written."""

    kind: str
    value: str
    raw: str = ""
    label: str = ""
    is_primary: bool | None = None
    is_verified: bool = False
    is_shared: bool = False


def read_identities(values: Mapping[str, Any], reading: Reading) -> list[NewIdentity]:
    """Return the identities among a person's values: email(s), phone(s), and `identities` for every kind."""
    found: dict[tuple[str, str], NewIdentity] = {}
    for field, raw in _raw_identities(values):
        new = read_identity(raw, reading, field)
        if new is not None:
            found.setdefault((new.kind, new.value), new)
    return with_one_primary(found.values())


def read_identity(raw: Mapping[str, Any], reading: Reading, field: str = "value") -> NewIdentity | None:
    """Return one identity, or None when it is blank or cannot be read."""
    kind, text = str(raw.get("kind", "")), str(raw.get("value") or "").strip()
    if kind not in IdentityKind.values:
        reading.refuse(field, _("“%(kind)s” is not a kind of address or number.") % {"kind": kind})
        return None
    if not text:
        return None
    value = ""
    with reading.of(field):
        # The business is only asked for its country when the number does not name its own.
        is_local = kind in NUMBERS and not text.startswith("+")
        value = tidy_identity(kind, text, reading.country if is_local else "")
    if len(value) > 320:
        reading.refuse(field, _("At most %(most)d characters are possible here.") % {"most": 320})
    label = reading.text(f"{field}.label", raw.get("label"), 60)
    primary = None if raw.get("is_primary") is None else bool(raw["is_primary"])
    flags = {flag: bool(raw.get(flag)) for flag in FLAGS}
    return NewIdentity(kind, value, text[:320], label, primary, **flags) if value else None


def _raw_identities(values: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for kind in ("email", "phone"):
        if values.get(kind):
            yield kind, {"kind": kind, "value": values[kind]}
        for place, value in enumerate(values.get(f"{kind}s") or ()):
            yield f"{kind}s.{place}", {"kind": kind, "value": value}
    for place, raw in enumerate(values.get("identities") or ()):
        yield f"identities.{place}", raw


def with_one_primary(identities: Iterable[NewIdentity]) -> list[NewIdentity]:
    """Return the identities with exactly one primary of each kind: the one said to be, else the first."""
    wanted = list(identities)
    chosen: dict[str, int] = {}
    for place, one in enumerate(wanted):
        if one.is_primary and not (one.kind in chosen and wanted[chosen[one.kind]].is_primary):
            chosen[one.kind] = place
        elif one.is_primary is not False:
            chosen.setdefault(one.kind, place)
    return [replace(one, is_primary=chosen.get(one.kind) == place) for place, one in enumerate(wanted)]


_INSERT = f"""{PLANNED_ONCE}
    INSERT INTO people_identity
        (person_id, kind, value, raw, label, is_primary, is_verified, is_shared, created_at)
    SELECT %s, n.kind, n.value, n.raw, n.label, n.is_primary, n.is_verified, n.is_shared, %s
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::bool[], %s::bool[])
        AS n(kind, value, raw, label, is_primary, is_verified, is_shared)
    ORDER BY n.kind, n.value
    ON CONFLICT (kind, value) WHERE ended_at IS NULL AND NOT is_shared DO NOTHING
    RETURNING id, kind, value"""


def write_identities(
    person: Person, identities: Iterable[NewIdentity], *, by: Actor, at: datetime
) -> list[int]:
    """Write identities in one statement, refusing if somebody has one of them; return their ids.

    The database decides: of two who add the same address at once, the second waits for the first and is refused.
    """
    return [one.pk for one in new_identities(person, identities, by=by, at=at)]


def new_identities(
    person: Person, identities: Iterable[NewIdentity], *, by: Actor, at: datetime
) -> list[Identity]:
    """Write identities like `write_identities` and return them as rows, in the order of their ids."""
    wanted = list(identities)
    if not wanted:
        return []
    texts = [[getattr(one, name) for one in wanted] for name in ("kind", "value", "raw", "label")]
    flags = [[bool(getattr(one, name)) for one in wanted] for name in ("is_primary", *FLAGS)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [person.pk, at, *texts, *flags])
        rows = cursor.fetchall()
    written = {(kind, value): number for number, kind, value in rows}
    for one in wanted:
        if (one.kind, one.value) not in written:
            raise taken(one.kind, one.value, by)
    made = [
        Identity(
            pk=written[one.kind, one.value], person=person, created_at=at,
            **{**asdict(one), "is_primary": bool(one.is_primary)},
        )
        for one in wanted
    ]  # fmt: skip
    return sorted(made, key=lambda one: one.pk)


def taken(kind: str, value: str, by: Actor) -> IdentityTaken:
    """Return the refusal for an identity that somebody has, naming them if this actor may see them."""
    holder = (
        Identity.objects.filter(kind=kind, value=value, ended_at__isnull=True, is_shared=False)
        .select_related("person")
        .first()
    )
    if holder is None or not can_name(by, holder.person):
        message = _("“%(value)s” already belongs to somebody else.") % {"value": value}
        return IdentityTaken(message, kind=kind, value=value)
    message = _("“%(value)s” already belongs to %(name)s.") % {"value": value, "name": holder.person}
    return IdentityTaken(
        message, kind=kind, value=value, person_id=holder.person_id, person_name=str(holder.person)
    )


@transaction.atomic
def add_identity(
    person: Person,
    *,
    kind: str,
    value: str,
    by: Actor,
    at: datetime,
    label: str = "",
    is_primary: bool | None = None,
    **flags: bool,
) -> Identity:
    """Add an address, number, handle or id to a person; the first of its kind becomes primary."""
    reading = Reading(person.country)
    raw = {"kind": kind, "value": value, "label": label, **flags}
    new = read_identity(raw, reading)
    if new is None and not reading.problems:
        reading.refuse("value", _("This can't be blank."))
    reading.finish()
    assert new is not None  # noqa: S101  finish() raised otherwise
    had = _live(person, kind)
    known = had.filter(value=new.value).first()
    if known is not None:
        return known
    if is_primary:
        had.filter(is_primary=True).update(is_primary=False)
    new = replace(new, is_primary=bool(is_primary) or (is_primary is None and not had.exists()))
    (number,) = write_identities(person, [new], by=by, at=at)
    identity = Identity.objects.get(pk=number)
    _touched(person, at)
    announce(_added(identity), by=by, changes={"value": [None, new.value]})
    return identity


@transaction.atomic
def change_identity(identity: Identity, *, by: Actor, at: datetime, **values: Any) -> Identity:
    """Correct an identity's value or label, or mark it primary, verified, shared, bounced (`bounced_at`)."""
    identity = _locked(identity)
    before = _told(identity)
    reading = Reading(identity.person.country)
    if "value" in values:
        new = read_identity({"kind": identity.kind, "value": values["value"]}, reading)
        if new is None:
            reading.refuse("value", _("This can't be blank."))
        else:
            identity.value, identity.raw = new.value, new.raw
            identity.is_verified, identity.bounced_at = False, None
    if "label" in values:
        identity.label = reading.text("label", values["label"], 60)
    for flag in (*FLAGS, "bounced_at"):
        if flag in values:
            setattr(identity, flag, values[flag])
    reading.finish()
    if values.get("is_primary") and not identity.is_primary:
        _live(identity.person, identity.kind).filter(is_primary=True).update(is_primary=False)
        identity.is_primary = True
    changes = changed(before, _told(identity))
    if not changes:
        return identity
    _save(identity, changes, by)
    _touched(identity.person, at)
    announce(_changed(identity, list(changes)), by=by, changes=changes)
    return identity


@transaction.atomic
def mark_bounced(email: str, *, by: Actor, at: datetime) -> int:
    """Mark an address as one that mail does not reach, with whoever has it; return how many it was news of."""
    found = Identity.objects.filter(
        kind=IdentityKind.EMAIL,
        value=email,
        ended_at__isnull=True,
        bounced_at__isnull=True,
        person__deleted_at__isnull=True,
    )
    for identity in found:
        change_identity(identity, by=by, at=at, bounced_at=at)
    return len(found)


@transaction.atomic
def end_identity(identity: Identity, *, by: Actor, at: datetime) -> Identity:
    """Take an identity away from its person; it stays in the history, and another of its kind becomes primary."""
    identity = _locked(identity)
    was_primary, identity.is_primary, identity.ended_at = identity.is_primary, False, at
    identity.save(update_fields=["is_primary", "ended_at"])
    if was_primary:
        heir = _live(identity.person, identity.kind).order_by("-is_verified", "id").first()
        if heir is not None:
            heir.is_primary = True
            heir.save(update_fields=["is_primary"])
    _touched(identity.person, at)
    announce(
        IdentityEnded(
            person_id=identity.person_id,
            identity_id=identity.pk,
            identity_kind=identity.kind,
            value=identity.value,
        ),
        by=by,
        changes={"value": [identity.value, None]},
    )
    return identity


@transaction.atomic
def revive_identity(identity: Identity, *, by: Actor, at: datetime) -> Identity:
    """Give an ended identity back to its person, unless somebody else has it by now."""
    identity = Identity.objects.select_for_update(of=("self",)).select_related("person").get(pk=identity.pk)
    if identity.ended_at is None:
        return identity
    if not identity.is_shared and _is_live(identity):
        raise taken(identity.kind, identity.value, by)
    identity.ended_at = None
    identity.is_primary = not _live(identity.person, identity.kind).exists()
    _save(identity, {"ended_at": []}, by)
    _touched(identity.person, at)
    announce(_added(identity), by=by, changes={"value": [None, identity.value]})
    return identity


def _save(identity: Identity, changes: Mapping[str, Any], by: Actor) -> None:
    """Save, turning the database's refusal of a second holder into ours."""
    try:
        with transaction.atomic():
            identity.save()
    except IntegrityError as problem:
        if "identity_once_live" not in str(problem):
            raise
        raise taken(identity.kind, identity.value, by) from problem


def _locked(identity: Identity) -> Identity:
    found = (
        Identity.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=identity.pk, person__deleted_at__isnull=True)
        .first()
    )
    if found is None:
        raise NotThere()
    if found.ended_at is not None:
        raise IdentityOver()
    return found


def _live(person: Person, kind: str) -> QuerySet[Identity]:
    return Identity.objects.filter(person=person, kind=kind, ended_at__isnull=True)


def _is_live(identity: Identity) -> bool:
    return Identity.objects.filter(
        kind=identity.kind, value=identity.value, ended_at__isnull=True, is_shared=False
    ).exists()


def _touched(person: Person, at: datetime) -> None:
    Person.objects.filter(pk=person.pk).update(updated_at=at)
    refresh_search([person.pk])


def _told(identity: Identity) -> dict[str, Any]:
    names = ("value", "label", "is_primary", "is_verified", "is_shared", "bounced_at")
    return {name: getattr(identity, name) for name in names}


def _added(identity: Identity) -> IdentityAdded:
    return IdentityAdded(
        person_id=identity.person_id,
        identity_id=identity.pk,
        identity_kind=identity.kind,
        value=identity.value,
    )


def _changed(identity: Identity, fields: list[str]) -> IdentityChanged:
    return IdentityChanged(
        person_id=identity.person_id,
        identity_id=identity.pk,
        identity_kind=identity.kind,
        value=identity.value,
        fields=fields,
    )

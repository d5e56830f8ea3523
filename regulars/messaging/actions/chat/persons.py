"""Whose chat it is: a person we know only when the business vouched for them; else somebody new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.messaging.actions.confirming import sign_up
from regulars.messaging.engine.proofs import Proof
from regulars.messaging.models import ChatVisitor
from regulars.messaging.queries.consent import live_identity
from regulars.people.actions import (
    IdentityTaken,
    add_identity,
    change_identity,
    change_person,
    create_person,
    delete_person,
    end_identity,
)
from regulars.people.models import Identity, IdentityKind, Person
from regulars.people.queries.reach import find_by_identity

# So is an address marked that a stranger gave in a chat: it yields to whoever proves that it is theirs.
CLAIMED = "said in the chat"


def person_for(visitor: ChatVisitor, *, by: Actor, at: datetime) -> Person:
    """Return the person a visitor is; somebody new for a stranger, whatever address they give."""
    if visitor.person is not None and visitor.person.deleted_at is None:
        return visitor.person
    person = _proven_again(visitor, by, at) if visitor.is_verified else None
    if person is None:
        person = _new(visitor, by, at)
    visitor.person = person
    ChatVisitor.objects.filter(pk=visitor.pk).update(person=person)
    if not visitor.is_verified:
        claim_email(visitor, by=by, at=at)
        sign_visitor_up(visitor, by=by, at=at)
    return person


def proven_person(
    visitor: ChatVisitor, proof: Proof, *, by: Actor, at: datetime, unproven: Person | None
) -> Person | None:
    """Return whom a proof means: by the business's own id, else by the address; None for somebody not known yet."""
    subject = _external(proof.subject)
    known = find_by_identity(IdentityKind.EXTERNAL, subject) if subject else None
    if known is None and proof.email:
        known = _holder(proof.email, unproven, by, at)
    if known is None:
        known = unproven
    if known is not None:
        _write_proof(known, proof, by, at)
    return known


def let_go_of(unproven: Person | None, person: Person | None, *, by: Actor, at: datetime) -> None:
    """Delete the person a stranger was until they were proven to be another, if nothing but the chat made them."""
    if unproven is None or person is None or unproven == person:
        return
    others = (
        unproven.identities.filter(ended_at__isnull=True)
        .exclude(kind=IdentityKind.CHAT)
        .exclude(label=CLAIMED)
    )
    if not others.exists() and not unproven.threads.exists():
        delete_person(unproven, by=by, at=at)


def claim_email(visitor: ChatVisitor, *, by: Actor, at: datetime) -> None:
    """Note an address with the visitor's own person as one that is not proven, if nobody else has it."""
    person, email = visitor.person, visitor.email
    if (
        person is None
        or not email
        or Identity.objects.filter(kind=IdentityKind.EMAIL, value=email, ended_at__isnull=True).exists()
    ):
        return
    try:
        with transaction.atomic():
            add_identity(person, kind=IdentityKind.EMAIL, value=email, label=CLAIMED, by=by, at=at)
    except (IdentityTaken, Invalid):
        # Somebody else got it in this very moment: it stays with the visitor alone.
        return


def sign_visitor_up(visitor: ChatVisitor, *, by: Actor, at: datetime) -> None:
    """Write down what a visitor ticked, as soon as their address is somebody's; whoever reads there confirms it."""
    purpose = visitor.site.purpose
    identity = live_identity(IdentityKind.EMAIL, visitor.email) if visitor.sign_up_proof else None
    if identity is None or purpose is None:
        return
    source = f"chat {visitor.site}"[:60]
    sign_up(
        identity, purpose, language=visitor.language, source=source, proof=visitor.sign_up_proof, by=by, at=at
    )
    visitor.sign_up_proof = ""
    ChatVisitor.objects.filter(pk=visitor.pk).update(sign_up_proof="")


def rename_unnamed(visitor: ChatVisitor, *, by: Actor, at: datetime) -> None:
    """Call the visitor's person by the name they gave, while it has none but ours."""
    person = visitor.person
    if person is not None and visitor.name and person.name in ("", unnamed(visitor)):
        change_person(person, name=visitor.name, by=by, at=at)


def unnamed(visitor: ChatVisitor) -> str:
    """Return what a visitor without a name is called."""
    return _("Visitor %(code)s") % {"code": visitor.code}


def _new(visitor: ChatVisitor, by: Actor, at: datetime) -> Person:
    identities: list[dict[str, Any]] = [{"kind": IdentityKind.CHAT, "value": f"visitor-{visitor.pk}"}]
    values: dict[str, Any] = {
        "name": visitor.name or unnamed(visitor),
        "language": visitor.language,
        "identities": identities,
        "team": visitor.site.team,
    }
    if visitor.is_verified:
        external = _external(visitor.subject)
        identities += (
            [{"kind": IdentityKind.EXTERNAL, "value": external, "is_verified": True}] if external else []
        )
        identities += (
            [{"kind": IdentityKind.EMAIL, "value": visitor.email, "is_verified": True}]
            if visitor.email
            else []
        )
    return create_person(values, by=by, at=at)


def _proven_again(visitor: ChatVisitor, by: Actor, at: datetime) -> Person | None:
    proof = Proof(visitor.subject, visitor.email, visitor.name)
    return proven_person(visitor, proof, by=by, at=at, unproven=None)


def _holder(email: str, unproven: Person | None, by: Actor, at: datetime) -> Person | None:
    """Return who has an address; a stranger who only claimed it loses it to its owner."""
    holder = find_by_identity(IdentityKind.EMAIL, email)
    if holder is None or holder == unproven:
        return holder
    claimed = holder.identities.filter(
        kind=IdentityKind.EMAIL, value=email, ended_at__isnull=True, is_verified=False, label=CLAIMED
    ).first()
    if claimed is None:
        return holder
    end_identity(claimed, by=by, at=at)
    return None


def _write_proof(person: Person, proof: Proof, by: Actor, at: datetime) -> None:
    live = {(one.kind, one.value): one for one in person.identities.filter(ended_at__isnull=True)}
    wanted = [(IdentityKind.EXTERNAL, _external(proof.subject)), (IdentityKind.EMAIL, proof.email)]
    for kind, value in wanted:
        had = live.get((kind, value))
        if had is not None and not had.is_verified:
            change_identity(
                had, by=by, at=at, is_verified=True, label="" if had.label == CLAIMED else had.label
            )
        elif had is None and value:
            _add_proven(person, kind, value, by, at)


def _add_proven(person: Person, kind: str, value: str, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            add_identity(person, kind=kind, value=value, is_verified=True, by=by, at=at)
    except (IdentityTaken, Invalid):
        # It is somebody else's already; who that is, people decide.
        return


def _external(subject: str) -> str:
    return subject.removeprefix("sub:") if subject.startswith("sub:") else ""

"""Who chats: a browser with a secret of its own, and what it says or proves of the person before it.

What somebody only says of themselves never leads to a person we know. What the business vouches for does.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, Refused
from regulars.kit.secrets import decrypt
from regulars.kit.wording import to_customer_lazy as _
from regulars.messaging.actions.chat.persons import (
    claim_email,
    let_go_of,
    proven_person,
    rename_unnamed,
    sign_visitor_up,
)
from regulars.messaging.actions.filing import plain
from regulars.messaging.engine.proofs import LEEWAY_SECONDS, BadProof, Proof, read_proof
from regulars.messaging.events import VisitorProven
from regulars.messaging.models import ChatProof, ChatSite, ChatVisitor, Message, Participant, Thread
from regulars.messaging.models.chat import PROOF_HOLDS
from regulars.people.engine.identities import tidy_identity
from regulars.people.engine.sayings import Unclear
from regulars.people.models import IdentityKind

SEEN_EVERY = timedelta(seconds=20)
PREFIX = "rv_"


class IdentityRefused(Refused):
    """Somebody came with a proof that is not believed."""

    status = 401
    code = "identity_forged"
    default = _("We could not confirm who you are. Please load the page again.")

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class IdentityNeeded(Refused):
    """Here only those are let in whom the business vouches for, or this browser chatted as one of them before."""

    status = 401
    code = "identity_needed"
    default = _("We could not confirm who you are. Please load the page again.")


class UnknownVisitor(Refused):
    """The secret of a browser that nobody here knows, or not on this site."""

    status = 401
    code = "unknown_visitor"
    default = _("Something went wrong. Please try again.")


@dataclass(frozen=True)
class Looking:
    """What a browser tells of itself: its language and the page it is on."""

    language: str = "en"
    page: str = ""
    page_title: str = ""


@transaction.atomic
def open_visit(
    site: ChatSite, *, token: str, identity: str, looking: Looking, by: Actor, at: datetime
) -> tuple[ChatVisitor, str]:
    """Let a browser in: the visitor it was before, or a new one, whose token is returned with it."""
    proof = _proof(site, identity, at) if identity else None
    if proof is None and site.requires_identity:
        raise IdentityNeeded
    known = _known(site, token)
    if known is not None and known.is_verified and proof is None:
        # Whoever signed in on the website has left it: the next one at this browser sees nothing of theirs.
        raise IdentityNeeded
    if known is not None and known.is_verified and proof is not None and known.subject != proof.subject:
        known = None
    fresh = ""
    if known is None:
        known, fresh = _new(site, at)
    if proof is not None:
        _bind(site, known, proof)
        _prove(known, proof, by=by, at=at)
    _look(known, looking, at)
    return known, fresh


def visitor_with(site: ChatSite, token: str, *, at: datetime) -> ChatVisitor:
    """Return the visitor whose secret this is; refused for anybody else, and when their proof is too old."""
    found = _known(site, token)
    if found is None:
        raise UnknownVisitor
    if found.is_verified and (found.proved_at is None or found.proved_at < at - PROOF_HOLDS):
        raise IdentityNeeded
    if site.requires_identity and not found.is_verified:
        raise IdentityNeeded
    return found


def _bind(site: ChatSite, visitor: ChatVisitor, proof: Proof) -> None:
    """Let a proof that has a name be of use to one browser only: who copied it from elsewhere is refused."""
    if not proof.mark:
        return
    ends_at = datetime.fromtimestamp(proof.ends_at + LEEWAY_SECONDS, UTC)
    key = hashlib.sha256(proof.mark.encode()).hexdigest()
    ChatProof.objects.bulk_create(
        [ChatProof(site=site, key=key, visitor=visitor, ends_at=ends_at)], ignore_conflicts=True
    )
    if not ChatProof.objects.filter(site=site, key=key, visitor=visitor).exists():
        raise IdentityRefused("identity_replayed")


@transaction.atomic
def note_visit(visitor: ChatVisitor, *, at: datetime) -> None:
    """Remember that a visitor is there, not more often than anybody needs to know."""
    if visitor.last_seen_at < at - SEEN_EVERY:
        ChatVisitor.objects.filter(pk=visitor.pk).update(last_seen_at=at)


@transaction.atomic
def introduce(
    visitor: ChatVisitor, *, name: str, email: str, signs_up: bool = False, by: Actor, at: datetime
) -> ChatVisitor:
    """Take down what a visitor says of themselves; of whom the business vouched for nothing is believed but the proof.

    Ticking the sign-up is kept until there is an address it can be about.
    """
    visitor = (
        ChatVisitor.objects.select_for_update(of=("self",))
        .select_related("site__purpose", "site__channel", "person", "thread")
        .get(pk=visitor.pk)
    )
    if visitor.is_verified:
        return visitor
    visitor.name = clean_name(name) or visitor.name
    visitor.email = clean_email(email) or visitor.email
    if signs_up and visitor.email and visitor.site.purpose is not None:
        version = visitor.site.purpose.wording_version
        visitor.sign_up_proof = f"ticked, {by.address}, request {by.request_id}, wording {version}"
    visitor.save(update_fields=["name", "email", "sign_up_proof"])
    if visitor.person is not None:
        rename_unnamed(visitor, by=by, at=at)
        claim_email(visitor, by=by, at=at)
    sign_visitor_up(visitor, by=by, at=at)
    if visitor.thread is not None:
        let_take_part(visitor, visitor.thread)
    return visitor


def clean_name(said: str) -> str:
    """Return a name as it can be shown: no addresses in it, no line breaks."""
    name = plain(" ".join(said.split()), 150)
    return "" if "@" in name or "://" in name else name


def clean_email(said: str) -> str:
    """Return an address in its tidy form, empty for none; refused when it is no address."""
    if not said.strip():
        return ""
    try:
        return tidy_identity(IdentityKind.EMAIL, said.strip(), "")[:320]
    except Unclear:
        raise Invalid({"email": _("Please check this e-mail address.")}) from None


def let_take_part(visitor: ChatVisitor, thread: Thread) -> None:
    """Let the visitor's address take part in their thread, so that what they answer by mail is let in."""
    if visitor.email:
        person = visitor.person if visitor.is_verified else None
        Participant.objects.bulk_create(
            [Participant(thread=thread, email=visitor.email, person=person)], ignore_conflicts=True
        )


def hashed(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _known(site: ChatSite, token: str) -> ChatVisitor | None:
    if not token.startswith(PREFIX):
        return None
    rows = ChatVisitor.objects.select_related("site__channel", "thread", "person")
    return rows.filter(secret_hash=hashed(token), site=site).first()


def _new(site: ChatSite, at: datetime) -> tuple[ChatVisitor, str]:
    token = PREFIX + secrets.token_urlsafe(32)
    visitor = ChatVisitor.objects.create(site=site, secret_hash=hashed(token), created_at=at, last_seen_at=at)
    return visitor, token


def _proof(site: ChatSite, identity: str, at: datetime) -> Proof:
    key = decrypt(site.sealed_identity_key) if site.has_identity_key else ""
    try:
        proof = read_proof(identity, key, at=at)
        return replace(proof, email=clean_email(proof.email), name=clean_name(proof.name))
    except BadProof as problem:
        raise IdentityRefused(problem.code) from None
    except Invalid:
        raise IdentityRefused("identity_nobody") from None


def _prove(visitor: ChatVisitor, proof: Proof, *, by: Actor, at: datetime) -> None:
    """Let a visitor be whom the business vouches for; what they wrote before they signed in becomes that person's."""
    was_verified = visitor.is_verified
    visitor.subject, visitor.proved_at = proof.subject, at
    visitor.email, visitor.name = proof.email or visitor.email, proof.name or visitor.name
    if not was_verified:
        unproven = visitor.person
        visitor.person = proven_person(visitor, proof, by=by, at=at, unproven=unproven)
        visitor.thread = visitor.thread or _thread_elsewhere(visitor)
        _hand_over(visitor, by, at)
        let_go_of(unproven, visitor.person, by=by, at=at)
    visitor.save(update_fields=["subject", "proved_at", "email", "name", "person", "thread"])


def _thread_elsewhere(visitor: ChatVisitor) -> Thread | None:
    """Return the thread in which the same proven person chats on another device."""
    same = ChatVisitor.objects.filter(site=visitor.site, subject=visitor.subject, thread__isnull=False)
    found = same.exclude(pk=visitor.pk).order_by("-thread__last_message_at").select_related("thread").first()
    return found.thread if found else None


def _hand_over(visitor: ChatVisitor, by: Actor, at: datetime) -> None:
    thread, person = visitor.thread, visitor.person
    if thread is None or person is None or thread.person_id == person.pk:
        return
    Thread.objects.filter(pk=thread.pk).update(person=person)
    Message.objects.filter(thread=thread, channel=visitor.site.channel, direction="in").update(person=person)
    let_take_part(visitor, thread)
    event = VisitorProven(person_id=person.pk, visitor_id=visitor.pk, thread_id=thread.pk)
    announce(event, by=by, occurred_at=at, channel="chat")


def _look(visitor: ChatVisitor, looking: Looking, at: datetime) -> None:
    visitor.language = looking.language
    visitor.page = looking.page if looking.page.startswith(("http://", "https://")) else ""
    visitor.page, visitor.page_title = plain(visitor.page, 1000), plain(looking.page_title, 300)
    visitor.last_seen_at = at
    visitor.save(update_fields=["language", "page", "page_title", "last_seen_at"])

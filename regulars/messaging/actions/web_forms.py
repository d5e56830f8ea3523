"""Forms on websites: how they are set up, and what becomes of what somebody fills in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid
from regulars.kit.wording import to_customer
from regulars.messaging.actions.chat.sites import (
    clean_colour,
    clean_origins,
    new_channel,
    new_public_key,
    rename_channel,
)
from regulars.messaging.actions.chat.speaking import clean_words
from regulars.messaging.actions.chat.visiting import clean_email, clean_name
from regulars.messaging.actions.confirming import sign_up
from regulars.messaging.actions.filing import tell_of
from regulars.messaging.events import WebFormChanged
from regulars.messaging.models import ChannelKind, Message, Participant, Purpose, Thread, WebForm
from regulars.messaging.queries.chat_words import LANGUAGES
from regulars.messaging.queries.consent import live_identity
from regulars.messaging.queries.web_forms import SIGN_UP, Asked, field_choices
from regulars.people.actions import IdentityTaken, change_person, create_person
from regulars.people.models import Identity, IdentityKind, Person
from regulars.people.queries.reach import find_by_identity

CHANGED = ("title", "intro", "thanks", "fields", "origins", "colour", "language", "is_active", "team_id")
TEXTS = {"title": 120, "intro": 1000, "thanks": 500}
SUBJECT_LETTERS = 60


@transaction.atomic
def add_web_form(name: str, *, by: Actor, at: datetime) -> WebForm:
    """Set up a form that asks for a name, an address and a message."""
    channel = new_channel(name, ChannelKind.FORM, by=by, at=at)
    form = WebForm(channel=channel, public_key=new_public_key(), created_at=at)
    form.fields = [{"name": "name", "needed": False}]
    form.save(force_insert=True)
    announce(WebFormChanged(form_id=form.pk, name=name), by=by, changes={"name": [None, channel.name]})
    return form


@transaction.atomic
def change_web_form(form: WebForm, values: Mapping[str, Any], *, by: Actor, at: datetime) -> WebForm:
    """Change what a form asks and says, and where it may be embedded."""
    form = WebForm.objects.select_for_update(of=("self",)).select_related("channel").get(pk=form.pk)
    before = {name: getattr(form, name) for name in CHANGED} | {"name": form.channel.name}
    if "name" in values:
        rename_channel(form.channel, str(values["name"]))
    readers: dict[str, Callable[[Any], Any]] = {
        "origins": clean_origins,
        "colour": clean_colour,
        "fields": _fields,
        "language": _language,
        "is_active": bool,
    }
    for name, read in readers.items():
        if name in values:
            setattr(form, name, read(values[name]))
    for name, most in TEXTS.items():
        if name in values:
            setattr(form, name, str(values[name] or "").strip()[:most])
    if "team" in values:
        form.team = values["team"]
    changes = changed(before, {name: getattr(form, name) for name in CHANGED} | {"name": form.channel.name})
    if changes:
        form.save()
        announce(WebFormChanged(form_id=form.pk, name=str(form)), by=by, occurred_at=at, changes=changes)
    return form


@transaction.atomic
def receive_entry(
    form: WebForm,
    entry: Mapping[str, str],
    asked: list[Asked],
    *,
    key: str,
    language: str,
    by: Actor,
    at: datetime,
) -> Message:
    """Take in what somebody filled in: as a message that begins a thread, with its person, once for each `key`.

    Whoever is known keeps what is known of them; a form only fills what is blank, since anybody may type any address.
    """
    content_key = "f" + hashlib.sha256(key.encode()).hexdigest()[:40]
    known = Message.objects.filter(channel=form.channel, content_key=content_key).first()
    if known is not None:
        return known
    email, words = clean_email(entry.get("email", "")), clean_words(entry.get("message", ""))
    wrong = {
        name: to_customer("Please fill this in.")
        for name, said in (("email", email), ("message", words))
        if not said
    }
    wrong |= {
        one.name: to_customer("Please fill this in.")
        for one in asked
        if one.needed and not entry.get(one.name, "").strip()
    }
    if wrong:
        raise Invalid(dict(wrong))
    person = _person(form, email, _values(entry, asked), language, by=by, at=at)
    thread = Thread.objects.create(
        subject=" ".join(words.split())[:SUBJECT_LETTERS], person=person, started_at=at, last_message_at=at
    )
    message = Message.objects.create(
        thread=thread, channel=form.channel, person=person, content_key=content_key,
        text=_told(words, entry, asked), sender_name=clean_name(entry.get("name", "")), sender_email=email,
        subject=thread.subject, sent_at=at, received_at=at,
    )  # fmt: skip
    Participant.objects.create(thread=thread, email=email, person=person)
    _sign_up(form, email, entry, asked, language, by=by, at=at)
    tell_of(message, by)
    return message


def _sign_up(
    form: WebForm,
    email: str,
    entry: Mapping[str, str],
    asked: list[Asked],
    language: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Write down what was ticked; somebody without an address of their own here is asked by people."""
    ticked = [
        one.name.removeprefix(SIGN_UP)
        for one in asked
        if one.name.startswith(SIGN_UP) and entry.get(one.name)
    ]
    identity = live_identity(IdentityKind.EMAIL, email) if ticked else None
    if identity is None:
        return
    for purpose in Purpose.objects.filter(key__in=ticked, is_active=True):
        proof = f"ticked, {by.address}, request {by.request_id}, wording {purpose.wording_version}"
        sign_up(
            identity, purpose, language=language, source=f"web form {form}"[:60], proof=proof, by=by, at=at
        )


def _person(
    form: WebForm, email: str, values: dict[str, Any], language: str, *, by: Actor, at: datetime
) -> Person | None:
    known = find_by_identity(IdentityKind.EMAIL, email)
    if known is not None:
        return _filled(known, values, by, at)
    if Identity.objects.filter(
        kind=IdentityKind.EMAIL, value=email, ended_at=None, person__deleted_at=None
    ).exists():
        # Several share it, so nobody is meant.
        return None
    try:
        return create_person(
            {**values, "email": email, "language": language, "team": form.team}, by=by, at=at
        )
    except IdentityTaken as problem:
        if problem.details.get("kind") == IdentityKind.EMAIL:
            return find_by_identity(IdentityKind.EMAIL, email)
        # The number is somebody else's: it stays in the message, and people decide.
        rest = {name: value for name, value in values.items() if name != "phone"}
        return create_person({**rest, "email": email, "language": language, "team": form.team}, by=by, at=at)


def _filled(person: Person, values: dict[str, Any], by: Actor, at: datetime) -> Person:
    blank: dict[str, Any] = {
        name: value
        for name, value in values.items()
        if name in ("name", "city", "job_title") and not getattr(person, name)
    }
    own = {
        key: value for key, value in values.get("custom", {}).items() if person.custom.get(key) in (None, "")
    }
    changes: dict[str, Any] = {**blank, "custom": own} if own else blank
    return change_person(person, by=by, at=at, **changes) if changes else person


def _values(entry: Mapping[str, str], asked: list[Asked]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in asked:
        said = entry.get(one.name, "").strip()[:300]
        if not said:
            continue
        if one.kind == "checkbox":
            continue
        if one.name.startswith("custom."):
            found.setdefault("custom", {})[one.name.removeprefix("custom.")] = said
        else:
            found[one.name] = clean_name(said) if one.name == "name" else said
    return {name: value for name, value in found.items() if value}


def _told(words: str, entry: Mapping[str, str], asked: list[Asked]) -> str:
    """Return the message with what else was filled in below it, since not all of it may change the person."""
    beside = [
        f"{one.label}: {clean_words(entry[one.name])[:300]}"
        for one in asked
        if entry.get(one.name, "").strip()
    ]
    return "\n\n".join([words, "\n".join(beside)]).strip()


def _fields(said: Any) -> list[dict[str, Any]]:
    known = dict(field_choices())
    found = [{"name": str(one.get("name")), "needed": bool(one.get("needed"))} for one in said]
    if any(one["name"] not in known for one in found):
        raise Invalid({"asked": _("Choose from the list.")})
    return found


def _language(said: Any) -> str:
    if said not in LANGUAGES:
        raise Invalid({"language": _("Choose one of the list.")})
    return str(said)

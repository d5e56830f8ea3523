"""Mailboxes: added, changed, paused, removed, and let in by a provider."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.kit.worker import KNOCK
from regulars.messaging.actions.channels import channel_named
from regulars.messaging.engine.imap import Sign
from regulars.messaging.engine.oauth import Grant, NotGranted, granted, renewed
from regulars.messaging.events import MailboxAdded, MailboxChanged, MailboxRemoved
from regulars.messaging.models import Auth, Channel, Mailbox, MailboxState
from regulars.messaging.models.mailboxes import seal

SHOWN = ("host", "port", "security", "user", "auth", "folder", "trusted_id")
# Another server, account or folder has numbers of its own.
PLACE = ("host", "user", "folder")
MOST_DAYS = 3650


class NotConnected(Refused):
    """Nobody has allowed us in at the provider yet."""

    code = "not_connected"


def add_mailbox(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Mailbox:
    """Connect a mailbox to a channel; it takes mail from now on, or of the last `days`."""
    address = str(values.get("address", "")).strip().lower()
    channel = Channel.objects.filter(address=address).first() if address else None
    channel = channel or channel_named(values.get("channel", ""), by=by, at=at, address=address)
    try:
        return _add(channel, values, by=by, at=at)
    except IntegrityError as problem:
        raise Invalid({"user": _("This folder of this mailbox is connected already.")}) from problem


@transaction.atomic
def _add(channel: Channel, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Mailbox:
    days = min(max(int(values.get("days") or 0), 0), MOST_DAYS)
    shown = {name: values[name] for name in SHOWN if name in values}
    mailbox = Mailbox.objects.create(
        channel=channel, address=str(values.get("address", "")).strip().lower(), **shown, sealed=seal(_secrets({}, values)), starts_at=at - timedelta(days=days),
        changed_at=at, created_at=at,
    )  # fmt: skip
    changes = {name: [None, value] for name, value in shown.items()}
    announce(MailboxAdded(mailbox_id=mailbox.pk, name=mailbox.user), by=by, changes=changes)
    knock()
    return mailbox


@transaction.atomic
def change_mailbox(mailbox: Mailbox, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Mailbox:
    """Change how a mailbox is reached; a blank password stays as it is. Another place is begun from now on."""
    mailbox = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    before = {name: getattr(mailbox, name) for name in SHOWN}
    after = before | {name: values[name] for name in SHOWN if name in values}
    _refuse_a_second(mailbox, after)
    old = mailbox.secrets if mailbox.sealed and not values.get("password") else {}
    mailbox.sealed = seal(_secrets(old, values))
    for name, value in after.items():
        setattr(mailbox, name, value)
    if any(before[name] != after[name] for name in PLACE):
        mailbox.uid_validity, mailbox.highest_uid, mailbox.starts_at = None, 0, at
    _begin_anew(mailbox, at)
    mailbox.save()
    changes = dict(changed(before, after)) | ({"password": ["…", "…"]} if values.get("password") else {})
    announce(MailboxChanged(mailbox_id=mailbox.pk, name=mailbox.user), by=by, changes=changes)
    return mailbox


def _refuse_a_second(mailbox: Mailbox, after: Mapping[str, Any]) -> None:
    same = Mailbox.objects.filter(**{name: after[name] for name in PLACE}).exclude(pk=mailbox.pk)
    if same.exists():
        raise Invalid({"user": _("This folder of this mailbox is connected already.")})


def _secrets(old: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    if values.get("auth", Auth.PASSWORD) == Auth.PASSWORD:
        return {"password": values.get("password") or old.get("password", "")}
    before = Grant(**old["grant"]) if "grant" in old else Grant("")
    after = replace(
        before,
        client_id=values.get("client_id") or before.client_id,
        client_secret=values.get("client_secret") or before.client_secret,
        tenant=values.get("tenant") or before.tenant,
    )
    return {"grant": asdict(after)}


def _begin_anew(mailbox: Mailbox, at: datetime) -> None:
    mailbox.state, mailbox.problem, mailbox.last_error = MailboxState.NEW, "", ""
    mailbox.failures, mailbox.next_try_at, mailbox.changed_at = 0, None, at
    knock()


@transaction.atomic
def pause_mailbox(mailbox: Mailbox, *, is_paused: bool, by: Actor, at: datetime) -> Mailbox:
    """Stop looking into a mailbox, or go on where it was left: what came meanwhile is not lost."""
    mailbox = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    if mailbox.is_paused != is_paused:
        changes = {"is_paused": [mailbox.is_paused, is_paused]}
        mailbox.is_paused = is_paused
        _begin_anew(mailbox, at)
        mailbox.save()
        announce(MailboxChanged(mailbox_id=mailbox.pk, name=mailbox.user), by=by, changes=changes)
    return mailbox


@transaction.atomic
def remove_mailbox(mailbox: Mailbox, *, by: Actor) -> None:
    """Disconnect a mailbox; its channel, and the mail that came, stay."""
    number, name = mailbox.pk, mailbox.user
    mailbox.delete()
    announce(MailboxRemoved(mailbox_id=number, name=name), by=by, changes={"user": [name, None]})
    knock()


@transaction.atomic
def connect_mailbox(mailbox: Mailbox, code: str, *, back: str, by: Actor, at: datetime) -> Mailbox:
    """Keep what the provider grants for the code its page gave back."""
    mailbox = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    try:
        grant = granted(mailbox.auth, mailbox.grant, code, back=back, at=time.time())
    except NotGranted as problem:
        raise NotConnected(str(problem)) from problem
    mailbox.sealed, mailbox.token_ends_at = seal({"grant": asdict(grant)}), _end_of(grant)
    _begin_anew(mailbox, at)
    mailbox.save()
    announce(
        MailboxChanged(mailbox_id=mailbox.pk, name=mailbox.user), by=by, changes={"connected": [None, True]}
    )
    return mailbox


def sign_of(mailbox: Mailbox, *, refused: str = "") -> Sign:
    """Return how to get in, with a token that still holds; it is renewed and kept when it does not, or was `refused`."""
    if not mailbox.uses_oauth:
        return Sign(mailbox.user, str(mailbox.secrets.get("password", "")))
    return Sign(mailbox.user, token=_fresh_token(mailbox, refused))


@transaction.atomic
def _fresh_token(mailbox: Mailbox, refused: str) -> str:
    # The row is held while the provider answers: some change the long-lived token each time, and two askers would lose it.
    locked = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    grant = locked.grant
    # Somebody else may have renewed a refused one meanwhile; then theirs is taken.
    if (refused and grant.access_token == refused) or not grant.is_fresh(time.time()):
        grant = renewed(locked.auth, grant, at=time.time())
        mailbox.sealed = seal({"grant": asdict(grant)})
        Mailbox.objects.filter(pk=mailbox.pk).update(sealed=mailbox.sealed, token_ends_at=_end_of(grant))
    return grant.access_token


def _end_of(grant: Grant) -> datetime | None:
    return datetime.fromtimestamp(grant.holds_until, UTC) if grant.holds_until else None


def knock() -> None:
    """Let the worker look at once, when this transaction has committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [KNOCK])

"""Connecting a channel of texts to its provider: what is entered is checked by the provider, sealed, and audited without secrets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid
from regulars.messaging.actions.calling import OutcomeUnknown, carry
from regulars.messaging.engine.providers.values import (
    AccessEnded,
    NotAccepted,
    PartlySent,
    Provider,
    TryLater,
)
from regulars.messaging.events import ChannelConnected
from regulars.messaging.models import Channel, Connection
from regulars.messaging.queries.providers import provider_of

LONGEST = 4_000
# What a provider says of a call that did not end well.
TROUBLE = (TryLater, NotAccepted, PartlySent, AccessEnded, OutcomeUnknown)


@transaction.atomic
def connect(kind: str, name: str, settings: Mapping[str, str], *, by: Actor, at: datetime) -> Connection:
    """Connect a new channel; refused with Invalid when a setting is missing or the name is taken."""
    provider = provider_of(kind)
    if provider is None:
        raise Invalid({"provider": _("There is no such provider.")})
    said = _read(provider, settings, {})
    channel = _named(Channel(kind=provider.capabilities.medium, created_at=at), name, said)
    connection = Connection(channel=channel, provider=kind, hook_key=secrets.token_urlsafe(24))
    connection.seal(said)
    connection.save(force_insert=True)
    _tell(connection, {"name": [None, channel.name], "provider": [None, kind]}, by)
    return connection


@transaction.atomic
def reconnect(
    connection: Connection, name: str, settings: Mapping[str, str], *, is_active: bool, by: Actor
) -> Connection:
    """Change what was entered; a secret left blank stays as it is."""
    provider = provider_of(connection.provider)
    if provider is None:
        raise Invalid({"provider": _("There is no such provider.")})
    before, was_active, was_named = connection.settings, connection.is_active, connection.channel.name
    said = _read(provider, settings, before)
    channel = _named(connection.channel, name, said)
    connection.is_active = is_active
    connection.seal(said)
    if said != before:
        # What was known of the old token says nothing about the new one.
        connection.token_ends_at, connection.token_problem, connection.problem = None, "", ""
    connection.save(
        update_fields=["is_active", "sealed_settings", "token_ends_at", "token_problem", "problem"]
    )
    secret = {one.name for one in provider.settings if one.is_secret}
    changes: dict[str, list[object]] = {
        one: ["•••", "•••"] if one in secret else [before.get(one, ""), value]
        for one, value in said.items()
        if value != before.get(one, "")
    }
    changes |= {"name": [was_named, channel.name]} if was_named != channel.name else {}
    changes |= {"is_active": [was_active, is_active]} if was_active != is_active else {}
    if changes:
        _tell(connection, changes, by)
    return connection


def check_connection(connection: Connection, *, at: datetime) -> str:
    """Ask the provider whether the settings work; return who we are there. What is wrong is kept with the connection and raised."""
    provider = provider_of(connection.provider)
    if provider is None:
        raise Invalid({"provider": _("There is no such provider.")})
    problem, ended = "", ""
    try:
        return carry(provider.check(connection.settings))
    except TROUBLE as found:
        problem = str(found)
        ended = problem if isinstance(found, AccessEnded) else connection.token_problem
        raise Invalid({"provider": problem}) from found
    finally:
        Connection.objects.filter(pk=connection.pk).update(
            checked_at=at, problem=problem[:1_000], token_problem=ended[:1_000]
        )


def _read(provider: Provider, settings: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    problems: dict[str, str | Promise] = {}
    said: dict[str, str] = {}
    for one in provider.settings:
        value = settings.get(one.name, "").strip() or (before.get(one.name, "") if one.is_secret else "")
        if one.is_required and not value:
            problems[one.name] = _("This can't be blank.")
        elif len(value) > LONGEST or "\x00" in value:
            problems[one.name] = _("This is too long, or has characters that cannot be kept.")
        if value:
            said[one.name] = value
    if problems:
        raise Invalid(problems)
    return said


def _named(channel: Channel, name: str, settings: Mapping[str, str]) -> Channel:
    clean = " ".join(name.split())
    if not clean or len(clean) > 60:
        raise Invalid({"name": _("Give it a name of up to 60 characters.")})
    channel.name = clean
    channel.address = next(
        (settings[one] for one in ("number", "number_id", "page_id", "account") if settings.get(one)), ""
    )[:320]
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError as taken:
        raise Invalid({"name": _("There is a channel with this name or number already.")}) from taken
    return channel


def _tell(connection: Connection, changes: dict[str, list[object]], by: Actor) -> None:
    event = ChannelConnected(channel_id=connection.channel_id, name=connection.channel.name)
    announce(event, by=by, changes=changes)

"""How a channel is called, which address it has, and by which way it sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid
from regulars.kit.secrets import decrypt, encrypt
from regulars.messaging.actions.carrying import check_outlet, signing_problem
from regulars.messaging.actions.writing import ADDRESS, knock
from regulars.messaging.engine.mail_providers import PROVIDERS
from regulars.messaging.events import ChannelAdded, ChannelChanged
from regulars.messaging.models import Channel, Outlet, Security, Sending, Via
from regulars.messaging.queries.outlets import sender_of

PLAIN = (
    "via", "from_name", "signature", "host", "port", "security", "username", "mailbox_id", "provider", "marks_address", "dkim_domain",
    "dkim_selector", "per_minute", "per_domain_minute", "is_active",
)  # fmt: skip
# Where the providers of mailboxes take mail (Gmail, "Send mail with SMTP"; Exchange Online, "SMTP AUTH client submission").
SMTP_OF = {"google": ("smtp.gmail.com", 587), "microsoft": ("smtp.office365.com", 587)}
# Written only when something new is typed; what is kept is never shown again.
SECRETS = {"password": "sealed_password", "dkim_key": "sealed_dkim_key"}


@transaction.atomic
def save_channel(channel: Channel | None, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Channel:
    """Add or change a mail channel with its way out; the audit log tells that secrets changed, never what they are."""
    channel, is_new = channel or Channel(created_at=at), channel is None
    outlet = Outlet() if is_new else Outlet.objects.filter(channel=channel).first() or Outlet()
    before = {} if is_new else _told(channel, outlet)
    channel.name = " ".join(str(values.get("name", channel.name)).split())[:60]
    channel.address = str(values.get("address", channel.address)).strip().lower()
    for name in PLAIN:
        setattr(outlet, name, values.get(name, getattr(outlet, name)))
    _aim(outlet)
    secrets = _seal(outlet, values)
    _check(channel, outlet)
    _store(channel, outlet)
    changes = changed(before, _told(channel, outlet)) | dict.fromkeys(secrets, ["…", "…"])
    if outlet.is_active:
        _let_go(channel, at)
    if changes:
        event = ChannelAdded if is_new else ChannelChanged
        announce(event(channel_id=channel.pk, name=channel.name), by=by, occurred_at=at, changes=changes)
    knock()
    return channel


@transaction.atomic
def note_check(outlet: Outlet, *, at: datetime) -> str:
    """Try a way out without sending anything, keep and return what is wrong; what waits for it goes on when nothing is."""
    problem = check_outlet(outlet, sender_of(outlet.channel, outlet).email)
    Outlet.objects.filter(pk=outlet.pk).update(problem=problem, checked_at=at)
    if not problem:
        _let_go(outlet.channel, at)
        knock()
    return problem


def _let_go(channel: Channel, at: datetime) -> None:
    """Let what waited for a way out leave now; what is planned for later, or still held, keeps its moment."""
    waited = Q(reason__startswith="unreachable") | Q(reason__in=("no_outlet", "paused"))
    rows: Any = Sending.objects.all()
    rows.due().filter(waited, message__channel=channel).update(due_at=at, reason="")


def _aim(outlet: Outlet) -> None:
    """Send by the server of the mailbox's own provider, unless another is named."""
    if outlet.via == Via.MAILBOX and outlet.mailbox is not None and not outlet.host.strip():
        outlet.host, outlet.port = SMTP_OF.get(outlet.mailbox.auth, ("", outlet.port))
        outlet.security = Security.STARTTLS


def _seal(outlet: Outlet, values: Mapping[str, Any]) -> list[str]:
    """Seal what was typed and return which secrets are new."""
    typed = [name for name in SECRETS if values.get(name)]
    for name in typed:
        setattr(outlet, SECRETS[name], encrypt(str(values[name]).strip()))
    provider = PROVIDERS.get(outlet.provider)
    if outlet.via != Via.PROVIDER or provider is None:
        return typed
    said = {
        provider.key: values.get("api_key"),
        provider.extra: values.get("extra"),
        "api_url": values.get("api_url"),
    }
    known = json.loads(decrypt(outlet.sealed_options)) if outlet.sealed_options else {}
    kept = {name: value for name, value in known.items() if name in said}
    options = kept | {name: str(value).strip() for name, value in said.items() if name and value}
    if options == known:
        return typed
    outlet.sealed_options = encrypt(json.dumps(options))
    return [*typed, "api_key"]


def _check(channel: Channel, outlet: Outlet) -> None:
    problems: dict[str, Any] = {}
    if not channel.name:
        problems["name"] = _("A channel needs a name.")
    if not ADDRESS.fullmatch(channel.address):
        problems["address"] = _("“%(value)s” is no e-mail address.") % {"value": channel.address[:100]}
    if outlet.via == Via.SMTP and not outlet.host.strip():
        problems["host"] = _("Which server takes the mail?")
    if outlet.via == Via.MAILBOX and (outlet.mailbox is None or not outlet.mailbox.uses_oauth):
        problems["mailbox_id"] = _("Choose a mailbox that is connected with Google or Microsoft.")
    if outlet.via == Via.PROVIDER and outlet.provider not in PROVIDERS:
        problems["provider"] = _("Choose a provider.")
    if not (outlet.per_minute and outlet.per_domain_minute):
        problems["per_minute"] = _("At least one mail a minute has to be possible.")
    if outlet.signs and (words := signing_problem(outlet)):
        problems["dkim_key"] = words
    if problems:
        raise Invalid(problems)


def _store(channel: Channel, outlet: Outlet) -> None:
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError as problem:
        field = "address" if "channel_address_once" in str(problem) else "name"
        raise Invalid({field: _("Another channel has this already.")}) from problem
    outlet.channel = channel
    outlet.save()


def _told(channel: Channel, outlet: Outlet) -> dict[str, Any]:
    return {
        "name": channel.name,
        "address": channel.address,
        **{name: getattr(outlet, name) for name in PLAIN},
    }

"""How the chat of a website is set up."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.countries import time_zones
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid
from regulars.kit.secrets import encrypt
from regulars.messaging.engine.office_hours import BadSpan, read_span
from regulars.messaging.events import ChannelAdded, ChatSiteChanged, IdentityKeyRenewed
from regulars.messaging.models import Channel, ChannelKind, ChatSite
from regulars.messaging.models.chat import Asking, Side
from regulars.messaging.queries.chat_words import LANGUAGES, OWN
from regulars.team.models import Business

ORIGIN = re.compile(
    r"https?://(localhost|(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{1,63})(:\d{1,5})?"
)
COLOUR = re.compile(r"#[0-9a-f]{6}")
MOST_ORIGINS, LONGEST_WORDS, MOST_MINUTES = 50, 300, 1440
CHANGED = (
    "origins", "colour", "side", "language", "texts", "asks_name", "asks_email", "week", "time_zone",
    "requires_identity", "mails_after_minutes", "is_active", "team_id", "mail_channel_id", "purpose_id",
)  # fmt: skip


@transaction.atomic
def add_chat_site(name: str, *, by: Actor, at: datetime, **values: Any) -> ChatSite:
    """Set up a chat for a website, with the business's own language, hours and time zone to begin with."""
    business = Business.current()
    site = ChatSite(
        channel=new_channel(name, ChannelKind.CHAT, by=by, at=at),
        public_key=new_public_key(),
        time_zone=business.time_zone or "UTC",
        created_at=at,
    )
    _take_over(site, values)
    site.save(force_insert=True)
    announce(ChatSiteChanged(site_id=site.pk, name=str(site)), by=by, changes={"name": [None, str(site)]})
    return site


@transaction.atomic
def change_chat_site(site: ChatSite, values: Mapping[str, Any], *, by: Actor, at: datetime) -> ChatSite:
    """Change how a chat looks, what it says and asks, and where it may stand."""
    site = ChatSite.objects.select_for_update(of=("self",)).select_related("channel").get(pk=site.pk)
    before = {name: getattr(site, name) for name in CHANGED} | {"name": site.channel.name}
    if "name" in values:
        rename_channel(site.channel, str(values["name"]))
    _take_over(site, values)
    changes = changed(before, {name: getattr(site, name) for name in CHANGED} | {"name": site.channel.name})
    if changes:
        site.save()
        announce(ChatSiteChanged(site_id=site.pk, name=str(site)), by=by, occurred_at=at, changes=changes)
    return site


@transaction.atomic
def renew_identity_key(site: ChatSite, *, by: Actor, at: datetime) -> str:
    """Make the key by which the business vouches for visitors, shown this once; an older one is worth nothing from now on."""
    key = secrets.token_urlsafe(32)
    ChatSite.objects.filter(pk=site.pk).update(sealed_identity_key=encrypt(key))
    announce(IdentityKeyRenewed(site_id=site.pk, name=str(site)), by=by, occurred_at=at)
    return key


def new_channel(name: str, kind: str, *, by: Actor, at: datetime) -> Channel:
    """Make a channel that has no address, under a name that nobody has yet."""
    channel = Channel(kind=kind, name=_free_name(name), created_at=at)
    channel.save(force_insert=True)
    announce(
        ChannelAdded(channel_id=channel.pk, name=channel.name), by=by, changes={"name": [None, channel.name]}
    )
    return channel


def rename_channel(channel: Channel, name: str) -> None:
    """Give a channel another name, unless it has it already."""
    if " ".join(name.split()) != channel.name:
        channel.name = _free_name(name)
        channel.save(update_fields=["name"])


def new_public_key() -> str:
    """Return a key by which a website names its chat or form; it opens nothing."""
    return secrets.token_hex(10)


def clean_origins(said: Any) -> list[str]:
    """Return the websites a list names, without their paths; refused where one is none."""
    lines = said.split() if isinstance(said, str) else [str(one) for one in said]
    found = list(dict.fromkeys(_origin(line) for line in lines if line.strip(" ,;")))
    if len(found) > MOST_ORIGINS:
        raise Invalid({"origins": _("At most %(most)d websites are possible.") % {"most": MOST_ORIGINS}})
    return found


def clean_colour(said: str) -> str:
    """Return a colour as #rrggbb."""
    if not COLOUR.fullmatch(said.strip().lower()):
        raise Invalid({"colour": _("Choose a colour such as #1d5c48.")})
    return said.strip().lower()


def _free_name(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > 60:
        raise Invalid({"name": _("A name of up to 60 characters is needed.")})
    if Channel.objects.filter(name=clean).exists():
        raise Invalid({"name": _("There is a channel of this name already.")})
    return clean


def _origin(line: str) -> str:
    text = line.strip(" ,;").lower()
    text = text if "://" in text else f"https://{text}"
    scheme, _colon, rest = text.partition("://")
    origin = f"{scheme}://{rest.partition('/')[0]}"
    if not ORIGIN.fullmatch(origin):
        raise Invalid({"origins": _("“%(value)s” is no website.") % {"value": line[:100]}})
    default_port = {"https": ":443", "http": ":80"}[scheme]
    return origin.removesuffix(default_port)


def _take_over(site: ChatSite, values: Mapping[str, Any]) -> None:
    readers = {
        "origins": clean_origins, "colour": clean_colour, "texts": _texts, "week": _week,
        "side": _one_of("side", Side.values), "language": _one_of("language", LANGUAGES),
        "asks_name": _one_of("asks_name", Asking.values), "asks_email": _one_of("asks_email", Asking.values),
        "time_zone": _one_of("time_zone", time_zones()), "mails_after_minutes": _minutes,
        "requires_identity": bool, "is_active": bool,
    }  # fmt: skip
    for name, read in readers.items():
        if name in values:
            setattr(site, name, read(values[name]))
    for name in ("team", "mail_channel", "purpose"):
        if name in values:
            setattr(site, name, values[name])
    if site.mail_channel is not None and site.mail_channel.kind != ChannelKind.EMAIL:
        raise Invalid({"mail_channel": _("Choose a mailbox.")})
    if site.requires_identity and not site.has_identity_key:
        raise Invalid({"requires_identity": _("Make an identity key first.")})


def _one_of(name: str, known: Any) -> Any:
    def read(said: Any) -> str:
        if said not in known:
            raise Invalid({name: _("Choose one of the list.")})
        return str(said)

    return read


def _minutes(said: Any) -> int:
    if not 1 <= int(said) <= MOST_MINUTES:
        raise Invalid({"mails_after_minutes": _("Choose 1 to %(most)d minutes.") % {"most": MOST_MINUTES}})
    return int(said)


def _texts(said: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        own = {key: " ".join(str((said.get(language) or {}).get(key) or "").split()) for key in OWN}
        if any(len(text) > LONGEST_WORDS for text in own.values()):
            raise Invalid(
                {"texts": _("At most %(most)d characters are possible here.") % {"most": LONGEST_WORDS}}
            )
        if any(own.values()):
            found[language] = {key: text for key, text in own.items() if text}
    return found


def _week(said: Any) -> list[str]:
    days = [str(one or "").replace(" ", "").replace("–", "-") for one in said]
    if not any(days):
        return []
    if len(days) != 7:
        raise Invalid({"week": _("Hours for each of the seven days are needed.")})
    for day in days:
        try:
            read_span(day)
        except BadSpan:
            raise Invalid(
                {"week": _("Write hours as 09:00-17:00; “%(value)s” is not.") % {"value": day}}
            ) from None
    return days

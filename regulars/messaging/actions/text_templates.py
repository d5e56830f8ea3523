"""Texts that providers approved beforehand: fetched whole or not at all, and what is written with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.refused import NotThere, Refused
from regulars.kit.worker import BULK, defer
from regulars.messaging.actions.calling import OutcomeUnknown, carry
from regulars.messaging.actions.connections import TROUBLE
from regulars.messaging.actions.filing import plain
from regulars.messaging.actions.text_checks import NoTemplates
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.engine.providers.approved import (
    ApprovedTemplate,
    KeepsTemplates,
    chosen,
    missing,
    rendered,
)
from regulars.messaging.engine.providers.values import TryLater
from regulars.messaging.models import Channel, Connection, TextTemplate
from regulars.messaging.queries.providers import provider_of, providers

FETCH = "messaging.fetch_templates"
COPIED = ("key", "category", "status", "header", "body", "footer", "is_named", "hindrance")
LONGEST = 10_000


class TemplatesNotFetched(Refused):
    """The provider did not tell its templates; those known stay."""

    code = "templates_not_fetched"
    status = 502


class GapsEmpty(Refused):
    """A text with an empty gap is not accepted by any provider."""

    code = "gaps_left"
    status = 422


@dataclass(frozen=True)
class Fetched:
    """What a fetch changed."""

    known: int
    new: int
    gone: int


def fetch_templates(connection: Connection, *, at: datetime) -> Fetched:
    """Ask the provider for every template and keep what it says now; raises TemplatesNotFetched, or TryLater when it may pass.

    All pages are read before anything is changed, so a fetch that breaks off leaves what was known.
    """
    provider = provider_of(connection.provider)
    if not isinstance(provider, KeepsTemplates):
        raise NoTemplates
    problem = ""
    try:
        told = carry(provider.approved(connection.settings))
    except TROUBLE as found:
        problem = str(found)
        if isinstance(found, TryLater | OutcomeUnknown):
            raise TryLater(problem, getattr(found, "seconds", None)) from found
        raise TemplatesNotFetched(problem) from found
    finally:
        values = {"templates_problem": problem[:1_000]} | ({} if problem else {"templates_at": at})
        Connection.objects.filter(pk=connection.pk).update(**values)
    return _keep(connection.channel, told, at)


def fetch_templates_later() -> int:
    """Have the templates of every connection fetched by the worker, each tried again by itself; return how many."""
    kinds = [kind for kind, one in providers().items() if isinstance(one, KeepsTemplates)]
    rows = Connection.objects.filter(provider__in=kinds, is_active=True)
    for number in (numbers := list(rows.values_list("pk", flat=True))):
        defer(FETCH, queue=BULK, connection_id=number)
    return len(numbers)


def fetch_templates_of(connection_id: int, *, at: datetime) -> None:
    """Fetch for one connection in the background; only what may pass is raised, so that it is tried again."""
    found = Connection.objects.select_related("channel").filter(pk=connection_id, is_active=True).first()
    if found is not None:
        try:
            fetch_templates(found, at=at)
        except Refused:
            return  # It is kept with the connection and shown there; trying again would not mend it.


def letter_of(template: TextTemplate, values: Mapping[str, str]) -> OutgoingLetter:
    """Return what is sent when a template is chosen; refused with GapsEmpty, which names what is missing."""
    if template.hindrance:
        raise NotThere
    empty = missing(template.value, values)
    if empty:
        names = ", ".join(one.name for one in empty[:8])
        raise GapsEmpty(
            _("Fill in what is missing: %(gaps)s.") % {"gaps": names}, gaps=[one.key for one in empty]
        )
    return OutgoingLetter(
        text=plain(rendered(template.value, values), LONGEST), template=chosen(template.value, values)
    )


@transaction.atomic
def _keep(channel: Channel, told: tuple[ApprovedTemplate, ...], at: datetime) -> Fetched:
    # Two fetches at once: the second waits and finds what the first kept.
    Channel.objects.select_for_update().get(pk=channel.pk)
    known = {(one.name, one.language): one for one in TextTemplate.objects.filter(channel=channel)}
    named = {(one.name, one.language): one for one in told}
    rows = [_row(known.get(place), channel, one, at) for place, one in named.items()]
    gone = TextTemplate.objects.filter(
        pk__in=[one.pk for place, one in known.items() if place not in named]
    ).delete()[0]
    new = [one for one in rows if one.pk is None]
    TextTemplate.objects.bulk_create(new)
    fields = [*COPIED, "buttons", "gaps", "fetched_at"]
    TextTemplate.objects.bulk_update([one for one in rows if one not in new], fields, batch_size=200)
    return Fetched(len(rows), len(new), gone)


def _row(known: TextTemplate | None, channel: Channel, one: ApprovedTemplate, at: datetime) -> TextTemplate:
    row = known or TextTemplate(channel=channel, name=one.name, language=one.language)
    for name in COPIED:
        setattr(row, name, getattr(one, name))
    row.buttons, row.gaps, row.fetched_at = list(one.buttons), [asdict(gap) for gap in one.gaps], at
    return row

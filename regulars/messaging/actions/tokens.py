"""Tokens of providers: asked until when they hold, and told to those who can renew them, in good time and once."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from regulars.messaging.actions.calling import carry
from regulars.messaging.actions.connections import TROUBLE
from regulars.messaging.engine.providers.approved import KnowsItsEnd
from regulars.messaging.engine.providers.values import AccessEnded
from regulars.messaging.models import Connection
from regulars.messaging.queries.providers import provider_of
from regulars.messaging.queries.tokens import ENDED, Ending, endings
from regulars.team.actions.notices import notify
from regulars.team.models import Member
from regulars.team.rules import may

# A word this many days before the end; the last is for what has ended.
STEPS = (14, 7, 3, 1)
VERBS = {"connection": "connections.change", "mailbox": "mailboxes.change"}


def check_token(connection: Connection, *, at: datetime) -> Connection:
    """Ask the provider until when it lets us in, and keep it; what may pass changes nothing."""
    provider = provider_of(connection.provider)
    if not isinstance(provider, KnowsItsEnd):
        return connection
    try:
        told = carry(provider.standing(connection.settings))
        ends_at, problem = (
            told.ends_at,
            "" if told.is_valid else told.words or _("The token is not valid any more."),
        )
    except AccessEnded as found:
        ends_at, problem = connection.token_ends_at, str(found)
    except TROUBLE:
        # No answer, or one that this token is not allowed: nothing is known anew.
        return connection
    connection.token_ends_at, connection.token_problem = ends_at, problem[:1_000]
    connection.token_checked_at = at
    connection.save(update_fields=["token_ends_at", "token_problem", "token_checked_at"])
    return connection


def check_tokens(*, at: datetime) -> int:
    """Ask for every channel in use, then tell who can renew what ends; return how many words were said."""
    for one in Connection.objects.filter(is_active=True).select_related("channel"):
        check_token(one, at=at)
    return tell_of_endings(at=at)


def tell_of_endings(*, at: datetime) -> int:
    """Tell those who may renew it of each way in that ends or ended, once for each step; return how many were told of."""
    found = endings(at)
    for one in found:
        whom = [member.pk for member in Member.objects.active() if may(member, VERBS[one.source])]
        key = f"token:{one.source}:{one.number}:{_mark(one)}:{_step(one, at)}"
        notify(whom, one.words, url=one.url, icon="key", key=key[:100])
    return len(found)


def _mark(one: Ending) -> str:
    return one.ends_at.date().isoformat() if one.ends_at else "now"


def _step(one: Ending, at: datetime) -> str:
    if one.state == ENDED or one.ends_at is None:
        return ENDED
    days = (one.ends_at - at).days
    return str(min((step for step in STEPS if days <= step), default=STEPS[0]))

"""Until when providers let us in: what ends soon, and what has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.messaging.models import Connection, Mailbox, MailboxState, Problem

WARNED_DAYS = 14
ENDED, SOON = "ended", "soon"


@dataclass(frozen=True)
class Ending:
    """A channel or mailbox whose way in ends or has ended; `ends_at` is None when only that it ended is known."""

    source: str
    number: int
    name: str
    state: str
    ends_at: datetime | None
    said: str = ""

    @property
    def url(self) -> str:
        """Where it is mended."""
        if self.source == "mailbox":
            return reverse("messaging:mailboxes")
        return reverse("messaging:connection", args=[self.number])

    @property
    def words(self) -> str:
        """What to say about it, without the moment."""
        told = {"name": self.name}
        if self.state == ENDED:
            return _("%(name)s: the provider no longer lets us in. Connect it again.") % told
        return _("%(name)s: the provider lets us in only for some days more. Renew it before.") % told


def endings(at: datetime) -> list[Ending]:
    """Return everything in use whose way in has ended or ends within the days of warning, the most pressing first."""
    found = [*_connections(at), *_mailboxes(at)]
    return sorted(found, key=lambda one: (one.state != ENDED, one.ends_at or at, one.name))


def ending_of(thing: Connection | Mailbox, at: datetime) -> Ending | None:
    """Return how one channel or mailbox stands, None when there is nothing to say."""
    return _of_connection(thing, at) if isinstance(thing, Connection) else _of_mailbox(thing, at)


def _connections(at: datetime) -> list[Ending]:
    rows = Connection.objects.filter(is_active=True).select_related("channel")
    told = rows.filter(Q(token_ends_at__lte=at + timedelta(days=WARNED_DAYS)) | ~Q(token_problem=""))
    return [found for one in told if (found := _of_connection(one, at)) is not None]


def _mailboxes(at: datetime) -> list[Ending]:
    soon = Q(token_ends_at__lte=at + timedelta(days=WARNED_DAYS))
    rows = Mailbox.objects.filter(is_paused=False).filter(soon | Q(problem=Problem.NOT_ALLOWED))
    return [found for one in rows if (found := _of_mailbox(one, at)) is not None]


def _of_connection(one: Connection, at: datetime) -> Ending | None:
    state = ENDED if one.token_problem else _state(one.token_ends_at, at)
    if not state:
        return None
    return Ending("connection", one.pk, one.channel.name, state, one.token_ends_at, one.token_problem)


def _of_mailbox(one: Mailbox, at: datetime) -> Ending | None:
    is_out = one.state == MailboxState.REFUSED and one.problem == Problem.NOT_ALLOWED
    state = ENDED if is_out else _state(one.token_ends_at, at)
    return Ending("mailbox", one.pk, one.user, state, one.token_ends_at, one.last_error) if state else None


def _state(ends_at: datetime | None, at: datetime) -> str:
    if ends_at is None or ends_at > at + timedelta(days=WARNED_DAYS):
        return ""
    return ENDED if ends_at <= at else SOON

"""The one door through which everything leaves: whether a message may go to an address, and when.

Caps are counted under a lock of the address, in the transaction that writes the sending, so that two who write at the same
time cannot both take the last place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext_lazy as _

from regulars.kit.refused import Invalid, Refused
from regulars.messaging.engine.calm import first_calm_moment
from regulars.messaging.models import (
    UNASKED_CLASSES,
    ConsentChannel,
    MessageClass,
    Purpose,
    Rhythm,
    Sending,
    SendingRule,
    SendingState,
    Suppression,
)
from regulars.messaging.queries.consent import (
    is_welcome,
    live_identity,
    state_of,
    stops_answers,
    suppressions_of,
)
from regulars.people.models import Identity, IdentityKind
from regulars.team.models import Business

# Our own number, so that the locks of addresses meet no others.
ADDRESS_LOCK = 7_403_115
UNCOUNTED = (SendingState.SUPPRESSED, SendingState.CANCELLED, SendingState.FAILED)
CAPPED = (MessageClass.CARE, MessageClass.SELLING)


class PurposeNeeded(Refused):
    """Selling is only done for a purpose that people can agree to."""

    code = "purpose_needed"
    default = _("Say for which purpose you write, so that people can agree to it or decline.")


@dataclass(frozen=True)
class Verdict:
    """What the door says: may it go, when, and if not, why."""

    may_go: bool
    due_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Errand:
    """What is to be sent: its class, and its purpose where there is one."""

    message_class: str
    purpose: Purpose | None = None


def errand_for(message_class: str, purpose: str) -> Errand:
    """Return what is to be sent; refused for a class or purpose nobody knows."""
    if message_class not in MessageClass.values:
        raise Invalid({"message_class": _("There is no such kind of message.")})
    if not purpose:
        if message_class == MessageClass.SELLING:
            raise PurposeNeeded
        return Errand(message_class)
    found = Purpose.objects.filter(key=purpose, is_active=True).first()
    if found is None:
        raise Invalid({"purpose": _("There is no such purpose.")})
    return Errand(message_class, found)


def reserve(email: str, errand: Errand, *, due_at: datetime) -> Verdict:
    """Say whether a message may go to an address, and hold its place among those that are counted."""
    stopped = suppressions_of([email]).get(email)
    if errand.message_class in UNASKED_CLASSES:
        if stopped is not None and stops_answers(stopped):
            return Verdict(False, due_at, _why(stopped))
        return Verdict(True, due_at)
    if stopped is not None:
        return Verdict(False, due_at, _why(stopped))
    _lock(email)
    identity = live_identity(IdentityKind.EMAIL, email)
    refusal = _unwelcome(identity, errand)
    if refusal:
        return Verdict(False, due_at, refusal)
    rule = SendingRule.objects.filter(pk=errand.message_class).first()
    if rule is not None:
        due_at = first_calm_moment(due_at, _zone(identity), rule.quiet_from, rule.quiet_until)
    full = _fullness(email, identity, errand, rule, due_at)
    return Verdict(not full, due_at, full)


def still_welcome(email: str, errand: Errand) -> str:
    """Return why a message that was let through earlier may not go now, empty when it may; caps were reserved then."""
    stopped = suppressions_of([email]).get(email)
    is_unasked = errand.message_class in UNASKED_CLASSES
    if stopped is not None and (not is_unasked or stops_answers(stopped)):
        return _why(stopped)
    return "" if is_unasked else _unwelcome(live_identity(IdentityKind.EMAIL, email), errand)


def _why(stopped: Suppression) -> str:
    return f"suppressed:{stopped.reason}"


def _unwelcome(identity: Identity | None, errand: Errand) -> str:
    purpose = errand.purpose
    if purpose is None:
        return ""
    state = state_of(identity, purpose, ConsentChannel.EMAIL) if identity else ""
    if is_welcome(purpose, state):
        return ""
    return f"consent:{state or 'none'}"


def _zone(identity: Identity | None) -> ZoneInfo:
    said = (identity.person.time_zone if identity else "") or Business.current().time_zone
    try:
        return ZoneInfo(said)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(Business.current().time_zone)


def _fullness(
    email: str, identity: Identity | None, errand: Errand, rule: SendingRule | None, due_at: datetime
) -> str:
    if rule is not None and rule.most is not None:
        had = _counted(email, (errand.message_class,), due_at, rule.days)
        if had >= rule.most:
            return f"cap:{rule.most}/{rule.days}"
    rhythm = Rhythm.objects.filter(identity=identity).first() if identity else None
    if rhythm and errand.message_class in CAPPED and _counted(email, CAPPED, due_at, rhythm.days):
        return f"rhythm:{rhythm.days}"
    return ""


def _counted(email: str, classes: tuple[str, ...], due_at: datetime, days: int) -> int:
    """Count what an address got or will get within so many days of a moment, on both sides: the other may be planned for later."""
    span = timedelta(days=days)
    rows = Sending.objects.filter(
        email=email, message__message_class__in=classes, due_at__gt=due_at - span, due_at__lt=due_at + span
    )
    return rows.exclude(state__in=UNCOUNTED).count()


def _lock(email: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ADDRESS_LOCK, email])

"""Who is not written to: the list that nothing goes past."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid
from regulars.messaging.events import SuppressionAdded, SuppressionRemoved
from regulars.messaging.models import ConsentChannel, Suppression, SuppressionReason
from regulars.messaging.queries.consent import address_key, live_identity
from regulars.people.models import IdentityKind


@transaction.atomic
def suppress(
    address: str,
    reason: str,
    *,
    source: str = "",
    channel_kind: str = ConsentChannel.EMAIL,
    by: Actor,
    at: datetime,
) -> Suppression:
    """Stop writing to an address, for this reason; said twice it stands once, since its first day."""
    clean = address.strip().lower()[:320]
    if not clean or (channel_kind == ConsentChannel.EMAIL and "@" not in clean):
        raise Invalid({"address": _("“%(value)s” is no e-mail address.") % {"value": clean[:100]}})
    if reason not in SuppressionReason.values:
        raise Invalid({"reason": _("There is no such reason.")})
    row, is_new = Suppression.objects.get_or_create(
        address_key=address_key(clean),
        channel_kind=channel_kind,
        reason=reason,
        defaults={"address": clean, "source": source[:120], "since": at},
    )
    if is_new:
        announce(SuppressionAdded(**_told(row)), by=by, occurred_at=at)
    return row


@transaction.atomic
def lift_suppression(row: Suppression, *, by: Actor, at: datetime) -> None:
    """Let an address be written to again, as far as this reason goes."""
    told = _told(row)
    row.delete()
    announce(SuppressionRemoved(**told), by=by, occurred_at=at)


def _told(row: Suppression) -> dict[str, Any]:
    identity = live_identity(IdentityKind.EMAIL, row.address) if row.address else None
    return {
        "person_id": identity.person_id if identity else None,
        "suppression_id": row.pk,
        "address": row.address,
        "reason": row.reason,
        "source": row.source,
    }

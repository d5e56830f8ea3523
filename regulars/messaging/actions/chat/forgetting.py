from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from regulars.messaging.models import ChatProof, ChatVisitor

# A browser that looked and never wrote is nobody after a month.
IDLE = timedelta(days=30)
AT_ONCE = 5_000


@transaction.atomic
def forget_visitors(person_ids: Sequence[int]) -> int:
    """Take what erased people told the chat out of it; their browsers are strangers from now on."""
    return ChatVisitor.objects.filter(person__in=person_ids).delete()[0]


@transaction.atomic
def sweep_visitors(*, at: datetime) -> int:
    """Forget browsers that never wrote anything and did not come back, and proofs that are over."""
    ChatProof.objects.filter(ends_at__lt=at).delete()
    idle = ChatVisitor.objects.filter(thread__isnull=True, last_seen_at__lt=at - IDLE)
    return ChatVisitor.objects.filter(pk__in=list(idle.values_list("pk", flat=True)[:AT_ONCE])).delete()[0]

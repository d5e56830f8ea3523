"""Going on where a restored database stopped: its transactions were counted by another server."""

from __future__ import annotations

import logging

from django.db import connection, transaction

log = logging.getLogger(__name__)


def count_strays() -> int:
    """Return how far the newest touchpoint is ahead of this server's transactions; 0 unless the data came from another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(timeline_strays(), 0)")
        return int(cursor.fetchone()[0])


@transaction.atomic
def adopt_restored_touchpoints() -> int:
    """Let new touchpoints stand behind the restored ones, so that followers read on where they were."""
    if count_strays() == 0:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT timeline_adopt()")
        ahead = int(cursor.fetchone()[0])
    log.warning(
        "The timeline came from another server; transactions are counted %s further from now on.", ahead
    )
    return ahead

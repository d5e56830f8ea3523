"""Is all well? Web answers by answering; the database and the worker are asked."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

OLDEST_HEARTBEAT_SECONDS = 60
HEARTBEAT = "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers"


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when web, database and worker are well, else 503 with what is not."""
    state = {"web": "ok", **check()}
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)


def check() -> dict[str, str]:
    """Return "ok" or what is wrong for database and worker."""
    try:
        age = worker_age_seconds()
    except DatabaseError:
        return {"database": "does not answer", "worker": "unknown"}
    if age is None:
        return {"database": "ok", "worker": "not running"}
    is_fresh = age <= OLDEST_HEARTBEAT_SECONDS
    return {"database": "ok", "worker": "ok" if is_fresh else f"silent for {age:.0f} s"}


def worker_age_seconds() -> float | None:
    """Return how long ago a worker last gave a sign of life, None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(HEARTBEAT)
        (age,) = cursor.fetchone()
    return None if age is None else float(age)

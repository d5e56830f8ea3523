"""Taking values out of what strangers send: a missing or wrong piece is empty, never an error."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

LATEST = 4_102_444_800


def objects(said: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list."""
    if isinstance(said, list):
        yield from (one for one in said if isinstance(one, dict))


def inside(said: Any, *names: str) -> Any:
    """Return what lies under these names, nothing when one of them leads nowhere."""
    for name in names:
        if not isinstance(said, dict):
            return None
        said = said.get(name)
    return said


def text_of(said: Any, *names: str) -> str:
    """Return the text or number under these names as text, without what no table keeps."""
    found = inside(said, *names)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found).replace("\x00", "").encode("utf-8", "replace").decode()


def moment(said: Any) -> datetime | None:
    """Return a Unix time, in seconds or in milliseconds, as a moment."""
    try:
        number = float(said)
    except (TypeError, ValueError):
        return None
    if number > LATEST:
        number /= 1000
    return datetime.fromtimestamp(number, UTC) if 0 < number < LATEST else None


def is_sealed(body: bytes, secret: str, mark: str, *, prefix: str = "sha256=") -> bool:
    """Tell whether a mark is this body's HMAC-SHA256 under the secret; an empty secret seals nothing."""
    if not secret or not mark.startswith(prefix):
        return False
    ours = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(ours, mark[len(prefix) :].lower())


def is_same(ours: str, theirs: str) -> bool:
    """Compare two secrets without telling how far they agree; an empty one is no secret."""
    return bool(ours) and hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))

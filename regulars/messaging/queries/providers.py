"""Which providers of texts there are: the built-in ones and those of plug-ins."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points

from regulars.messaging.engine.providers import BUILT_IN
from regulars.messaging.engine.providers.values import Provider
from regulars.messaging.models import Channel, Connection

log = logging.getLogger(__name__)
GROUP = "regulars.providers"


@cache
def providers() -> dict[str, Provider]:
    """Return every provider by its kind; a plug-in that cannot be loaded is told in the log and left out."""
    found: dict[str, Provider] = {one.kind: one for one in BUILT_IN}
    for point in entry_points(group=GROUP):
        try:
            plugged: Provider = point.load()()
        except Exception:
            log.exception("The provider %s could not be loaded.", point.value)
            continue
        found.setdefault(plugged.kind, plugged)
    return found


def provider_of(kind: str) -> Provider | None:
    """Return a provider, None when its plug-in is gone."""
    return providers().get(kind)


def connection_for(channel: Channel) -> Connection | None:
    """Return how a channel of texts is connected, None for one of mail."""
    return Connection.objects.filter(channel=channel).select_related("channel").first()

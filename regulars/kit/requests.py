from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from regulars.kit.actor import Actor

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request as our views see it: numbered, and knowing who asks."""

    request_id: str
    actor: Actor
    member: Any
    htmx: HtmxDetails

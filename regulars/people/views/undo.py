"""Taking back: what was done is put into a signed address that undoes it when posted to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done
from regulars.kit.refused import Refused
from regulars.kit.requests import Request
from regulars.team.gate import members_only

SALT = "people.undo"
MAX_AGE_SECONDS = 60 * 60 * 24
Taker = Callable[[Request, dict[str, Any], datetime], str]
_takers: dict[str, Taker] = {}


class TooLate(Refused):
    """Refuse an undo whose address is old or not ours."""

    default = gettext_lazy("It is too late to take this back.")


def takes_back(name: str) -> Callable[[Taker], Taker]:
    """Register how one kind of deed is undone; the function returns the event that lets the page show it."""

    def register(taker: Taker) -> Taker:
        _takers[name] = taker
        return taker

    return register


def undo_url(deed: str, /, **what: Any) -> str:
    """Return the address that takes back one deed."""
    return reverse("people:undo", args=[signing.dumps([deed, what], salt=SALT, compress=True)])


@require_POST
@members_only
def undo(request: Request, token: str) -> HttpResponse:
    """Take back what the signed address says, if the member may still do it."""
    try:
        name, what = signing.loads(token, salt=SALT, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        raise TooLate from None
    event = _takers[name](request, what, now())
    return done(_("Taken back."), event=event)

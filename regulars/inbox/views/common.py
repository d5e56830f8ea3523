"""What every view of the inbox needs: the conversation asked for, the list it stands in, and how a deed is taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core import signing
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.inbox.models import Conversation
from regulars.inbox.queries.lists import BY_NAME, Box
from regulars.inbox.rules import SEE, reaches_conversation
from regulars.kit.htmx import done, fragment, with_event
from regulars.kit.refused import Invalid, NotThere, Refused, require
from regulars.kit.requests import Request
from regulars.team.gate import needs

SALT, MAX_AGE_SECONDS = "inbox.undo", 60 * 60 * 24
MOST_PICKED = 500
CHANGED = "inbox-changed"
Taker = Callable[[Request, dict[str, Any]], None]
_takers: dict[str, Taker] = {}


class TooOld(Refused):
    """Refuse an undo whose address is old or not ours."""

    default = gettext_lazy("It is too late to take this back.")


def find(request: Request, conversation_id: int, verb: str = SEE) -> Conversation:
    """Return a conversation this member may see, or may do the verb to."""
    rows: Any = Conversation.objects.select_related(
        "person", "thread", "channel", "assignee", "team", "follows"
    )
    found: Conversation | None = rows.visible_to(request.member).filter(pk=conversation_id).first()
    if found is None:
        raise NotThere
    require(verb == SEE or reaches_conversation(request.member, verb, found))
    return found


def box_of(request: Request) -> Box:
    """Return the list that the address names, the member's own when it names none."""
    return BY_NAME.get(request.GET.get("in", ""), BY_NAME["mine"])


def after(
    toast: str = "", *, undo: str = "", event: str = CHANGED, detail: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer a deed: say what was done, and let the page ask for what changed."""
    return with_event(done(toast, undo=undo), event, detail)


def undo_url(deed: str, /, **what: Any) -> str:
    """Return the address that takes back one deed."""
    return reverse("inbox:undo", args=[signing.dumps([deed, what], salt=SALT, compress=True)])


def takes_back(name: str) -> Callable[[Taker], Taker]:
    """Register how one kind of deed is undone."""

    def register(taker: Taker) -> Taker:
        _takers[name] = taker
        return taker

    return register


@require_POST
@needs(SEE)
def undo(request: Request, token: str) -> HttpResponse:
    """Take back what the signed address says, if the member may still do it."""
    try:
        name, what = signing.loads(token, salt=SALT, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        raise TooOld from None
    _takers[name](request, what)
    return after(_("Taken back."), event="inbox-restored", detail={"id": what.get("conversation")})


def box(
    request: Request, form: Form, *, title: str, submit: str, work: Callable[[dict[str, Any]], HttpResponse]
) -> HttpResponse:
    """Show a form over the page, or do its work; a refusal of values is shown beside the fields."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return with_event(work(form.cleaned_data), "close-dialog")
            except Invalid as problem:
                for name, reason in problem.fields.items():
                    form.add_error(name if name in form.fields else None, str(reason))
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "submit": submit,
        "action": request.get_full_path(),
    }
    return fragment(request, "people/_form.html", status=status, **context)


def picked(said: QueryDict) -> Sequence[int]:
    """Return the numbers of the rows that were picked, as the address or the form says."""
    keys = [int(key) for key in said.get("keys", "").split(",") if key.isdecimal() and len(key) < 19]
    return keys[:MOST_PICKED]

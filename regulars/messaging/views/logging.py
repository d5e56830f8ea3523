"""Writing down a call or visit, from the person's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit.clock import now
from regulars.kit.htmx import done, fragment, with_event
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions.logging import Contact, log_contact
from regulars.messaging.forms import ContactForm
from regulars.people.models import Person
from regulars.team.gate import needs

LOG = "messages.log"


@require_http_methods(["GET", "POST"])
@needs(LOG)
def log(request: Request, person_id: int) -> HttpResponse:
    """Ask what a call or visit was about, and write it down."""
    person = Person.objects.visible_to(request.member, LOG).filter(pk=person_id).first()
    if person is None:
        raise NotThere
    form = ContactForm(
        request.POST or None,
        initial={"happened_at": timezone.localtime(now()).replace(second=0, microsecond=0)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            log_contact(person, Contact(**form.cleaned_data), by=request.actor, at=now())
        except Invalid as problem:
            form.refuse(problem)
        else:
            response = with_event(done(_("Written down.")), "close-dialog")
            return with_event(response, "mail-changed")
    return fragment(
        request, "people/_form.html", status=422 if form.errors else 200, form=form, title=_("Call or visit"),
        submit=_("Write it down"), intro=str(person), action=request.get_full_path(),
    )  # fmt: skip

from __future__ import annotations

from regulars.commerce.actions.figures import recount_figures
from regulars.kit.events import Event, Heard, hears
from regulars.kit.worker import BULK, defer
from regulars.people.events import AffiliationChanged, PersonDeleted, PersonErased, PersonRestored
from regulars.people.models import Affiliation
from regulars.team.events import BusinessChanged


@hears(AffiliationChanged, PersonDeleted, PersonRestored, PersonErased)
def count_companies(event: Event, heard: Heard) -> None:
    """Count the companies of somebody who joined, left or came back."""
    staff = Affiliation.objects.filter(person_id=event.person_id or 0)
    recount_figures(company_ids=[event.company_id, *staff.values_list("company_id", flat=True)], by=heard.by)


@hears(BusinessChanged)
def count_in_another_currency(event: BusinessChanged, heard: Heard) -> None:
    """Count everything anew when the business's currency or days changed; the task finds out whether they did."""
    defer("commerce.count_everything_anew", queue=BULK)

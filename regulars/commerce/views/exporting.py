from __future__ import annotations

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from regulars.commerce.views.common import asker_of
from regulars.commerce.views.lists import ORDERS
from regulars.kit.clock import now
from regulars.kit.exporting import Export, answer
from regulars.kit.filters import BadFilter
from regulars.kit.lists import read_query
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.people.actions.exports import note_export
from regulars.team.gate import needs


@require_GET
@needs("orders.export")
def orders(request: Request) -> HttpResponseBase:
    """Give the orders of a list, as it is filtered and sorted, as a file."""
    said = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    try:
        export = Export(ORDERS.spec, read_query(said), request.member, asker_of(request))
        form = said.get("as", "csv")
        note_export("orders", form, [trait.name for trait in export.traits], by=request.actor)
        return answer(export, form, f"orders-{timezone.localtime(now()).date().isoformat()}")
    except BadFilter as refused:
        raise Invalid(message=str(refused)) from refused

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from regulars.kit.clock import now
from regulars.kit.exporting import Export, answer
from regulars.kit.filters import BadFilter
from regulars.kit.listing import Listing
from regulars.kit.lists import ListSpec, read_query
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.people.actions.exports import note_export
from regulars.people.views.lists import COMPANIES, PEOPLE, asker_of, saved_view, with_view
from regulars.team.gate import needs

MOST_PICKED = 10_000


@require_GET
@needs("people.export")
def people(request: Request) -> HttpResponseBase:
    """Give the people of a list, as it is filtered and sorted, as a file."""
    return export_list(request, PEOPLE, "people")


@require_GET
@needs("people.export")
def companies(request: Request) -> HttpResponseBase:
    """Give the companies of a list as a file."""
    return export_list(request, COMPANIES, "companies")


def export_list(request: Request, listing: Listing, noun: str) -> HttpResponseBase:
    """Give a list as its page shows it; whoever takes it is named in the audit log."""
    params = with_view(request.GET, saved_view(request, listing.spec.subject))
    try:
        query = read_query(params)
        export = Export(
            _picked(listing.spec, request.GET.get("keys", "")), query, request.member, asker_of(request)
        )
        form = request.GET.get("as", "csv")
        note_export(noun, form, [trait.name for trait in export.traits], by=request.actor)
        return answer(export, form, f"{noun}-{timezone.localtime(now()).date().isoformat()}")
    except BadFilter as refused:
        raise Invalid(message=str(refused)) from refused


def _picked(spec: ListSpec, keys: str) -> ListSpec:
    """Narrow a list to the rows picked on its page; none picked is all of them."""
    picked = [int(key) for key in keys.split(",") if key.isdigit()][:MOST_PICKED]
    return replace(spec, rows=lambda seer: spec.rows(seer).filter(pk__in=picked)) if picked else spec

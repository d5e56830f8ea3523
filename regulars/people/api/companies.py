from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, ListQuery, page_of, run_batch
from regulars.kit.clock import now
from regulars.people.actions.companies import change_company, create_company, delete_company
from regulars.people.api.doors import (
    COMPANIES,
    actor_of,
    answer,
    asker_of,
    gone,
    in_reach,
    seer_of,
    the_company,
)
from regulars.people.api.schemas import Companies, CompanyChange, CompanyIn, CompanyOut
from regulars.people.api.shapes import companies, companies_by_id
from regulars.people.models import Company
from regulars.team.rules import row_sql

router = Router(tags=["companies"])
LONE = {**ERRORS, 200: CompanyOut}


@router.get("/companies", response={200: Companies, **ERRORS}, summary="List companies")
def list_companies(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return companies that pass a filter, page by page."""
    seer = seer_of(request, "companies.see")
    rule = row_sql(seer, "companies.see", alias="c")
    page = page_of(
        query,
        source=COMPANIES,
        asker=asker_of(seer),
        row_rule=rule,
        fetch=companies_by_id,
        sort="-created_at",
    )
    return answer(page)


@router.post("/companies", response={201: CompanyOut, **ERRORS}, summary="Add a company")
def add_company(request: HttpRequest, values: CompanyIn) -> HttpResponse:
    """Add a company or household."""
    return answer(companies([_create(request, values)])[0], status=201)


@router.post(
    "/companies/batch",
    response={200: BatchOut, **ERRORS},
    summary="Create, change or delete up to 1,000 companies",
)
def companies_batch(request: HttpRequest, rows: DeedsIn[CompanyIn, CompanyChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, "companies.change")
    deeds = Deeds[CompanyIn, CompanyChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/companies/{int:company_id}", response=LONE, summary="Get a company")
def get_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Return one company."""
    return answer(companies([the_company(request, company_id)])[0])


@router.patch("/companies/{int:company_id}", response=LONE, summary="Change a company")
def patch_company(request: HttpRequest, company_id: int, values: CompanyChange) -> HttpResponse:
    """Change the fields named."""
    return answer(companies([_change(request, company_id, values)])[0])


@router.delete("/companies/{int:company_id}", response={204: None, **ERRORS}, summary="Delete a company")
def remove_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Delete a company; the people who belong to it stay."""
    _delete(request, company_id)
    return gone()


def _create(request: HttpRequest, values: CompanyIn) -> Company:
    wanted = in_reach(request, "companies.change", values.dict(exclude_unset=True))
    return create_company(wanted, by=actor_of(request), at=now())


def _change(request: HttpRequest, company_id: int, values: CompanyChange) -> Company:
    found = the_company(request, company_id, "companies.change")
    return change_company(found, by=actor_of(request), at=now(), **values.dict(exclude_unset=True))


def _delete(request: HttpRequest, company_id: int) -> None:
    delete_company(the_company(request, company_id, "companies.delete"), by=actor_of(request), at=now())

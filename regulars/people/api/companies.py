from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.kit.api import BatchIn, BatchOut, ListQuery, page_of, run_batch
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
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
from regulars.people.api.persons import ERRORS
from regulars.people.api.schemas import Companies, CompanyChange, CompanyDeed, CompanyIn, CompanyOut
from regulars.people.api.shapes import companies, companies_by_id
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
    made = create_company(
        in_reach(request, "companies.change", _given(values)), by=actor_of(request), at=now()
    )
    return answer(companies([made])[0], status=201)


@router.post(
    "/companies/batch",
    response={200: BatchOut, **ERRORS},
    summary="Create, change or delete up to 1,000 companies",
)
def companies_batch(request: HttpRequest, rows: BatchIn[CompanyDeed]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, "companies.change")
    return answer(run_batch(rows.items, lambda row: _deed(request, row)))


@router.get("/companies/{int:company_id}", response=LONE, summary="Get a company")
def get_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Return one company."""
    return answer(companies([the_company(request, company_id)])[0])


@router.patch("/companies/{int:company_id}", response=LONE, summary="Change a company")
def patch_company(request: HttpRequest, company_id: int, values: CompanyChange) -> HttpResponse:
    """Change the fields named."""
    found = the_company(request, company_id, "companies.change")
    return answer(companies([change_company(found, by=actor_of(request), at=now(), **_given(values))])[0])


@router.delete("/companies/{int:company_id}", response={204: None, **ERRORS}, summary="Delete a company")
def remove_company(request: HttpRequest, company_id: int) -> HttpResponse:
    """Delete a company; the people who belong to it stay."""
    delete_company(the_company(request, company_id, "companies.delete"), by=actor_of(request), at=now())
    return gone()


def _deed(request: HttpRequest, row: CompanyDeed) -> tuple[int, int | None]:
    by = actor_of(request)
    if row.do == "create":
        return 201, create_company(
            in_reach(request, "companies.change", _given(row.values)), by=by, at=now()
        ).pk
    found = the_company(
        request, row.id or 0, "companies.delete" if row.do == "delete" else "companies.change"
    )
    if row.do == "delete":
        delete_company(found, by=by, at=now())
        return 204, found.pk
    change_company(found, by=by, at=now(), **_given(row.values))
    return 200, found.pk


def _given(values: CompanyChange | None) -> dict[str, Any]:
    if values is None:
        raise Invalid({"values": "The values are missing."})
    return values.dict(exclude_unset=True)

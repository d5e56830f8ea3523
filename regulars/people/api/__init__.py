"""The routes of people; each calls the same actions as the pages."""

from ninja import Router

from regulars.people.api.care import router as care
from regulars.people.api.companies import router as companies
from regulars.people.api.identities import router as identities
from regulars.people.api.imports import router as imports
from regulars.people.api.persons import router as persons
from regulars.people.api.setup import router as setup

router = Router()
for part in (persons, identities, imports, companies, care, setup):
    router.add_router("", part)

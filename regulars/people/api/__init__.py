"""The routes of people; each calls the same actions as the pages."""

from ninja import Router

from regulars.people.api.companies import router as companies
from regulars.people.api.fields import router as fields
from regulars.people.api.identities import router as identities
from regulars.people.api.imports import router as imports
from regulars.people.api.memos import router as memos
from regulars.people.api.notes import router as notes
from regulars.people.api.persons import router as persons
from regulars.people.api.tasks import router as tasks
from regulars.people.api.views import router as views

router = Router()
for part in (persons, identities, companies, notes, tasks, memos, fields, views, imports):
    router.add_router("", part)

"""The routes of people; each calls the same actions as the pages."""

from ninja import Router

from regulars.people.api import care, companies, identities, persons, setup

router = Router()
for part in (persons, identities, companies, care, setup):
    router.add_router("", part.router)

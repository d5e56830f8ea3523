"""The routes of messaging; each follows the same rules as the pages."""

from ninja import Router

from regulars.messaging.api.consent import router as consent
from regulars.messaging.api.searching import router as searching

router = Router()
for part in (consent, searching):
    router.add_router("", part)

"""The routes of the inbox; each calls the same actions as the pages."""

from ninja import Router

from regulars.inbox.api.conversations import router as conversations
from regulars.inbox.api.promises import router as promises
from regulars.inbox.api.reports import router as reports
from regulars.inbox.api.templates import router as templates

router = Router()
for part in (conversations, promises, templates, reports):
    router.add_router("", part)

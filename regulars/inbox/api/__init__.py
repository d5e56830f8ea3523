"""The routes of the inbox; each calls the same actions as the pages."""

from ninja import Router

from regulars.inbox.api.approved import router as approved
from regulars.inbox.api.articles import router as articles
from regulars.inbox.api.conversations import router as conversations
from regulars.inbox.api.facts import router as facts
from regulars.inbox.api.macros import router as macros
from regulars.inbox.api.parting import router as parting
from regulars.inbox.api.promises import router as promises
from regulars.inbox.api.reports import router as reports
from regulars.inbox.api.rules import router as rules
from regulars.inbox.api.suggestions import router as suggestions
from regulars.inbox.api.templates import router as templates

router = Router()
for part in (
    conversations,
    approved,
    facts,
    macros,
    parting,
    promises,
    rules,
    templates,
    articles,
    suggestions,
    reports,
):
    router.add_router("", part)

"""The routes of commerce; each calls the same actions as the pages."""

from ninja import Router

from regulars.commerce.api.orders import router as orders
from regulars.commerce.api.products import router as products
from regulars.commerce.api.subscriptions import router as subscriptions

router = Router()
for part in (orders, products, subscriptions):
    router.add_router("", part)

from regulars.commerce.models.figures import CompanyFigures, PersonFigures
from regulars.commerce.models.orders import LineKind, Order, OrderLine, OrderStatus, Refund, RefundLine
from regulars.commerce.models.products import ExchangeRate, Kind, Product
from regulars.commerce.models.subscriptions import Subscription

__all__ = [
    "CompanyFigures", "ExchangeRate", "Kind", "LineKind", "Order", "OrderLine", "OrderStatus", "PersonFigures", "Product",
    "Refund", "RefundLine", "Subscription",
]  # fmt: skip

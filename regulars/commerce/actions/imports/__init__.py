"""Take in files of orders: any shop's export with one row a line or an order, and the UCI layout with its cancellations."""

from regulars.commerce.actions.imports.orders import ORDERS

__all__ = ["ORDERS"]

"""The demo shop: a real shop's orders, moved to end yesterday, with invented customers; loaded and removed as a whole."""

from regulars.commerce.actions.demo.loading import load_demo
from regulars.commerce.actions.demo.removing import remove_demo

__all__ = ["load_demo", "remove_demo"]

"""Regulars turns customers into regulars: one memory, one timeline, and the numbers that show caring pays."""

__version__ = "0.1.0"

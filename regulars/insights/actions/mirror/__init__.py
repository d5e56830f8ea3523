"""Keeping the mirror: building it, bringing it up to date, folding changes into the month files, and taking it away."""

from regulars.insights.actions.mirror.refreshing import Busy, Refreshed, refresh_mirror

__all__ = ["Busy", "Refreshed", "refresh_mirror"]

"""Views of the database, made and remade by migrations.

A column that a view reads cannot be altered while the view stands. A migration that alters one begins with `DropView` and ends
with `RemakeView`, which names the columns one by one, so that new ones change nothing.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.special import RunSQL


class RemakeView(RunSQL):
    """Make a view as it reads from now on, whether or not one of its name stands; rights are given anew after migrating."""

    def __init__(self, name: str, select: str) -> None:
        super().__init__(_remade(name, select), [f"DROP VIEW IF EXISTS {name}"])
        self.name, self.select = name, select

    def deconstruct(self) -> tuple[str, list[str], dict[str, str]]:
        """Return how it was made, for migrations that are written out again."""
        return self.__class__.__name__, [], {"name": self.name, "select": self.select}


class DropView(RunSQL):
    """Take a view away before a column it reads is altered; going back makes it as it read."""

    def __init__(self, name: str, select: str) -> None:
        super().__init__([f"DROP VIEW IF EXISTS {name}"], _remade(name, select))
        self.name, self.select = name, select

    def deconstruct(self) -> tuple[str, list[str], dict[str, str]]:
        """Return how it was made, for migrations that are written out again."""
        return self.__class__.__name__, [], {"name": self.name, "select": self.select}


def _remade(name: str, select: str) -> list[Any]:
    return [f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS {select}"]

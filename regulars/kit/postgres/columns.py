"""Rows of several tables read in one statement of ours, made into the models' own objects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class Columns(Generic[Row]):
    """Some columns of one table in a statement, its key first; those left out are read when somebody asks for them."""

    def __init__(self, model: type[Row], letter: str, *names: str) -> None:
        # In the model's own order, in which Django reads the values of a part of its columns.
        self._fields = [field for field in model._meta.concrete_fields if field.attname in names]
        self.names = [field.attname for field in self._fields]
        self.model, self.letter = model, letter
        if len(self.names) != len(names):
            raise LookupError(f"{model.__name__} has no {set(names) - set(self.names)}.")

    @cached_property
    def sql(self) -> str:
        """The columns as they stand in a SELECT."""
        return ", ".join(f'{self.letter}."{field.column}"' for field in self._fields)

    def __len__(self) -> int:
        return len(self.names)

    def made(self, values: Sequence[Any]) -> Row | None:
        """Return the object of such values, None where an outer join found nothing."""
        if values[0] is None:
            return None
        pairs = zip(self._fields, values, strict=True)
        read = [
            field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
            for field, value in pairs
        ]
        return self.model.from_db(connection.alias, self.names, read)

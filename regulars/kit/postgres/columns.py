"""Rows of several tables read in one statement of ours, made into the models' own objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)


def bare(model: type[Row], values: Mapping[str, Any]) -> Row:
    """Return an object of what was read of it, by the names of its columns.

    Made as Django makes what it defers: a field that was not read is not there, and is read when somebody asks for it. Going
    through `__init__` would look at every field of the model and tell listeners of which there are none.
    """
    found = model.__new__(model)
    held = found.__dict__
    held["_state"] = state = ModelState()
    state.adding, state.db = False, connection.alias
    held.update(values)
    return found


class Columns(Generic[Row]):
    """Some columns of one table in a statement, its key first; those left out are read when somebody asks for them."""

    def __init__(self, model: type[Row], letter: str, *names: str) -> None:
        # In the model's own order, in which Django reads the values of a part of its columns.
        self._fields = [field for field in model._meta.concrete_fields if field.attname in names]
        self.names = [field.attname for field in self._fields]
        self._read = [
            (one.attname, one.from_db_value) for one in self._fields if hasattr(one, "from_db_value")
        ]
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
        held = dict(zip(self.names, values, strict=True))
        for name, read in self._read:
            held[name] = read(held[name], None, connection)
        return bare(self.model, held)

"""Building the index of a field of the business's own, as the owner of the tables, while everybody works."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import ProgrammingError, connection
from django.utils.translation import gettext as _

from regulars.kit.worker import BULK, task
from regulars.people.actions.fields import BUILD_INDEX, TABLES, note_index, warn_of_slow_field
from regulars.people.engine.custom_sql import index_sql
from regulars.people.models import CustomField

log = logging.getLogger(__name__)


@task(BUILD_INDEX, queue=BULK)
def build_field_index(field_id: int) -> None:
    """Build a field's index; where this installation may not, say so to its owners and go on without."""
    field = CustomField.objects.filter(pk=field_id, is_indexed=False, is_filterable=True).first()
    if field is None or field.type == "bool":
        return
    try:
        with owner_cursor() as cursor:
            _drop_half_built(cursor, _name(field))
            cursor.execute(index_sql(_name(field), TABLES[field.subject], field.key, field.type))
            cursor.execute(f"ANALYZE {TABLES[field.subject]}")
    except ProgrammingError as problem:
        # 42501: the role may not create indexes; trying again would not change that.
        if getattr(problem.__cause__, "sqlstate", "") != "42501":
            raise
        log.warning("The index of field %s was not built: %s", field.key, problem)
        warn_of_slow_field(field, _("filtering by it works, but reads every record"))
        return
    note_index(field.pk, is_indexed=True)


def _name(field: CustomField) -> str:
    return f"custom_index_{field.pk}"


def _drop_half_built(cursor: Any, name: str) -> None:
    """Remove what an interrupted build left: an index that exists and is never used."""
    cursor.execute(
        "SELECT 1 FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname = %s AND NOT i.indisvalid",
        [name],
    )
    if cursor.fetchone():
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


@contextmanager
def owner_cursor() -> Iterator[Any]:
    """Give a cursor of the role that owns the tables, outside any transaction, on a connection of its own."""
    owner = urlsplit(settings.OWNER_DATABASE_URL())
    wrapper = connection.copy()
    if owner.username:
        wrapper.settings_dict |= {"USER": unquote(owner.username), "PASSWORD": unquote(owner.password or "")}
    try:
        wrapper.set_autocommit(True)
        with wrapper.cursor() as cursor:
            yield cursor
    finally:
        wrapper.close()

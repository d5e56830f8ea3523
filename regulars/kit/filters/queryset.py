"""Between Django's querysets and the filter language: a filter on a queryset, and a queryset's condition as a row rule."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.page import RowRule, Source, Wanted, compile_ids

M = TypeVar("M", bound=Model)
MOST_RULES = 1000
_rules: dict[Hashable, RowRule] = {}


def filtered(queryset: QuerySet[M], tree: object, subject: str, asker: Asker) -> QuerySet[M]:
    """Keep the rows of a queryset that pass a filter."""
    wanted = Wanted(
        source=Source(subject=subject, table=table_of(queryset), alias="f"), asker=asker, tree=tree
    )
    ids = compile_ids(wanted)
    return queryset.filter(pk__in=RawSQL(ids.text, ids.params))  # noqa: S611 - our SQL, values as parameters


def table_of(queryset: QuerySet[Any]) -> str:
    """Return the name of the table a queryset reads."""
    return str(queryset.model._meta.db_table)


def kept_rule(key: Hashable, rows: Callable[[], QuerySet[Any]]) -> RowRule:
    """Return the row rule of a queryset, made once for each key; the key names all that the rule depends on."""
    if key not in _rules:
        if len(_rules) >= MOST_RULES:
            _rules.clear()
        _rules[key] = row_rule_of(rows())
    return _rules[key]


def row_rule_of(queryset: QuerySet[Any]) -> RowRule:
    """Return a queryset's condition as SQL over its table by name; use it where the table's alias is that name.

    Conditions on the table's own columns stay as they are, so that their indexes serve; joins become a subquery.
    """
    query = queryset.order_by().query.chain()
    compiler = query.get_compiler(queryset.db)
    try:
        compiler.pre_sql_setup()
        sql, params = compiler.compile(query.where)
    except EmptyResultSet:
        return "FALSE", ()
    except FullResultSet:
        return "TRUE", ()
    if sum(1 for count in query.alias_refcount.values() if count) > 1 or query.is_sliced or query.distinct:
        sql, params = queryset.order_by().values("pk").query.sql_with_params()
        quoted = connections[queryset.db].ops.quote_name
        sql = f"{quoted(table_of(queryset))}.{quoted(str(queryset.model._meta.pk.column))} IN ({sql})"
    return sql or "TRUE", tuple(params)

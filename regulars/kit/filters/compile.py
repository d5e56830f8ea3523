"""A checked tree as SQL. Negation is pushed down to the leaves, where each has an exact complement, so nulls never surprise."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.behaviours import did_sql
from regulars.kit.filters.leaves import test_sql
from regulars.kit.filters.scope import Scope
from regulars.kit.filters.sql import Sql, all_of, any_of
from regulars.kit.filters.tree import And, Did, Node, Not, Or, Test, parse


@dataclass(frozen=True)
class Compiled:
    """A condition for WHERE, its values, and the joins it needs after the subject's table."""

    where: Sql
    joins: str

    @property
    def where_sql(self) -> str:
        return self.where.text

    @property
    def params(self) -> list[object]:
        return self.where.args


def compile_filter(tree: object, subject: str, alias: str, *, asker: Asker) -> Compiled:
    """Return the SQL condition of a filter, given as JSON or as a parsed tree, over a table alias."""
    scope = Scope(alias)
    where = node_sql(as_node(tree, subject, asker), scope, asker)
    return Compiled(where, scope.join_sql)


def as_node(tree: object, subject: str, asker: Asker) -> Node:
    """Return the tree itself when it is already parsed, else parse it."""
    return tree if isinstance(tree, And | Or | Not | Test | Did) else parse(tree, subject, asker)


def node_sql(node: Node, scope: Scope, asker: Asker, *, denied: bool = False) -> Sql:
    """Return SQL that is true exactly when the node holds (or, denied, when it does not)."""
    if isinstance(node, Not):
        return node_sql(node.part, scope, asker, denied=not denied)
    if isinstance(node, And | Or):
        parts = [node_sql(part, scope, asker, denied=denied) for part in node.parts]
        return all_of(parts) if isinstance(node, And) != denied else any_of(parts)
    if isinstance(node, Did):
        return did_sql(node, scope, asker, node_sql, denied=denied)
    return test_sql(node, scope, asker, denied=denied)

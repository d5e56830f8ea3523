"""`{% steady menu pinned_views %}…{% endsteady %}`: draw a piece once for each language and each value of what it is made of.

For pieces around every page that hardly ever differ. Name every variable the piece reads; what is left out stays as first drawn.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
MOST = 64


class Steady(template.Node):
    """A piece that remembers how it was last drawn, as long as its template lives."""

    def __init__(self, nodelist: NodeList, made_of: list[FilterExpression]) -> None:
        self.nodelist, self.made_of = nodelist, made_of
        self._drawn: dict[Hashable, tuple[SafeString, list[Any]]] = {}

    def render(self, context: template.Context) -> SafeString:
        values = [one.resolve(context, ignore_failures=True) for one in self.made_of]
        key = (get_language(), *(_frozen(value) for value in values))
        held = self._drawn.get(key)
        if held is None:
            if len(self._drawn) >= MOST:
                self._drawn.clear()
            # The values are kept too: a key may hold the identity of one of their words.
            held = self._drawn[key] = (self.nodelist.render(context), values)
        return held[0]


@register.tag
def steady(parser: Parser, token: Token) -> Steady:
    made_of = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endsteady",))
    parser.delete_first_token()
    return Steady(nodelist, made_of)


def _frozen(value: Any) -> Hashable:
    """Return a value as something that can be compared: lists and menus by what they hold, lazy words by identity."""
    if isinstance(value, Mapping):
        return tuple((name, _frozen(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, Promise):
        return Promise, id(value)
    return value if isinstance(value, int | str | None) else str(value)

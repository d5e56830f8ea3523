"""`{% steady menu pinned_views %}…{% endsteady %}`: draw a piece once for each language and each value of what it is made of.

For pieces around every page that hardly ever differ. Name every variable the piece reads; what is left out stays as first drawn.
`{% steady is_closed number=conversation.pk %}` draws a piece of many things once: inside, `number` stands for whichever it is.
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
# Stands for the number while a piece is drawn: so large that no other number of a page holds it.
STAND_IN = 7046029254386353087
NUMBER = "number="


class Steady(template.Node):
    """A piece that remembers how it was last drawn, as long as its template lives."""

    def __init__(
        self, nodelist: NodeList, made_of: list[FilterExpression], number: FilterExpression | None = None
    ) -> None:
        self.nodelist, self.made_of, self.number = nodelist, made_of, number
        self._drawn: dict[Hashable, tuple[SafeString, list[Any]]] = {}

    def render(self, context: template.Context) -> SafeString:
        values = [one.resolve(context, ignore_failures=True) for one in self.made_of]
        key = (get_language(), *(_frozen(value) for value in values))
        held = self._drawn.get(key)
        if held is None:
            if len(self._drawn) >= MOST:
                self._drawn.clear()
            # The values are kept too: a key may hold the identity of one of their words.
            held = self._drawn[key] = (self._draw(context), values)
        if self.number is None:
            return held[0]
        return SafeString(held[0].replace(str(STAND_IN), str(int(self.number.resolve(context) or 0))))

    def _draw(self, context: template.Context) -> SafeString:
        if self.number is None:
            return self.nodelist.render(context)
        with context.push(number=STAND_IN):
            return self.nodelist.render(context)


@register.tag
def steady(parser: Parser, token: Token) -> Steady:
    words = token.split_contents()[1:]
    numbers = [parser.compile_filter(word.removeprefix(NUMBER)) for word in words if word.startswith(NUMBER)]
    made_of = [parser.compile_filter(word) for word in words if not word.startswith(NUMBER)]
    nodelist = parser.parse(("endsteady",))
    parser.delete_first_token()
    return Steady(nodelist, made_of, numbers[0] if numbers else None)


def _frozen(value: Any) -> Hashable:
    """Return a value as something that can be compared: lists and menus by what they hold, lazy words by identity."""
    if isinstance(value, Mapping):
        return tuple((name, _frozen(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, Promise):
        return Promise, id(value)
    return value if isinstance(value, int | str | None) else str(value)

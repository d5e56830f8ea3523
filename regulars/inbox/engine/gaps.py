"""Texts with gaps: «Hello {{ person.first_name | there }}, your order {{ order.number }} is on its way.»"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

GAP = re.compile(r"( ?)\{\{\s*([a-z_][a-z0-9_.]{0,60})\s*(?:\|([^{}|]*))?\}\}")
# Whatever looks like a gap, also a misspelt one: nothing of this kind may reach a customer.
LEFT = re.compile(r"\{\{[^{}\n]{0,80}\}\}")


@dataclass(frozen=True)
class Filled:
    """A text with its gaps filled; those that could not be stay in it and are named."""

    text: str
    missing: tuple[str, ...] = ()


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill the gaps with values; what a gap says after a bar stands in for a value that is empty, also nothing at all.

    >>> fill("Hi {{ person.first_name | there }}, {{ order.number }}", {"order.number": "A-7"}).text
    'Hi there, A-7'
    >>> fill("Hei {{ person.first_name | }},", {}).text
    'Hei,'
    >>> fill("Your order {{ order.number }}", {}).missing
    ('order.number',)
    """
    missing: dict[str, None] = {}

    def value(gap: re.Match[str]) -> str:
        found = values.get(gap[2], "").strip() or (gap[3] or "").strip()
        if not found and gap[3] is None:
            missing[gap[2]] = None
            return gap[0]
        return gap[1] + found if found else ""

    # One pass: a customer who is called «{{ order.number }}» is not filled in.
    return Filled(GAP.sub(value, text), tuple(missing))


def gaps_in(text: str) -> tuple[str, ...]:
    """Return the names of a text's gaps, each once."""
    return tuple(dict.fromkeys(gap[2] for gap in GAP.finditer(text)))


def left_open(text: str) -> tuple[str, ...]:
    """Return what in a text still looks like a gap, as it is written.

    >>> left_open("Dear {{ person.first_name }}, {{ Oder number }}")
    ('{{ person.first_name }}', '{{ Oder number }}')
    """
    return tuple(dict.fromkeys(LEFT.findall(text)))


def chosen(languages: Mapping[str, object], wanted: tuple[str, ...]) -> str:
    """Return the first wanted language there is a text in, else any; "pt-br" is content with "pt".

    >>> chosen({"en": 1, "fi": 2}, ("fi-FI", "en")), chosen({"lt": 1}, ("fi",))
    ('fi', 'lt')
    """
    for language in wanted:
        plain = language.lower()
        found = next((one for one in (plain, plain.partition("-")[0]) if one in languages), "")
        if found:
            return found
    return next(iter(languages), "")

"""Finding in a letter what a customer was asked for: an order number, a telephone number, an address, a named line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

ORDER_NUMBER, EMAIL, PHONE = "order_number", "email", "phone"
FIXED = (ORDER_NUMBER, EMAIL, PHONE)
OWN = "field:"
LONGEST = 300
# After one of these words, or a number sign, stands an order number, in the languages our customers write.
SAID = r"orders?|number|no|nr|nro|tilaus\w*|numero|ordre\w*|bestilling\w*|nummer|rendel\w*|sz[aá]m\w*|u[zž]sakym\w*|numeris"
ORDER = re.compile(
    rf"(?:[#№]\s?|\b(?:{SAID})\b[^\w\n]{{0,4}}(?:(?:is|was|on|er|az|yra|no|nr|number)\b[^\w\n]{{1,4}}){{0,2}}[#№]?\s?)"
    r"([A-Z]{0,5}[-/]?\d[\w/-]{2,24})",
    re.IGNORECASE,
)
CODE = re.compile(r"[\w][\w/-]{0,39}")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
NUMBER = re.compile(r"(?<![\w/-])\+?\(?\d[\d ().\u00a0/-]{6,24}\d(?![\w-])")


def order_number(text: str, known: Iterable[str] = ()) -> str:
    """Return the order number a text names: one we know by itself, or what stands after such a word.

    >>> order_number("My order no. A-1042 is late"), order_number("Where is w77?", ["W77"]), order_number("I have 1042 cups")
    ('A-1042', 'W77', '')
    """
    ours = {one.casefold(): one for one in known}
    if ours:
        named = (ours.get(word.strip("-/").casefold()) for word in CODE.findall(text))
        found = next((one for one in named if one), "")
        if found:
            return found
    said = ORDER.search(text)
    return said[1].rstrip("-/") if said else ""


def email(text: str) -> str:
    """Return the first e-mail address in a text.

    >>> email("Write to Ada.L@example.com.")
    'ada.l@example.com'
    """
    found = ADDRESS.search(text)
    return found[0].lower() if found else ""


def phone_numbers(text: str) -> list[str]:
    """Return what in a text may be telephone numbers, as they are written.

    >>> phone_numbers("Ring +358 40 123 4567 after 16:00")
    ['+358 40 123 4567']
    """
    return [found.strip() for found in NUMBER.findall(text) if sum(sign.isdigit() for sign in found) >= 7]


def named_lines(text: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Return what stands after each label at the beginning of a line.

    >>> named_lines("Hello,\\nShoe size: 42\\n- Colour = red", {"a": "Shoe size", "b": "colour", "c": "Name"})
    {'a': '42', 'b': 'red'}
    """
    found = {}
    for key, label in labels.items():
        line = re.search(
            rf"^[^\w\n]*{re.escape(label)}\s*[:=–-]\s*(\S.*)$", text, re.IGNORECASE | re.MULTILINE
        )
        if line:
            found[key] = line[1].strip()[:LONGEST]
    return found


def short_answer(text: str) -> str:
    """Return a text that is no more than an answer to one question; empty when it is more.

    >>> short_answer("42"), short_answer("Dear all,\\n\\nI have been waiting for three weeks.")
    ('42', '')
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if len(lines) == 1 and len(lines[0]) <= 80 else ""

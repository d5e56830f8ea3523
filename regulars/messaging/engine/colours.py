"""Which ink can be read on a colour."""

from __future__ import annotations

LIGHT, DARK = "#ffffff", "#14181a"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it, from 1 to 21.

    >>> round(contrast("#ffffff", "#000000"))
    21
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """Return white or near-black, whichever is read more easily on a colour.

    >>> ink_on("#1d5c48"), ink_on("#ffd54a")
    ('#ffffff', '#14181a')
    """
    return max((LIGHT, DARK), key=lambda ink: contrast(colour, ink))


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

from __future__ import annotations

import difflib
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.refused import Invalid

Path = tuple[str | int, ...]


class BadFilter(Invalid):
    """Refuse a filter, sort order or cursor, naming the place, what is wrong there and what would be right."""

    code = "bad_filter"
    default = gettext_lazy("This filter could not be understood.")

    def __init__(self, path: Path, problem: str, allowed: Iterable[str] = ()) -> None:
        self.path = path_text(path)
        self.pointer = pointer(path)
        self.problem = problem
        self.allowed = tuple(allowed)
        where = self.path or "filter"
        super().__init__({where: problem}, f"{where}: {problem}")


def path_text(path: Path) -> str:
    """Write a path the way a reader expects it.

    >>> path_text(("and", 2, "value"))
    'and[2].value'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def pointer(path: Path) -> str:
    """Write a path as a JSON pointer (RFC 6901).

    >>> pointer(("and", 2, "value"))
    '/and/2/value'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def not_among(word: object, allowed: Iterable[str]) -> str:
    """Say that a word is not known, and which known one is nearest or which there are."""
    known = list(allowed)
    near = difflib.get_close_matches(str(word)[:100], known, n=1, cutoff=0.6)
    if near:
        return _("“%(word)s” is not known here. Did you mean “%(near)s”?") % {
            "word": _short(word),
            "near": near[0],
        }
    if not known:
        return _("“%(word)s” is not known here.") % {"word": _short(word)}
    some = ", ".join(known[:20]) + (" …" if len(known) > 20 else "")
    return _("“%(word)s” is not known here. Use one of: %(some)s.") % {"word": _short(word), "some": some}


def _short(word: object) -> str:
    text = str(word)
    return text if len(text) <= 60 else text[:59] + "…"

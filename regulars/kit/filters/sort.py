from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.bad import BadFilter, not_among
from regulars.kit.traits import Trait

MAX_KEYS = 3
SortWords = str | Iterable[tuple[str, str]]


@dataclass(frozen=True)
class SortKey:
    """A trait to sort by and the direction; what is empty comes last in both, but what is as good as zero sorts as zero."""

    trait: Trait
    is_descending: bool = False

    @property
    def is_null_first(self) -> bool:
        return self.trait.absent is not None and not self.is_descending

    @property
    def word(self) -> str:
        return ("-" if self.is_descending else "") + self.trait.name


def parse_sort(words: SortWords, subject: str, asker: Asker) -> tuple[SortKey, ...]:
    """Read "-revenue,name" or [("revenue", "desc"), ("name", "asc")]."""
    known = {name: trait for name, trait in asker.traits(subject).items() if trait.sortable}
    keys: list[SortKey] = []
    for place, (name, direction) in enumerate(_pairs(words)):
        path = ("sort", place)
        if name not in known:
            raise BadFilter(path, not_among(name, known), known)
        if direction not in ("asc", "desc"):
            raise BadFilter(path, not_among(direction, ("asc", "desc")), ("asc", "desc"))
        if any(key.trait.name == name for key in keys):
            raise BadFilter(path, _("Each field can be sorted by once."))
        keys.append(SortKey(known[name], direction == "desc"))
    if len(keys) > MAX_KEYS:
        raise BadFilter(("sort",), _("Up to %(most)d fields can be sorted by.") % {"most": MAX_KEYS})
    return tuple(keys)


def sort_words(keys: Iterable[SortKey]) -> str:
    """Write a sort order the way addresses and cursors carry it."""
    return ",".join(key.word for key in keys)


def _pairs(words: SortWords) -> list[tuple[str, str]]:
    if not isinstance(words, str):
        return [(str(name), str(direction)) for name, direction in words]
    names = [word.strip() for word in words.split(",") if word.strip()]
    return [(name.removeprefix("-"), "desc" if name.startswith("-") else "asc") for name in names]

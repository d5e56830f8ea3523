"""The small pictures that mail programs put under a letter, told from the files that somebody meant to send."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

# In bytes: what a photo or a screenshot weighs more than, and what no logo weighs more than.
SMALL, LARGEST = 30_000, 150_000
# Names that only a signature's pictures have: what Outlook and Word call theirs, the marks of networks.
NAMED = re.compile(
    r"(~wrd\w*|outlook-[\w-]+|(e-?mail)?signature[\w-]{0,20}"
    r"|(facebook|twitter|x|linkedin|instagram|youtube|xing|pinterest|tiktok|whatsapp)([-_ ]?(logo|icon|\d{1,4}(x\d{1,4})?)){1,3})"
    r"\.(png|gif|jpe?g|bmp|webp|svg)",
    re.IGNORECASE,
)
# Names a signature's pictures have too: Outlook calls every picture in a letter by a number, and a customer may send a logo.
POSSIBLE = re.compile(r"(image\d{3}(\(\d+\))?|[\w-]{0,20}?logo[\w-]{0,20})\.\w{3,4}", re.IGNORECASE)
# Cameras, and whoever takes a screenshot, name theirs so.
TAKEN = re.compile(r"img|dsc|pxl|screen|bildschirm|capture|photo|foto|whatsapp image", re.IGNORECASE)


class Shown(Protocol):
    """A file as a page lists it."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def is_inline(self) -> bool: ...


File = TypeVar("File", bound=Shown)


def apart(files: Iterable[File]) -> tuple[list[File], list[File]]:
    """Return the files of a letter, and apart from them the small pictures of its signature; together they are all."""
    found: tuple[list[File], list[File]] = ([], [])
    for one in files:
        found[is_logo(one)].append(one)
    return found


def is_logo(file: Shown) -> bool:
    """Tell whether a file is a picture of a signature: named as only those are, or small and shown within the letter."""
    if not file.content_type.startswith("image/") or file.size > LARGEST or TAKEN.match(file.name):
        return False
    if NAMED.fullmatch(file.name):
        return True
    return file.size <= SMALL and (file.is_inline or bool(POSSIBLE.fullmatch(file.name)))

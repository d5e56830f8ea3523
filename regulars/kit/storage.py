from __future__ import annotations

import functools
import hashlib

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class HashedStorage(StaticFilesStorage):
    """Static files under an address that changes with their content, so browsers may keep them for ever.

    The hash is a query, not part of the name: no collecting step is needed, and files are served from the package.
    """

    def url(self, name: str | None, force: bool = False) -> str:
        return _hashed_url(super().url(name), name or "")


@functools.cache
def _hashed_url(url: str, name: str) -> str:
    found = finders.find(name)
    if not found or isinstance(found, list):
        return url
    with open(found, "rb") as file:
        return f"{url}?v={hashlib.sha256(file.read()).hexdigest()[:10]}"

"""What every test would make anew and all of them can share, because no test changes it; and what none may share."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from whitenoise.middleware import WhiteNoiseMiddleware

from regulars.insights.queries import whose
from regulars.people.queries import choices


@pytest.fixture(autouse=True, scope="session")
def static_files() -> Iterator[None]:
    """Look up the static files once: each test client makes the middleware anew, which would walk all their folders."""
    look_up = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def share(door: Any) -> None:
        if not found:
            look_up(door)
            found.update(door.files)
        door.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", share)
        yield


@pytest.fixture(autouse=True, scope="session")
def disk() -> Iterator[None]:
    """Wait for no disk: only a loss of power could tell, and no test has one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


@pytest.fixture(autouse=True)
def words_in_use() -> None:
    """Suggest no words, and count no people, of the tables of the test before: they are held for a minute, and a test takes less."""
    choices._held.clear()
    whose._lately.clear()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Search seldom for garbage, and never in what was imported, which stays until the end: it was an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

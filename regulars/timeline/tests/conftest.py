from __future__ import annotations

from collections.abc import Iterator

import pytest

from regulars.kit.actor import Actor
from regulars.timeline.tests import happenings


@pytest.fixture
def by() -> Actor:
    return Actor.clock("tests")


@pytest.fixture(autouse=True)
def _no_wishes() -> Iterator[None]:
    """Let reactions do only what they do by themselves."""
    happenings.also.clear()
    yield
    happenings.also.clear()

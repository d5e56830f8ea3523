from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.facts.reading import close_engines
from regulars.kit import metrics as contract
from regulars.kit.clock import now
from regulars.team.models import Business, Team
from tests.cast import a_person, an_order


@pytest.fixture(autouse=True)
def mirror_folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A mirror of each test's own, small enough to stand beside others."""
    settings.INSIGHTS_DIR = str(tmp_path / "insights")
    settings.INSIGHTS_MEMORY_MB = 512
    settings.INSIGHTS_THREADS = 1
    yield tmp_path / "insights"
    close_engines()


@pytest.fixture
def offering() -> Iterator[None]:
    """Whatever a test offers is forgotten after it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contract, "_offered", list(contract._offered))
        patch.setattr(contract, "_groupings", dict(contract._groupings))
        yield
    contract.metrics.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture
def shop(business: Business, north: Team, south: Team) -> dict[str, Any]:
    """Ada (north) came back within the year for 40, Bo (south) for 20, Cy (north) bought once."""
    people = {
        name: a_person(name, team=team) for name, team in (("Ada", north), ("Bo", south), ("Cy", north))
    }
    at = now() - timedelta(days=60)
    for name, times in (("Ada", 3), ("Bo", 2), ("Cy", 1)):
        for number in range(times):
            an_order(people[name], total="20", at=at + timedelta(days=7 * number), channel="web")
    refresh_mirror(full=True)
    return people

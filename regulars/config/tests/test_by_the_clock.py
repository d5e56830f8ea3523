"""What rooms do by the clock works in an empty installation and in a full one, also when it is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django import app

from regulars.config.tests.every_door_world import world
from regulars.insights.facts.reading import close_engines
from regulars.kit.clock import now
from regulars.team.models import Member, Team

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _mirror_folder(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    settings.INSIGHTS_DIR = str(tmp_path / "insights")
    yield
    close_engines()


def deeds() -> dict[str, Any]:
    """Return what is done by the clock, by name."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    known = [planned.task for planned in app.periodic_registry.periodic_tasks.values()]
    return {task.name: task for task in known if not task.name.startswith("test.")}


def strike() -> list[str]:
    """Do everything that is done by the clock, twice for one moment; return what was done."""
    at = int(now().timestamp())
    for task in deeds().values():
        task(timestamp=at)
        task(timestamp=at)
    return list(deeds())


def test_before_anybody_set_the_business_up() -> None:
    assert "insights.mail" in strike()


def test_in_a_business_with_something_of_everything(everybody: dict[str, Member], north: Team) -> None:
    world(everybody, north)

    assert "insights.mail" in strike()

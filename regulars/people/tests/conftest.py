from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.kit.actor import Actor
from regulars.people.actions.imports import draft_import, run_import
from regulars.people.models import ImportRun
from regulars.team.models import Business


@pytest.fixture
def take(tmp_path: Path, business: Business, by_olga: Actor) -> Callable[..., ImportRun]:
    """Import a text as a file and return the run."""

    def take_in(text: str, **values: object) -> ImportRun:
        path = tmp_path / "people.csv"
        path.write_text(text, encoding="utf-8")
        return run_import(draft_import("people", path, by=by_olga, **values), by=by_olga)

    return take_in

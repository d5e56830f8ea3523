from pathlib import Path
from typing import Any

import pytest

from regulars.config import doctor
from regulars.insights.models import Mirror
from regulars.kit.clock import now


@pytest.mark.parametrize(("is_clone", "command"), [(True, "bin/up"), (False, "regulars up")])
def test_the_advice_names_what_is_there_to_start_it(
    monkeypatch: Any, tmp_path: Path, is_clone: bool, command: str
) -> None:
    if is_clone:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "up").touch()
    monkeypatch.setattr(doctor, "__file__", str(tmp_path / "regulars" / "config" / "doctor.py"))
    monkeypatch.setattr(doctor.health, "worker_age_seconds", lambda: None)

    assert doctor.worker().advice == f"Start it: {command}, or regulars worker."


@pytest.mark.django_db
def test_figures_that_could_not_be_brought_up_to_date_are_told_with_the_reason() -> None:
    assert doctor.insights().is_ok
    Mirror.objects.create(pk=1, failed_at=now(), error="No space left on device\nmore")

    found = doctor.insights()

    assert (found.is_ok, found.found) == (False, "no newer figures: No space left on device")

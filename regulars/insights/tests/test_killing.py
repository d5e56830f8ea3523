"""A refresh that is killed anywhere leaves a right mirror, and the next one brings it up to date."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.models import Change
from regulars.insights.tests.truth import mirrored, truth
from regulars.team.models import Business
from regulars.timeline.tests.test_killing import address
from tests.cast import a_person, an_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROGRAM = Path(__file__).with_name("killed_program.py")
ROOT = Path(__file__).parents[3]
PLACES = (
    "before file_changes", "after file_changes", "after fold", "before write_manifest", "after write_manifest", "before point_to",
    "after point_to", "before remove_unread", "before forget_changes", "after forget_changes",
)  # fmt: skip


def test_a_kill_anywhere_leaves_a_right_mirror(business: Business, mirror_folder: Path) -> None:
    ada = a_person("Ada")
    an_order(ada)
    refresh_mirror()
    stood = mirrored()

    for place in PLACES:
        before = stood
        an_order(ada)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE commerce_order SET channel = channel || 'x'")
        assert kill(place, mirror_folder) == -signal.SIGKILL
        stood = mirrored()
        assert stood in (before, truth()), place
        if place.startswith(("before point_to", "before file", "before write")):
            assert stood == before
    assert refresh_mirror().how == "changes"
    assert mirrored() == truth()
    assert not Change.objects.exists()


def kill(place: str, folder: Path) -> int:
    """Refresh in a process of its own that is killed at a place; return how it ended."""
    environment = {
        **os.environ,
        "REGULARS_DATABASE_URL": address(),
        "REGULARS_DATA": str(folder.parent),
        "REGULARS_INSIGHTS_DIR": str(folder),
        "REGULARS_SECRET_KEY": "tests",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, str(PROGRAM), *place.split()], env=environment, check=False
    ).returncode

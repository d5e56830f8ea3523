"""What holds however many processes serve the chat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from regulars.timeline.tests.test_killing import ROOT, address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_limit_holds_across_processes(tmp_path: Path) -> None:
    """Three programs of their own count together, as the web processes of one installation do."""
    program = (
        "import django; django.setup(); from regulars.team.actions.limits import hit; "
        "print(sum(hit('chat:message:1', 20, 86_400).is_within for _time in range(10)))"
    )
    own = {
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_DATABASE_URL": address(),
        "REGULARS_DATA": str(tmp_path), "REGULARS_SECRET_KEY": "tests", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    surroundings = {**os.environ, **own}
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=surroundings, stdout=subprocess.PIPE, text=True)
        for _number in range(3)
    ]

    let_through = [int(one.communicate(timeout=120)[0].split()[-1]) for one in running]

    assert sum(let_through) == 20

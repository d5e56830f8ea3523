"""A question ends when nobody waits for it any more, and when its time is over."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import ibis
import pytest
from django.test import Client

from regulars.insights.actions.mirror import refresh_mirror
from regulars.kit.metrics import Ask, Metric, Tables, offer_metrics
from regulars.team.models import Business, Member


def never(tables: Tables, ask: Ask) -> ibis.Table:
    """Ask what cannot be answered in this life."""
    few = ibis.range(1_000_000).unnest().name("number").as_table()
    return few.cross_join(few.view()).agg(n=ibis._.count(), value=ibis._.number.sum().cast("float64"))


ENDLESS = Metric(
    name="endless", room="insights", label="Endless", definition="Never told.", formula="–", source="–", example="–", inputs=(),
    unit="count", grain="business", expression=never,
)  # fmt: skip
PROGRAM = Path(__file__).with_name("endless_program.py")
ROOT = Path(__file__).parents[3]
PATIENCE = 60


@contextmanager
def serving(folder: Path, seconds: int) -> Iterator[int]:
    """Serve the page that never ends; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ, "REGULARS_DATA": str(folder), "REGULARS_SECRET_KEY": "tests", "PYTHONPATH": str(ROOT),
        "REGULARS_INSIGHTS_SECONDS": str(seconds), "REGULARS_INSIGHTS_THREADS": "1",
    }  # fmt: skip
    server = subprocess.Popen([sys.executable, str(PROGRAM), str(folder), str(port)], env=environment)
    try:
        wait_for(lambda: answers(port))
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def answers(port: int) -> bool:
    try:
        return bool(urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE).read() == b"here")
    except OSError:
        return False


def wait_for(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, "It did not happen."
        time.sleep(0.05)


def opened(port: int, path: str = "") -> socket.socket:
    """Open a connection and ask for a page, if one is said."""
    connection = socket.create_connection(("127.0.0.1", port))
    if path:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


@pytest.mark.slow
def test_a_question_ends_once_the_page_that_asked_is_closed(tmp_path: Path) -> None:
    with serving(tmp_path, seconds=0) as port, opened(port), opened(port, "/") as answered:
        assert b"here" in answered.recv(10_000)
        asking = opened(port, "/endless")
        wait_for((tmp_path / "began").exists)
        waiting = opened(port, "/")
        time.sleep(0.5)
        assert not (tmp_path / "ended").exists()

        asking.close()

        # Whoever waited behind it is answered, though other connections stay open.
        assert b"here" in waiting.recv(10_000)
        assert (tmp_path / "ended").read_text().startswith("nobody_asks")
        waiting.close()


@pytest.mark.slow
def test_a_question_ends_when_its_time_is_over_and_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, seconds=1) as port, opened(port, "/endless") as asking:
        told = asking.recv(10_000).decode()

    assert "Counting took longer than 1 second and was stopped." in told
    assert (tmp_path / "ended").read_text().startswith("took_too_long")


@pytest.mark.django_db
def test_a_tile_says_that_it_took_too_long_and_can_be_asked_again(
    business: Business,
    max_: Member,
    signed_in: Callable[[Member], Client],
    settings: Any,
    offering: None,
) -> None:
    offer_metrics(f"{__name__}:ENDLESS")
    settings.INSIGHTS_SECONDS = 1
    refresh_mirror()

    page = signed_in(max_).get("/insights/tiles/endless/?period=all").content.decode()

    assert "Counting took longer than 1 second and was stopped." in page
    assert "Try again" in page
    assert 'hx-get="/insights/tiles/endless/?period=all"' in page
    # The engine is free for the next question.
    assert signed_in(max_).get("/insights/tiles/customers/").status_code == 200

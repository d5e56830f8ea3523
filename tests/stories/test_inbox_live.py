"""Every open window ends with the same inbox, however often its connection or the live process dies."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, expect

from regulars.config.tests.test_live import database_url, wait_until_well
from regulars.inbox.actions import answer_conversation, be_present, set_priority, write_conversation_note
from regulars.inbox.actions.moving import TOPIC
from regulars.inbox.models import Conversation
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.live import sign_ticket
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.team.models import Member
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK = Actor.clock("test")
EVENTS, CONVERSATIONS, WINDOWS = 1_000, 12, 6
State = dict[int, tuple[int, int]]


class LiveProcess:
    """The live process on a port of its own, which may be killed and started again."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "regulars", "live", "--port", str(self.port)]
        surroundings = {
            **os.environ,
            "REGULARS_DATABASE_URL": database_url(),
            "REGULARS_SECRET_KEY": django_settings.SECRET_KEY,
        }
        process = subprocess.Popen(words, env=surroundings)
        wait_until_well(self.port)
        return process

    def die_and_come_back(self) -> None:
        """Kill it as a power cut would, and start it anew."""
        self.process.kill()
        self.process.wait(10)
        self.process = self._start()

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def live(settings: Any) -> Iterator[LiveProcess]:
    process = LiveProcess()
    settings.LIVE_URL = f"http://localhost:{process.port}"
    yield process
    process.stop()


def truth(only: int | None = None) -> State:
    """Ask the database how far conversations are, as a window asks the server."""
    with psycopg.connect(database_url()) as connection:
        rows = connection.execute(
            "SELECT id, sequence, priority FROM inbox_conversation WHERE id = coalesce(%s, id)", [only]
        ).fetchall()
    return {number: (sequence, priority) for number, sequence, priority in rows}


class Window(threading.Thread):
    """A window as inbox.js is one: a hint makes it ask, a gap makes it ask for everything."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.last, self.is_over = port, "", False
        self.shown: State = {}
        self.line: http.client.HTTPConnection | None = None
        self.came_back = 0

    def run(self) -> None:
        while not self.is_over:
            with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
                self._listen()
            self.came_back += 1
            time.sleep(random.random() * 0.1)

    def _listen(self) -> None:
        ticket = sign_ticket(django_settings.SECRET_KEY, [TOPIC])
        with closing(http.client.HTTPConnection("localhost", self.port, timeout=20)) as line:
            self.line = line
            line.request(
                "GET", f"/live?ticket={ticket}", headers={"Last-Event-ID": self.last} if self.last else {}
            )
            answer = line.getresponse()
            kind, number = "", ""
            while raw := answer.readline():
                word, _colon, value = raw.decode().rstrip("\n").partition(": ")
                if word == "event":
                    kind = value
                elif word == "id":
                    number = value
                elif word == "data":
                    self._hear(kind, number, json.loads(value))
                    kind = ""

    def _hear(self, kind: str, number: str, change: dict[str, Any]) -> None:
        if kind in ("hello", "gap") or change.get("ask"):
            self.shown = truth()
        elif change.get("kind") == "moved" and self.shown.get(change["id"], (0, 0))[0] < change["sequence"]:
            self.shown |= truth(change["id"])
        self.last = number or self.last

    def lose_the_line(self) -> None:
        """Cut the connection, as a tunnel or a sleeping laptop would."""
        with suppress(OSError, AttributeError):
            if self.line is not None:
                self.line.sock.shutdown(socket.SHUT_RDWR)


def a_conversation(**headers: str) -> Conversation:
    message = a_message(a_mail(**headers))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


@pytest.mark.proof
def test_after_a_thousand_events_and_many_deaths_every_window_ends_identical(live: LiveProcess) -> None:
    found = [a_conversation() for _one in range(CONVERSATIONS)]
    chance = random.Random(7)
    windows = [Window(live.port) for _one in range(WINDOWS)]
    for window in windows:
        window.start()

    for number in range(EVENTS):
        one = chance.choice(found)
        one.refresh_from_db()
        set_priority(one, (one.priority + 1) % 4, by=CLOCK, at=now())
        if chance.random() < 0.05:
            chance.choice(windows).lose_the_line()
        if number in (300, 700):
            live.die_and_come_back()

    wanted = truth()
    until = time.monotonic() + 20
    while time.monotonic() < until and any(window.shown != wanted for window in windows):
        time.sleep(0.1)
    for window in windows:
        window.is_over = True
        window.lose_the_line()
    assert sum(sequence for sequence, _priority in wanted.values()) == EVENTS + CONVERSATIONS
    assert [window.shown == wanted for window in windows] == [True] * WINDOWS
    assert sum(window.came_back for window in windows) > 2 * WINDOWS


@pytest.mark.browser
def test_a_letter_a_colleague_and_their_note_appear_without_loading_the_page(
    live: LiveProcess, open_page: Callable[..., Page], olga: Member, max_: Member
) -> None:
    a_person("Ada Lovelace", email="ada@example.com")
    found = a_conversation(Message_ID="<1@x>", Subject="Beans")
    page = open_page(olga)
    page.goto(f"/inbox/{found.pk}/?in=open")
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    page.locator("#composer-text").fill("I am still writing")

    a_message(a_mail("And one more thing", In_Reply_To="<1@x>"))
    hear_everything()
    a_person("Grace Hopper", email="grace@example.com")
    other = a_conversation(from_="Grace <grace@example.com>", Subject="Cups")
    by_max = Actor("member", max_.pk, "Max", None, "test", max_.pk)
    be_present(found, max_, is_typing=True, at=now())
    write_conversation_note(found, "I look at it", by=by_max, at=now())

    expect(page.locator(".story")).to_contain_text("And one more thing")
    expect(page.locator(".story")).to_contain_text("I look at it")
    expect(page.locator(".conversation-present")).to_contain_text("Max")
    expect(page.locator(f".inbox-row[data-id='{other.pk}']")).to_contain_text("Grace Hopper")
    expect(page.locator("#composer-text")).to_have_value("I am still writing")

    # What happened meanwhile holds the answer until somebody has looked.
    page.locator("#composer-text").press("Control+Enter")
    expect(page.locator("#held")).to_contain_text("Nothing was sent yet")
    expect(page.locator("#held")).to_contain_text("Max wrote a note")
    page.get_by_role("button", name="Look first").click()
    expect(page.locator("#held")).to_be_empty()
    page.locator("#composer-text").press("Control+Enter")
    expect(page.locator(".letter-out")).to_contain_text("I am still writing")

    # A colleague answers in a window of their own.
    found.refresh_from_db()
    answer_conversation(found, OutgoingLetter("Max answers, too"), by=by_max, at=now())
    expect(page.locator(".story")).to_contain_text("Max answers, too")

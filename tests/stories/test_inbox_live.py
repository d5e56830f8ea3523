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
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from regulars.config.tests.test_live import database_url, wait_until_well
from regulars.inbox.actions import answer_conversation, be_present, set_priority, write_conversation_note
from regulars.inbox.models import Conversation
from regulars.inbox.rules import TOPIC, WHOLE
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.live import publish, read_ticket, sign_ticket
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.team.actions.members import change_member
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


@pytest.mark.browser
def test_what_was_written_is_drawn_from_the_event_and_nothing_is_asked(
    live: LiveProcess, open_page: Callable[..., Page], olga: Member
) -> None:
    a_person("Ada Lovelace", email="ada@example.com")
    found = a_conversation(Message_ID="<1@x>", Subject="Beans")
    page = deaf_page(open_page(olga), f"/inbox/{found.pk}/?in=all")

    a_message(a_mail("Where <b>are</b> they?", In_Reply_To="<1@x>"))
    hear_everything()
    a_person("Grace Hopper", email="grace@example.com")
    other = a_conversation(from_="Grace <grace@example.com>", Subject="<i>Cups</i>")

    expect(page.locator(".story .letter").last).to_contain_text("Where <b>are</b> they?")
    expect(page.locator(".story .letter b")).to_have_count(0)
    expect(page.locator(f".inbox-row[data-id='{found.pk}']")).to_contain_text("Where <b>are</b> they?")
    row = page.locator(".inbox-row").first
    expect(row).to_contain_text("Grace Hopper")
    expect(row).to_contain_text("<i>Cups</i>")
    expect(row).to_have_attribute("data-id", str(other.pk))


@pytest.mark.browser
def test_answers_and_notes_of_colleagues_are_drawn_from_the_event_for_agents_too(
    live: LiveProcess, open_page: Callable[..., Page], aino: Member, max_: Member
) -> None:
    a_person("Ada Lovelace", email="ada@example.com", keeper=aino)
    found = a_conversation(Message_ID="<1@x>", Subject="Beans")
    page = deaf_page(open_page(aino), f"/inbox/{found.pk}/?in=all")
    by_max = Actor("member", max_.pk, "Max", None, "test", max_.pk)

    write_conversation_note(found, "I <i>look</i> at it", by=by_max, at=now())
    answer_conversation(found, OutgoingLetter("They are on their way"), by=by_max, at=now())
    unseen = a_conversation(from_="Bo <bo@example.com>", Subject="Tea")
    Conversation.objects.filter(pk=unseen.pk).update(assignee=max_)
    write_conversation_note(unseen, "Not for everybody", by=by_max, at=now())

    expect(page.locator(".story .letter-note[data-heard]")).to_contain_text("I <i>look</i> at it")
    expect(page.locator(".story .letter-out[data-heard]")).to_contain_text("They are on their way")
    row = page.locator(f".inbox-row[data-id='{found.pk}']")
    expect(row).to_contain_text("They are on their way")
    expect(row).not_to_have_class("is-unread")
    expect(page.locator("body")).not_to_contain_text("Not for everybody")


@pytest.mark.browser
def test_a_row_is_drawn_only_where_it_belongs(
    live: LiveProcess, open_page: Callable[..., Page], olga: Member
) -> None:
    first, mine = a_conversation(Message_ID="<1@x>", Subject="Beans"), a_conversation(Subject="Tea")
    for one in (first, mine):
        Conversation.objects.filter(pk=one.pk).update(assignee=olga)
    page = deaf_page(open_page(olga), "/inbox/?in=mine")

    nobodys = a_conversation(from_="Grace <grace@known.example>", Subject="Cups")
    a_message(a_mail("One more thing", In_Reply_To="<1@x>"))
    hear_everything()

    expect(page.locator(f".inbox-row[data-id='{first.pk}']")).to_contain_text("One more thing")
    expect(page.locator(f".inbox-row[data-id='{nobodys.pk}']")).to_have_count(0)
    # Oldest first: a row that was there keeps its place.
    ids = page.locator(".inbox-row").evaluate_all("rows => rows.map((row) => row.dataset.id)")
    assert ids == [str(first.pk), str(mine.pk)]


@pytest.mark.browser
def test_a_long_text_of_any_script_is_cut_marked_and_then_whole(
    live: LiveProcess, open_page: Callable[..., Page], olga: Member
) -> None:
    found = a_conversation(Message_ID="<1@x>", Subject="Beans")
    page = open_page(olga)
    page.goto(f"/inbox/{found.pk}/?in=all")
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    long = "Где мои бобы? " * 700

    a_message(a_mail(f"{long}The end.", In_Reply_To="<1@x>"))
    hear_everything()

    expect(page.locator(".letter[data-heard] .letter-text")).to_contain_text("бобы")
    expect(page.locator(".letter[data-heard]")).to_contain_text("The rest follows in a moment.")
    expect(page.locator(".story .letter").last).to_contain_text("The end.", timeout=15_000)
    expect(page.locator(".letter[data-heard]")).to_have_count(0)
    expect(page.locator(".story .letter")).to_have_count(2)


@pytest.mark.browser
def test_the_same_word_twice_or_late_is_drawn_once(
    live: LiveProcess, open_page: Callable[..., Page], olga: Member
) -> None:
    found = a_conversation(Message_ID="<1@x>", Subject="Beans")
    page = deaf_page(open_page(olga), f"/inbox/{found.pk}/?in=waiting")
    told = {
        "id": found.pk, "who": "Ada", "by": "Ada", "subject": "Beans", "beginning": "Second", "state": "open", "assignee": None,
        "waits": True, "since": now().isoformat(), "at": now().isoformat(), "is_cut": False,
    }  # fmt: skip

    for sequence, text in ((3, "Third"), (3, "Third"), (2, "Second"), (4, "Fourth")):
        publish(WHOLE, {**told, "sequence": sequence, "text": text}, is_kept=False)

    heard = page.locator(".letter[data-heard] .letter-text")
    expect(heard.last).to_have_text("Fourth")
    expect(heard).to_have_text(["Third", "Fourth"])


@pytest.mark.browser
def test_who_loses_the_right_hears_no_more_words(
    live: LiveProcess, open_page: Callable[..., Page], olga: Member, max_: Member
) -> None:
    by = Actor("member", olga.pk, "Olga", None, "test", olga.pk)
    found = a_conversation(Message_ID="<1@x>", Subject="Beans")
    Conversation.objects.filter(pk=found.pk).update(assignee=olga)
    page = open_page(max_)
    page.goto("/inbox/?in=all")
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    page.evaluate("() => { window.words = []; window.hints = 0;"
                  " document.addEventListener('live', ({ detail }) => { if (detail.text) window.words.push(detail.text); });"
                  " document.addEventListener('live:inbox', () => { window.hints += 1; }); }")  # fmt: skip
    a_message(a_mail("Before", In_Reply_To="<1@x>"))
    hear_everything()
    page.wait_for_function("() => window.words.length === 1 && window.hints === 1")

    change_member(max_, {"role": "agent"}, by=by)
    expect(page.locator("html")).not_to_have_attribute("data-live", "on")
    expect(page.locator("html")).to_have_attribute("data-live", "on", timeout=20_000)
    a_message(a_mail("After", In_Reply_To="<1@x>"))
    hear_everything()

    found.refresh_from_db()
    page.wait_for_function("() => window.hints >= 2")
    assert page.evaluate("window.words") == ["Before"]


def deaf_page(page: Page, address: str) -> Page:
    """Open the inbox, connected; whatever it asks from then on is never answered."""
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    page.route("**/inbox/**", lambda _route: None)
    return page


def test_an_exchanged_ticket_hears_what_its_member_may_hear_now(client: Client, aino: Member) -> None:
    old = sign_ticket(django_settings.SECRET_KEY, [TOPIC, WHOLE], member_id=aino.pk)
    client.force_login(aino)

    fresh = client.get(reverse("kit:live_ticket"), {"ticket": old}).json()["ticket"]

    assert read_ticket(django_settings.SECRET_KEY, fresh).topics == (TOPIC,)

"""The live process: what is numbered, who hears it, what happens after a gap."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from queue import Empty, Queue

import psycopg
import pytest
from django.db import connection

from regulars.config.live import LONGEST_QUEUE, RING, Hub, Stream
from regulars.kit.live import ENDED, BadTicket, publish, read_ticket, sign_ticket

KEY = "a key"


def waiting(stream: Stream) -> list[str]:
    told = []
    while not stream.waiting.empty():
        text = stream.waiting.get_nowait()
        told.append("end" if text is None else text.decode().replace("\n", " ").strip())
    return told


def change(hub: Hub, topic: str, **values: object) -> None:
    hub.pass_on(json.dumps({"topic": topic, "change": values}))


def test_a_ticket_says_what_may_be_heard_by_whom_and_until_when() -> None:
    ticket = read_ticket(KEY, sign_ticket(KEY, ["person:7", "feed"], member_id=3, ttl=60, now=1000), now=1059)

    assert (ticket.topics, ticket.member_id, ticket.ends_at) == (("person:7", "feed"), 3, 1060)


def test_a_ticket_that_is_old_forged_or_nonsense_is_refused() -> None:
    good = sign_ticket(KEY, ["a"], now=0, ttl=10)
    body, seal = good.split(".")
    forged = sign_ticket("another key", ["everything"]).split(".")[0]

    for text, now in ((good, 11), (f"{forged}.{seal}", 5), (f"{body}.", 5), ("", 5), ("é.ö", 5)):
        with pytest.raises(BadTicket):
            read_ticket(KEY, text, now=now)


def test_a_stream_hears_its_own_topics_alone() -> None:
    hub = Hub()
    stream = hub.join(["a"], "")

    change(hub, "a", n=1)
    change(hub, "b", n=2)
    change(hub, "a", n=3)

    epoch = hub.epoch
    assert waiting(stream) == [
        f"id: {epoch}-0 event: hello data: {{}}",
        f'id: {epoch}-1 data: {{"topic":"a","n":1}}',
        f'id: {epoch}-3 data: {{"topic":"a","n":3}}',
    ]


def test_who_comes_back_gets_what_was_missed() -> None:
    hub = Hub()
    for number in range(5):
        change(hub, "ab"[number % 2], n=number)

    assert [text.split()[1] for text in waiting(hub.join(["a"], f"{hub.epoch}-1"))] == [
        f"{hub.epoch}-3",
        f"{hub.epoch}-5",
    ]


@pytest.mark.parametrize("last_seen", ["other-1", "nonsense", "{epoch}-99999"])
def test_who_comes_back_with_a_number_we_do_not_know_is_told_of_the_gap(last_seen: str) -> None:
    hub = Hub()
    change(hub, "a", n=1)

    assert "event: gap" in waiting(hub.join(["a"], last_seen.format(epoch=hub.epoch)))[0]


def test_who_missed_more_than_is_remembered_is_told_of_the_gap() -> None:
    hub = Hub()
    for number in range(RING + 2):
        change(hub, "a", n=number)

    assert "event: gap" in waiting(hub.join(["a"], f"{hub.epoch}-1"))[0]


def test_a_lost_database_makes_everybody_ask_again() -> None:
    hub = Hub()
    stream = hub.join(["a"], "")
    before = hub.epoch

    hub.begin_epoch()

    assert hub.epoch != before
    assert "event: gap" in waiting(stream)[-1]


def test_who_does_not_keep_up_is_let_go_without_holding_up_others() -> None:
    hub = Hub()
    slow, quick = hub.join(["a"], ""), hub.join(["a"], "")
    for number in range(LONGEST_QUEUE + 5):
        waiting(quick)
        change(hub, "a", n=number)

    assert waiting(slow)[-1] == "end"
    assert hub.streams == {quick}


def test_leaving_forgets_the_stream_and_its_topics() -> None:
    hub = Hub()
    hub.leave(hub.join(["a", "b"], ""))

    assert (hub.streams, dict(hub.by_topic)) == (set(), {})


def test_what_is_not_kept_is_heard_now_and_never_later() -> None:
    hub = Hub()
    stream = hub.join(["a"], "")

    hub.pass_on(json.dumps({"topic": "a", "change": {"n": 1}, "kept": False}))
    change(hub, "a", n=2)

    assert waiting(stream)[1:] == [
        'data: {"topic":"a","n":1}',
        f'id: {hub.epoch}-1 data: {{"topic":"a","n":2}}',
    ]
    assert waiting(hub.join(["a"], f"{hub.epoch}-0")) == [f'id: {hub.epoch}-1 data: {{"topic":"a","n":2}}']


def test_a_member_whose_rights_changed_loses_the_streams_and_the_tickets_of_before() -> None:
    hub = Hub()
    theirs, anothers, nobodys = (hub.join(["a"], "", member) for member in (1, 2, None))
    before = read_ticket(KEY, sign_ticket(KEY, ["a"], member_id=1))
    after = read_ticket(KEY, sign_ticket(KEY, ["a"], member_id=1, now=time.time() + 2))
    another = read_ticket(KEY, sign_ticket(KEY, ["a"], member_id=2))

    change(hub, ENDED, member=1)

    assert waiting(theirs)[-1] == "end"
    assert hub.streams == {anothers, nobodys}
    assert [hub.is_ended(one) for one in (before, after, another)] == [True, False, False]


# The process itself, against the test database.


@pytest.fixture
def live(transactional_db: None) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "regulars", "live", "--port", str(port)]
    surroundings = {**os.environ, "REGULARS_DATABASE_URL": database_url(), "REGULARS_SECRET_KEY": KEY}
    process = subprocess.Popen(words, env=surroundings)
    wait_until_well(port)
    yield port
    process.terminate()
    assert process.wait(10) == 0


def database_url() -> str:
    values = connection.get_connection_params()
    keep = {
        name: str(values[name]) for name in ("host", "port", "user", "password", "dbname") if values.get(name)
    }
    user = f"{keep.pop('user')}:{keep.pop('password', '')}"
    return f"postgresql://{user}@/{keep.pop('dbname')}?" + "&".join(
        f"{name}={value}" for name, value in keep.items()
    )


def wait_until_well(port: int) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("The live process does not start.")


def listen(port: int, *topics: str, last: str = "") -> "Queue[str]":
    url = f"http://localhost:{port}/live?ticket={sign_ticket(KEY, topics)}"
    answer = urllib.request.urlopen(
        urllib.request.Request(url, headers={"Last-Event-ID": last} if last else {}), timeout=30
    )
    lines: Queue[str] = Queue()

    def read() -> None:
        try:
            for line in answer:
                if line.strip():
                    lines.put(line.decode().strip())
        except (OSError, ValueError):
            pass

    threading.Thread(target=read, daemon=True).start()
    return lines


def take_until(lines: "Queue[str]", start: str) -> list[str]:
    taken = []
    while not taken or not taken[-1].startswith(start):
        try:
            taken.append(lines.get(timeout=10))
        except Empty:
            raise AssertionError(f"{start} never came, only {taken}") from None
    return taken


def test_what_is_published_arrives_and_what_is_rolled_back_does_not(live: int) -> None:
    from django.db import transaction

    lines = listen(live, "person:7")
    take_until(lines, "data:")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish("person:7", {"name": "never"})
        _ = 1 / 0
    with transaction.atomic():
        publish("person:8", {"name": "not ours"})
        publish("person:7", {"name": "Ada"})

    assert take_until(lines, "data:")[-1] == 'data: {"topic":"person:7","name":"Ada"}'


def test_a_change_too_large_to_travel_arrives_as_an_invitation_to_ask(live: int) -> None:
    lines = listen(live, "a")
    take_until(lines, "data:")

    publish("a", {"text": "x" * 10_000})

    assert take_until(lines, "data:")[-1] == 'data: {"topic":"a","ask":true}'


def test_a_browser_without_a_valid_ticket_is_told_to_stay_away(live: int) -> None:
    with urllib.request.urlopen(f"http://localhost:{live}/live?ticket=nonsense", timeout=5) as answer:
        assert answer.status == 204


def test_after_the_database_connection_was_lost_a_gap_is_told(live: int) -> None:
    lines = listen(live, "a")
    take_until(lines, "data:")

    with psycopg.connect(database_url(), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'regulars live' AND datname = current_database()"
        )

    assert "event: gap" in take_until(lines, "event: gap")
    publish("a", {"n": 1})
    assert take_until(lines, 'data: {"topic"')[-1] == 'data: {"topic":"a","n":1}'


def test_many_streams_are_open_at_once_and_the_next_is_still_answered(live: int) -> None:
    ticket = sign_ticket(KEY, ["a"])
    lines = [socket.create_connection(("localhost", live), timeout=30) for _one in range(200)]
    for line in lines:
        line.sendall(f"GET /live?ticket={ticket} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    heard = [read_until(line, b"event: hello") for line in lines]

    assert heard == [True] * 200
    assert urllib.request.urlopen(f"http://localhost:{live}/healthz", timeout=30).read() == b"ok"
    for line in lines:
        line.close()


def read_until(line: socket.socket, wanted: bytes) -> bool:
    """Read until the words came; tell whether they did before the line ended."""
    found = b""
    while wanted not in found:
        piece = line.recv(4096)
        if not piece:
            return False
        found += piece
    return True

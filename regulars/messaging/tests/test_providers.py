"""A provider's API, spoken to a local server that answers as Postmark's does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.secrets import encrypt
from regulars.messaging.actions import channel_named, start_thread, write_message
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.engine.outgoing import OutgoingFile, OutgoingLetter, Recipient
from regulars.messaging.models import Message, Outlet, Sending
from tests.serving import serve

pytestmark = pytest.mark.django_db
BY = Actor.clock("test")
TAKEN = {"ErrorCode": 0, "Message": "OK", "MessageID": "abc-1", "SubmittedAt": "2026-03-02T10:00:00Z"}

INACTIVE = "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: ada@example.com. Inactive recipients are ones that bounced."


class Provider:
    """What it was asked, and what it answers: a status with a body, or None to drop the line."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: tuple[int, dict[str, Any]] | None = (200, TAKEN)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        serve(self.server)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                provider.asked.append(json.loads(body))
                if provider.answer is None:
                    self.connection.close()
                    return
                status, said = provider.answer
                content = json.dumps({"To": provider.asked[-1]["To"], **said}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_words: Any) -> None:
                pass

        return Handler


@pytest.fixture
def provider() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.server.shutdown()
    found.server.server_close()


def send(provider: Provider) -> Sending:
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    options = {"server_token": "x", "api_url": f"http://127.0.0.1:{provider.server.server_port}/"}
    Outlet.objects.create(
        channel=channel, via="provider", provider="postmark", sealed_options=encrypt(json.dumps(options))
    )
    thread = start_thread(subject="Coffee", person=None, channel=channel, by=BY, at=now())
    letter = OutgoingLetter(
        "Hello.", html="<p>Hello.</p>", to=(Recipient("ada@example.com", "Ada"),), files=(OutgoingFile("a.txt", "text/plain", b"hi"),)
    )  # fmt: skip
    write_message(thread, channel, letter, by=BY, at=now(), hold=timedelta(0))
    deliver_everything()
    return Sending.objects.get()


def test_a_provider_takes_a_letter_and_its_name_for_it_is_kept(provider: Provider) -> None:
    sending = send(provider)

    assert (sending.state, sending.provider_id) == ("sent", "abc-1")
    (asked,) = provider.asked
    assert (asked["To"], asked["TextBody"], asked["HtmlBody"]) == (
        "Ada <ada@example.com>",
        "Hello.\n",
        "<p>Hello.</p>",
    )
    headers = {one["Name"]: one["Value"] for one in asked["Headers"]}
    assert headers["Message-ID"] == f"<{Message.objects.get().message_id}>"
    assert asked["ReplyTo"].startswith("desk+r1")
    assert [one["Name"] for one in asked["Attachments"]] == ["a.txt"]


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        ((500, {"Message": "down"}), "waiting", "server:"),
        ((429, {"Message": "slow down"}), "waiting", "server:"),
        ((422, {"ErrorCode": 10, "Message": "Bad token"}), "failed", "server:"),
        ((422, {"ErrorCode": 406, "Message": INACTIVE}), "failed", "server:"),
        ((422, {"ErrorCode": 406, "Message": "In words nobody foresaw"}), "uncertain", "silence:"),
        (None, "uncertain", "silence:"),
    ],
)
def test_each_answer_of_a_provider_is_told_apart(
    provider: Provider, answer: tuple[int, dict[str, Any]] | None, state: str, says: str
) -> None:
    provider.answer = answer

    sending = send(provider)

    assert (sending.state, sending.reason[: len(says)]) == (state, says)
    assert len(provider.asked) == 1


def test_a_provider_without_its_key_cannot_send_and_says_what_it_lacks(db: None) -> None:
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    Outlet.objects.create(channel=channel, via="provider", provider="postmark")
    thread = start_thread(subject="Coffee", person=None, channel=channel, by=BY, at=now())
    letter = OutgoingLetter("Hello.", to=(Recipient("ada@example.com"),))
    write_message(thread, channel, letter, by=BY, at=now(), hold=timedelta(0))

    deliver_everything()

    assert Sending.objects.get().state == "held"
    assert "Postmark" in Outlet.objects.get().problem

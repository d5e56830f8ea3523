"""Pictures of other servers: fetched only when asked for, only from the open internet, only what is a picture."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from regulars.messaging.engine import pictures
from regulars.messaging.engine.pictures import NoPicture, fetch_picture, is_public
from regulars.messaging.views import threads
from regulars.team.models import Member
from tests.cast import a_mail, a_message
from tests.serving import serve

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


class Server:
    """Another server, with pictures and traps."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {
            "/a.png": (200, {"Content-Type": "image/png"}, PNG),
            "/lies.png": (200, {"Content-Type": "image/png"}, b"<html><script>alert(1)</script></html>"),
            "/a.svg": (
                200,
                {"Content-Type": "image/svg+xml"},
                b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
            ),
            "/large.png": (200, {}, PNG + b"0" * 6_000_000),
            "/on": (302, {"Location": "/a.png"}, b""),
            "/in": (302, {"Location": "http://10.0.0.1/a.png"}, b""),
            "/round": (302, {"Location": "/round"}, b""),
            "/file": (302, {"Location": "file:///etc/passwd"}, b""),
            "/gone.png": (404, {}, b""),
        }
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers)))
                status, headers, body = server.answers.get(self.path.partition("?")[0], (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        serve(self.server)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.server.shutdown()


def only_this(ip: str, _port: int) -> bool:
    return ip == "127.0.0.1"


def test_a_picture_is_fetched_and_the_reader_stays_unknown(server: Server) -> None:
    assert fetch_picture(f"{server.url}/a.png?id=7", only_this).content == PNG
    assert fetch_picture(f"{server.url}/on", only_this).content_type == "image/png"

    assert not [1 for _path, headers in server.asked if {"Cookie", "Referer"} & set(headers)]


@pytest.mark.parametrize("path", ["/lies.png", "/a.svg", "/large.png", "/round", "/file", "/gone.png", "/in"])
def test_what_is_no_picture_is_not_handed_on(server: Server, path: str) -> None:
    with pytest.raises(NoPicture):
        fetch_picture(server.url + path, only_this)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.png", "http://localhost/a.png", "http://[::1]/a.png", "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/a.png", "http://2130706433/a.png", "http://0x7f.1/a.png", "http://[::ffff:127.0.0.1]/a.png",
        "file:///etc/passwd", "ftp://example.com/a.png", "http://user@127.0.0.1/", "gopher://127.0.0.1/", "//x", "", "http://",
        "http://[bad", "http://127.0.0.1:22/",
    ],
)  # fmt: skip
def test_no_address_of_our_own_house_is_asked(server: Server, url: str) -> None:
    with pytest.raises(NoPicture):
        fetch_picture(url)
    with pytest.raises(NoPicture):
        fetch_picture(f"{server.url}/a.png")

    assert server.asked == []


def test_a_name_that_changes_its_address_leads_nowhere_else(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    connected: list[Any] = []

    def lookup(host: str, port: int, **_more: Any) -> list[Any]:
        looked_up.append(host)
        # Public when it is checked, private when it is asked once more.
        ip = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    def connect(address: Any, *_args: Any, **_more: Any) -> Any:
        connected.append(address)
        line = socket.socket()
        line.connect(("127.0.0.1", server.port))
        return line

    monkeypatch.setattr(pictures.socket, "getaddrinfo", lookup)
    monkeypatch.setattr(pictures.socket, "create_connection", connect)
    fetch_picture("http://rebinding.example/a.png", is_public)

    assert (looked_up, connected) == (["rebinding.example"], [("93.184.216.34", 80)])


def test_one_private_address_among_public_ones_is_a_trap(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(0, 0, 0, "", ("93.184.216.34", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(pictures.socket, "getaddrinfo", lambda *_args, **_more: both)

    with pytest.raises(NoPicture):
        fetch_picture("http://both.example/a.png")


@pytest.mark.django_db
def test_pictures_come_through_us_when_they_are_asked_for(
    olga: Member, signed_in: Callable[[Member], Client], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_message(
        a_mail(f'<p>Hi</p><img src="{server.url}/a.png?me=1&amp;x=2">', Content_Type="text/html")
    )
    olgas = signed_in(olga)
    frame = f"/messages/{message.pk}/frame/"
    page = olgas.get(f"/messages/threads/{message.thread_id}/").content.decode()
    assert f"{frame}?pictures=1" in page
    assert "/messages/pictures/" not in olgas.get(frame).content.decode()

    shown = olgas.get(f"{frame}?pictures=1")
    address = shown.content.decode().partition('src="/messages/pictures/')[2].partition('"')[0]
    assert "img-src http://testserver/messages/pictures/" in shown.headers["Content-Security-Policy"]
    assert Client().get(f"/messages/pictures/{address}").status_code == 404
    assert server.asked == []

    monkeypatch.setattr(threads, "fetch_picture", lambda url: fetch_picture(url, only_this))
    answer = Client().get(f"/messages/pictures/{address}")

    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert [path for path, _headers in server.asked] == ["/a.png?me=1&x=2"]
    assert Client().get("/messages/pictures/guess/").status_code == 404

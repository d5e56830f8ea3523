"""A small OpenID Connect provider on this machine, for tests of signing in through one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import serve


class Issuer(ThreadingHTTPServer):
    """Says of everyone who comes that they are `person`, and remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.person: dict[str, Any] = {"sub": "u-1", "email": "aino@aalto.example", "email_verified": True}
        self.secrets: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        home = self.server.address
        if self.path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            self._say(
                {"issuer": home, "jwks_uri": f"{home}/jwks"}
                | {f"{k}_endpoint": f"{home}/{v}" for k, v in names.items()}
            )
        elif self.path == "/userinfo":
            self._say(self.server.person)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        self.server.secrets.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._say({"access_token": "let-me-in", "token_type": "Bearer", "expires_in": 60})

    def _say(self, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def an_issuer() -> Iterator[Issuer]:
    """Run a provider for the length of a test."""
    issuer = Issuer()
    thread = serve(issuer)
    try:
        yield issuer
    finally:
        issuer.shutdown()
        issuer.server_close()
        thread.join()

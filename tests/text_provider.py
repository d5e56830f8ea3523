"""A local server that stands in for a provider of texts: it keeps what it is asked and answers as told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import serve


@dataclass
class TextProvider:
    """What was asked, in order, and the answers still to be given: (status, JSON or bytes), or None to hang up."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, Any] | None] = field(default_factory=list)

    def answer(self, *answers: tuple[int, Any] | None) -> None:
        """Give these answers next, in this order."""
        self.answers += answers

    def said(self, place: int = -1) -> Any:
        """Return the JSON of one request."""
        return json.loads(self.asked[place][3])


@contextmanager
def text_provider() -> Iterator[TextProvider]:
    """Run such a server for as long as the block lasts."""
    kept = TextProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            kept.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
            answer = kept.answers.pop(0) if kept.answers else (200, {})
            if answer is None:
                self.close_connection = True
                return
            status, said = answer
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    serve(server)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()

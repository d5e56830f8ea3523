"""Local servers of tests, run in a thread of their own and quick to stop."""

from __future__ import annotations

import threading
from http.server import HTTPServer


def serve(server: HTTPServer) -> threading.Thread:
    """Serve in the background; `server.shutdown()` is heard at once and not only after half a second."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    return thread

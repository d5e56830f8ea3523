"""A real SMTP server for tests: it takes letters, or refuses, delays and drops the line as it is told."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """Keeps what it took as (recipient, bytes); answers come from `says`, by step (MAIL, RCPT, DATA) and recipient."""

    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    says: Callable[[str, str], str] = lambda _step, _recipient: ""
    drops_after_data: bool = False
    controller: Any = None

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.says("MAIL", address)
        if not answer:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.says("RCPT", address)
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.says("DATA", envelope.rcpt_tos[0])
        if answer:
            return answer
        self.taken += [(one, envelope.content) for one in envelope.rcpt_tos]
        if self.drops_after_data:
            server.transport.abort()
        return "250 2.0.0 taken"

    def start(self) -> None:
        """Listen on a port of its own."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        """Listen no more."""
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

"""`regulars mail listen`: a small SMTP or LMTP server that takes mail for our addresses, and for nobody else's."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from contextlib import closing
from typing import Any

from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.intake import LARGEST
from regulars.messaging.actions.receiving import receive
from regulars.messaging.queries.placing import channel_of

NOT_OURS = "550 5.1.1 No such mailbox here"
TOO_MANY = "452 4.5.3 Too many recipients"
TAKEN = "250 2.0.0 Taken in"
NOT_NOW = "451 4.3.0 Not now, try again later"
MOST_RECIPIENTS = 100
# Real mail has lines longer than the standard allows.
LONGEST_LINE = 2**20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to listen and which of the two languages to speak."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=8025, help="the port to listen on; 0: any free one (8025)"
    )
    parser.add_argument("--lmtp", action="store_true", help="speak LMTP, as Postfix and Exim hand mail over")
    parser.add_argument(
        "--largest", type=int, default=50, metavar="MB", help="the largest mail taken in (50)"
    )


def run(options: argparse.Namespace) -> int:
    """Listen until told to stop; what was answered with 250 is committed."""
    asyncio.run(_listen(options))
    return 0


async def _listen(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        factory(is_lmtp=options.lmtp, largest=min(options.largest * 1_000_000, LARGEST)),
        options.host,
        options.port,
    )
    port = server.sockets[0].getsockname()[1]
    sys.stderr.write(f"Listening for {'LMTP' if options.lmtp else 'SMTP'} on {options.host}:{port}\n")
    sys.stderr.flush()
    async with server:
        await stop.wait()


def factory(*, is_lmtp: bool, largest: int) -> Any:
    """Return what makes a conversation with each server that calls."""
    from aiosmtpd.lmtp import LMTP
    from aiosmtpd.smtp import SMTP

    kind = type("Ours", (LMTP if is_lmtp else SMTP,), {"line_length_limit": LONGEST_LINE})
    return lambda: kind(
        Desk(is_lmtp=is_lmtp),
        data_size_limit=largest,
        enable_SMTPUTF8=True,
        hostname="regulars",
        ident="Regulars",
    )


class Desk:
    """Answers for our mailboxes: who is one of them, and whether a mail is safe with us."""

    def __init__(self, *, is_lmtp: bool) -> None:
        self.is_lmtp = is_lmtp

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Let in who writes to us; we carry nothing to others."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        try:
            found = await asyncio.to_thread(_is_ours, address)
        except Exception:  # noqa: BLE001  the other server keeps the mail and comes again
            return NOT_NOW
        if not found:
            return NOT_OURS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Say that a mail was taken when it is in the database, and not before; to LMTP once for each recipient."""
        try:
            taken = await asyncio.to_thread(
                _take, envelope.content, envelope.mail_from or "", envelope.rcpt_tos
            )
        except Exception:  # noqa: BLE001  the other server keeps the mail and comes again
            taken = None
        if not self.is_lmtp:
            return NOT_NOW if taken is None else TAKEN
        answers = (
            [NOT_NOW] * len(envelope.rcpt_tos)
            if taken is None
            else [TAKEN if one else NOT_OURS for one in taken]
        )
        return "\r\n".join(answers)


def _is_ours(address: str) -> bool:
    # Who calls seldom needs no connection in between.
    with closing(connection):
        return channel_of(address) is not None


def _take(raw: bytes, sender: str, recipients: list[str]) -> list[bool]:
    with closing(connection):
        return receive(raw, sender, recipients, by=Actor.clock("mail"), at=now())

import argparse
import asyncio
import logging
import os
import resource
import signal

from regulars.config.commands.web import host, port
from regulars.config.env import env
from regulars.kit.ports import require_free

FAREWELL_SECONDS = 1.0
BACKLOG = 1_024
MOST_FILES = 8_192


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to listen."""
    parser.add_argument("--host", default=host(), help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=port() + 1, help="port to listen on (%(default)s, one above the pages)"
    )


def run(options: argparse.Namespace) -> None:
    """Serve live updates until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    require_free(options.host, {options.port: "live updates"})
    _allow_many_files()
    asyncio.run(_serve(options.host, options.port))


def _allow_many_files() -> None:
    """Let every stream have its file, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > soft:
        most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


async def _serve(address: str, number: int) -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from regulars.config.live import MOST_STREAMS, Hub, Live, listen

    hub = Hub()
    server = Server(
        Live(env.secret_key(), hub),
        address=address,
        port=number,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_level="error",
        backlog=BACKLOG,
        # Else the server takes no more connections than wait in its backlog, 128: a stream is one for as long as its page is open.
        backpressure=MOST_STREAMS + BACKLOG,
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    ear = asyncio.create_task(listen(hub, env.database_url()))
    serving = asyncio.create_task(server.serve())
    await asyncio.wait([serving, asyncio.create_task(stopped.wait())], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    hub.close()
    server.stop()
    # There is nothing to save, and browsers come back by themselves, so nobody is waited for long.
    await asyncio.wait([serving], timeout=FAREWELL_SECONDS)
    ear.cancel()
    os._exit(0)

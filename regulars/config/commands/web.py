import argparse
import os
from collections.abc import Callable
from typing import Any

from regulars.config.env import env
from regulars.kit.clients import answer_one_at_a_time
from regulars.kit.ports import require_free
from regulars.kit.processes import die_with_parent
from regulars.kit.supervisor import MARK

APPLICATION = "regulars.config.wsgi:application"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to listen and with how many processes."""
    parser.add_argument("--host", default=host(), help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=port(), help="port to listen on (%(default)s)")
    parser.add_argument(
        "--processes", type=int, default=processes(), help="processes that answer (%(default)s)"
    )
    parser.add_argument(
        "--reload", action="store_true", help="start again when a file changes (for development)"
    )


def host() -> str:
    """Return the address pages and live updates listen on."""
    return env.text(
        "REGULARS_HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for every network of the machine"
    )


def port() -> int:
    """Return the port of the pages; live updates have the next one."""
    return env.number("REGULARS_PORT", 8000, "Port of pages and API; live updates listen one above")


def public_url(name: str = "localhost", number: int = 0) -> str:
    """Return the address people use: as set, else this machine's own."""
    named = env.text("REGULARS_URL", "", "Address customers and colleagues reach it at")
    return named.rstrip("/") or f"http://{name}:{number or port()}"


def processes() -> int:
    """Return how many processes answer pages."""
    return env.number("REGULARS_WEB_PROCESSES", 2, "Processes that answer pages; one per core is right")


def run(options: argparse.Namespace) -> None:
    """Serve until told to stop; each process answers one request at a time."""
    if options.reload:
        _serve_and_reload(f"{options.host}:{options.port}")
        return
    from granian import Granian
    from granian.constants import Interfaces

    require_free(options.host, {options.port: "pages"})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    server = Granian(
        APPLICATION,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.processes,
        blocking_threads=1,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        log_level="warning",
    )
    server.serve(target_loader=_loader())


def _serve_and_reload(address: str) -> None:
    from django.core.management import call_command

    from regulars.config.commands import set_up_django

    set_up_django()
    call_command("runserver", address)


def _loader() -> Callable[[str], Any]:
    # Loaded before the processes are forked, so that they share the memory of the code.
    import gc

    from regulars.config.wsgi import application

    gc.collect()
    gc.freeze()
    parent = os.getpid()

    def load(_target: str) -> Any:
        if MARK in os.environ:
            die_with_parent(parent)
        answer_one_at_a_time()
        return application

    return load

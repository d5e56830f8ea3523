import argparse
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from regulars.config.commands import postgres_memory, say
from regulars.config.commands.web import host, port, public_url
from regulars.config.env import env
from regulars.kit.locks import only_one
from regulars.kit.ports import require_free
from regulars.kit.postgres import home
from regulars.kit.postgres.server import Server
from regulars.kit.refused import Refused
from regulars.kit.supervisor import Child, Supervisor, clear_leftovers

READY_SECONDS = 60
RESTARTS = 5
EVERYWHERE = ("0.0.0.0", "::", "127.0.0.1", "::1")  # noqa: S104 -- compared, never bound


class SetupStopped(Refused):
    """A step of setting up failed and has said why."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to listen and whether to load the demo."""
    parser.add_argument("--host", default=host(), help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port",
        type=int,
        default=port(),
        help="port of the pages; live updates use the next one (%(default)s)",
    )
    demo = parser.add_mutually_exclusive_group()
    demo.add_argument(
        "--demo", action="store_true", default=None, help="load a real shop's orders with invented names"
    )
    demo.add_argument("--no-demo", action="store_false", dest="demo", help="begin empty and do not ask")
    parser.add_argument(
        "--once", action="store_true", help="set up, print the owner's sign-in link and end without serving"
    )
    parser.add_argument(
        "--reload",
        action="store_true",
        help="show logs and start again when a file changes (for development)",
    )


def run(options: argparse.Namespace) -> int:
    """Set up what is missing, then serve until told to stop."""
    data = home.prepare(env.data_dir())
    os.environ["REGULARS_DATA"] = str(data)
    with only_one(data / "regulars.lock", f"Regulars already runs with the data folder {data}"):
        if clear_leftovers(data):
            say("Ended what a killed run had left behind.")
        if not options.once:
            require_free(options.host, {options.port: "pages", options.port + 1: "live updates"})
        with _database(data) as server:
            link = _set_up(data, options.demo)
            address = _address(options)
            if options.once:
                say("Everything is set up. Sign in as the owner, once, with this link after starting:")
                sys.stdout.write(f"{address}{link}\n")
                return 0
            return _serve(options, data, server, f"{address}{link}")


@contextlib.contextmanager
def _database(data: Path) -> Iterator[Server | None]:
    if not env.is_embedded():
        yield None
        return
    server = Server(data, say, memory_mb=postgres_memory())
    is_first = not (data / "postgres.json").exists()
    say("Making the database." if is_first else "Starting the database.")
    server.hold(dies_with_us=True)
    try:
        yield server
    finally:
        say("Stopping the database.")
        server.let_go()


def _set_up(data: Path, demo: bool | None) -> str:
    told = _prepare()
    if told["is_empty"] and _wants_demo(data, demo):
        say("Loading the demo: a real shop's orders with invented names. This takes a minute.")
        _run("demo")
        told = _prepare()
    return str(told["link"])


def _prepare() -> dict[str, Any]:
    return dict(json.loads(_run("setup", capture=True)))


def _wants_demo(data: Path, told: bool | None) -> bool:
    answers = data / "answers.json"
    if told is None and answers.exists():
        return False
    if told is None and sys.stdin.isatty():
        told = _ask()
    if told is not None:
        answers.write_text(json.dumps({"demo": told}))
    return bool(told)


def _ask() -> bool:
    sys.stderr.write("Load a demo shop to look around in? It can be removed with one click. [Y/n] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def _run(command: str, *, capture: bool = False) -> str:
    # A process of its own: the supervisor stays small, since it never loads Django.
    done = subprocess.run(
        _python(command), stdout=subprocess.PIPE if capture else sys.stderr, text=True, check=False
    )
    if done.returncode:
        raise SetupStopped(
            f"Setting up stopped at “{command}”; what was done is kept. Put right what is said above and start again."
        )
    return done.stdout if capture else ""


def _python(*words: str) -> list[str]:
    return [sys.executable, "-m", "regulars", *words]


def _address(options: argparse.Namespace) -> str:
    # Passkeys need a host name, so this machine is always called localhost.
    name = "localhost" if options.host in EVERYWHERE else options.host
    return public_url(name, options.port)


def _serve(options: argparse.Namespace, data: Path, server: Server | None, link: str) -> int:
    where = ["--host", options.host, "--port"]
    reload = ["--reload"] if options.reload else []
    children = [
        Child("web", _python("web", *where, str(options.port), *reload)),
        Child("live", _python("live", *where, str(options.port + 1)), patience=3.0),
        Child("worker", _python("worker"), patience=20.0),
    ]
    supervisor = Supervisor(
        children,
        data,
        say,
        logs_to_console=options.reload,
        watch=Keeper(server).look,
        address=_address(options),
    )
    greeting = threading.Thread(target=_greet, args=(options, link, supervisor), daemon=True)
    say("Starting web, live and worker.")
    supervisor.run(when_started=greeting.start)
    say("Stopped.")
    return 0


class Keeper:
    """Starts the database again when it died; gives up only when it will not start several times in a row."""

    def __init__(self, server: Server | None) -> None:
        self._server = server
        self._failures = 0

    def look(self) -> None:
        """Start the database again when it is not running."""
        if self._server is None or self._server.is_alive():
            return
        say("The database stopped; starting it again.")
        try:
            self._server.ensure(dies_with_us=True)
            self._failures = 0
        except Refused as problem:
            self._failures += 1
            if self._failures == RESTARTS:
                raise
            say(f"{problem}\nIt is tried again.")


def _greet(options: argparse.Namespace, link: str, supervisor: Supervisor) -> None:
    end = time.monotonic() + READY_SECONDS
    while not supervisor.is_stopping():
        state = _health(options)
        if state.get("web") == "ok" and (set(state.values()) == {"ok"} or time.monotonic() > end):
            say(_welcome(_address(options), link, state))
            return
        failing = supervisor.failing()
        if failing or time.monotonic() > end:
            name = failing.name if failing else "web"
            say(
                f"{name} does not start. Why is written in {supervisor.folder / f'{name}.log'}; “regulars doctor” checks the rest."
            )
            return
        time.sleep(0.1)


def _health(options: argparse.Namespace) -> dict[str, Any]:
    name = "localhost" if options.host in EVERYWHERE else options.host
    try:
        with urllib.request.urlopen(f"http://{name}:{options.port}/healthz", timeout=5) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as problem:
        with contextlib.suppress(ValueError):
            return dict(json.load(problem))
    except (OSError, ValueError):
        pass
    return {}


def _welcome(address: str, link: str, state: dict[str, Any]) -> str:
    lines = [
        "",
        f"  Regulars is ready at  {address}",
        f"  Sign in as the owner  {link}",
        "  (the link works once; Ctrl-C stops everything)",
    ]
    lines += [f"  Not well yet: {name} {what}" for name, what in state.items() if what != "ok"]
    return "\n".join([*lines, ""])

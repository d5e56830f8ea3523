"""The console command: a registry of subcommands that are loaded only when called.

`config/commands` registers the subcommands of every room as (words, help, module). A command's module offers
`arguments(parser)` and `run(options)`, which returns the exit code: 0 done, 1 refused or some rows failed; 2 is wrong usage.
"""

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from regulars.kit.refused import Refused

# nothing: no Django; django: its apps, no database; database: a server that answers, the embedded one is started.
Needs = Literal["nothing", "django", "database"]
CONFIG = "regulars.config.commands"
HELP = ("-h", "--help", "help")


@dataclass(frozen=True)
class Command:
    words: str
    help: str
    module: str
    needs: Needs = "database"
    is_listed: bool = True


_commands: dict[str, Command] = {}


def register_command(
    words: str, help: str, module: str, needs: Needs = "database", *, is_listed: bool = True
) -> None:
    """Offer a subcommand of one or two words; its module is imported when it is called."""
    _commands[words] = Command(words, help, module, needs, is_listed)


def commands() -> dict[str, Command]:
    """Return the subcommands of every room by their words."""
    importlib.import_module(CONFIG)
    return dict(_commands)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code; what was refused is one sentence, never a traceback."""
    try:
        return _dispatch(list(sys.argv[1:] if arguments is None else arguments))
    except Refused as refusal:
        _tell(str(refusal))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) went away; Python must not complain about it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _dispatch(arguments: list[str]) -> int:
    arguments = _take_data(arguments)
    known = commands()
    command = _find(arguments, known)
    if command is None:
        return _overview(arguments, known)
    rest = arguments[len(command.words.split()) :]
    return _run(command, rest)


def _take_data(arguments: list[str]) -> list[str]:
    """Read `--data DIR` of any subcommand before the settings are."""
    words = iter(arguments)
    kept = []
    for word in words:
        if word == "--data" and "--" not in kept:
            os.environ["REGULARS_DATA"] = next(words, "")
        elif word.startswith("--data="):
            os.environ["REGULARS_DATA"] = word.partition("=")[2]
        else:
            kept.append(word)
    return kept


def _find(arguments: list[str], known: dict[str, Command]) -> Command | None:
    return known.get(" ".join(arguments[:2])) or known.get(" ".join(arguments[:1]))


def _run(command: Command, rest: list[str]) -> int:
    config = importlib.import_module(CONFIG)
    if command.needs != "nothing":
        config.set_up_django()
    module = importlib.import_module(command.module)
    parser = argparse.ArgumentParser(prog=f"regulars {command.words}", description=command.help)
    parser.add_argument("--data", metavar="DIR", help="the data folder (as REGULARS_DATA)")
    module.arguments(parser)
    options = parser.parse_args(rest)
    with _surroundings(command, config):
        return int(module.run(options) or 0)


def _surroundings(command: Command, config: Any) -> AbstractContextManager[object]:
    surroundings: AbstractContextManager[object] = config.with_database(command.needs == "database")
    return surroundings


def _overview(arguments: list[str], known: dict[str, Command]) -> int:
    if arguments[:1] in (["--version"], ["version"]):
        sys.stdout.write(f"regulars {_version()}\n")
        return 0
    words = [word for word in arguments if word not in HELP]
    group = [command for command in known.values() if words and command.words.startswith(f"{words[0]} ")]
    if words and not group:
        _tell(f"There is no subcommand “{words[0]}”.{_guess(words[0], known)} See: regulars --help")
        return 2
    sys.stdout.write("\n".join(_listing(group or list(known.values()))) + "\n")
    return 0 if len(words) < len(arguments) else 2


def _listing(group: list[Command]) -> Iterator[str]:
    yield "usage: regulars [--data DIR] COMMAND …\n"
    listed = [command for command in group if command.is_listed]
    width = max(len(command.words) for command in listed)
    for command in listed:
        yield f"  {command.words:<{width}}  {command.help}"
    yield "\nregulars COMMAND --help tells more. Exit codes: 0 done, 1 refused or some rows failed, 2 wrong usage."


def _guess(word: str, known: dict[str, Command]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean “{close[0]}”?" if close else ""


def _version() -> str:
    try:
        return version("regulars")
    except PackageNotFoundError:
        return "from source"


def _tell(text: str) -> None:
    sys.stderr.write(text.rstrip() + "\n")

"""Reading our own source: which function announces which event, and who hears it.

Functions are followed by name through imports, as far as our own package goes. What a function mentions in its body counts,
so an event handed on as a class is found too; annotations and decorators do not count.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from regulars.kit.events import EVENTS, Event, followers, reactions_to

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {"tests", "migrations"}


@dataclass(frozen=True)
class Function:
    """One function of ours: where it stands, what it mentions."""

    module: str
    name: str
    line: int
    docstring: str
    mentions: frozenset[str] = field(compare=False)

    @property
    def path(self) -> str:
        """Where it stands, as an editor opens it."""
        file = ROOT.parent / self.module.replace(".", "/")
        shown = file.with_suffix(".py") if file.with_suffix(".py").exists() else file / "__init__.py"
        return f"{shown.relative_to(ROOT.parent)}:{self.line}"

    @property
    def full_name(self) -> str:
        return f"{self.module}.{self.name}"


@cache
def functions() -> dict[str, Function]:
    """Return every function of ours by its full name."""
    return {one.full_name: one for path in _files() for one in _functions_of(path)}


def _files() -> list[Path]:
    files = sorted(ROOT.rglob("*.py"))
    return [path for path in files if not LEFT_OUT & set(path.relative_to(ROOT).parts)]


def module_of(path: Path) -> str:
    """Return the dotted name of a file of ours."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _functions_of(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = module_of(path)
    names = _names_of(tree, module)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield Function(
                module, node.name, node.lineno, _first_line(ast.get_docstring(node)), _mentions(node, names)
            )
        elif isinstance(node, ast.ClassDef):
            yield from (
                _method(module, node, one, names) for one in node.body if isinstance(one, ast.FunctionDef)
            )


def _method(module: str, owner: ast.ClassDef, node: ast.FunctionDef, names: dict[str, str]) -> Function:
    name = f"{owner.name}.{node.name}"
    return Function(module, name, node.lineno, _first_line(ast.get_docstring(node)), _mentions(node, names))


def _names_of(tree: ast.Module, module: str) -> dict[str, str]:
    """Return what each name of a module stands for: a function or class of its own, or something imported."""
    names = {
        node.name: f"{module}.{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _mentions(node: ast.FunctionDef, names: dict[str, str]) -> frozenset[str]:
    found = set()
    for statement in node.body:
        for part in ast.walk(statement):
            if isinstance(part, ast.Name) and part.id in names:
                found.add(names[part.id])
            elif (
                isinstance(part, ast.Attribute)
                and isinstance(part.value, ast.Name)
                and part.value.id in names
            ):
                found.add(f"{names[part.value.id]}.{part.attr}")
    return frozenset(found)


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]


@cache
def _events_by_path() -> dict[str, type[Event]]:
    """Return our events by every name they are imported under."""
    known = {}
    for event in our_events():
        room = event.__module__.split(".events")[0]
        known[f"{event.__module__}.{event.__qualname__}"] = event
        known[f"{room}.events.{event.__qualname__}"] = event
    return known


def our_events() -> list[type[Event]]:
    """Return the events of the rooms, without those that tests make up, by kind."""
    ours = [event for event in EVENTS.values() if event.__module__.startswith("regulars.")]
    return sorted(
        (event for event in ours if ".tests." not in event.__module__), key=lambda event: event.kind
    )


def said_by(event: type[Event]) -> list[Function]:
    """Return the functions that mention an event in order to announce it."""
    paths = {path for path, known in _events_by_path().items() if known is event}
    return [one for one in functions().values() if paths & one.mentions and ".reactions" not in one.module]


def events_of(function: Function) -> list[type[Event]]:
    """Return the events that a function announces, itself or through what it calls."""
    known = _events_by_path()
    found = {known[name] for one in _reached(function) for name in one.mentions if name in known}
    return sorted(found, key=lambda event: event.kind)


def _reached(function: Function) -> list[Function]:
    seen: dict[str, Function] = {}
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if one.full_name not in seen:
            seen[one.full_name] = one
            waiting += [found for name in one.mentions if (found := _resolve(name))]
    return list(seen.values())


def _resolve(name: str) -> Function | None:
    """Return the function a name stands for, also where a package hands it on."""
    found = functions().get(name)
    if found is not None or not name.startswith("regulars."):
        return found
    module, _dot, attribute = name.rpartition(".")
    try:
        thing: Any = inspect.unwrap(getattr(import_module(module), attribute))
    except (ImportError, AttributeError, TypeError):
        return None
    home = getattr(thing, "__module__", "")
    return functions().get(f"{home}.{getattr(thing, '__qualname__', '')}")


def find(name: str) -> list[Function]:
    """Return the functions of this name, actions first."""
    found = [one for one in functions().values() if name in (one.name, one.full_name)]
    return sorted(found, key=lambda one: (".actions" not in one.module, one.full_name))


def heard_by(event: type[Event]) -> list[Function]:
    """Return the reactions that hear an event."""
    return [
        _as_function(reaction)
        for reaction in reactions_to(event.kind)
        if ".tests." not in reaction.__module__
    ]


def followed_by() -> list[Function]:
    """Return those who read everything."""
    return [_as_function(one.read) for one in followers() if ".tests." not in one.read.__module__]


def _as_function(known: Callable[..., Any]) -> Function:
    plain = inspect.unwrap(known)
    line = inspect.getsourcelines(plain)[1]
    return Function(plain.__module__, plain.__qualname__, line, _first_line(plain.__doc__), frozenset())

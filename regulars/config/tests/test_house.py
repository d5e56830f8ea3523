"""What holds for every room: how long files are, who may write, whom one may know, and that each room says what it is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.urls import get_resolver

ROOT = Path(__file__).resolve().parents[3]
HOUSE = ROOT / "regulars"
ROOMS = ("team", "people", "timeline", "commerce", "messaging", "inbox", "insights")
FLOORS = (
    ("kit",),
    ("team",),
    ("people",),
    ("timeline",),
    ("commerce", "messaging"),
    ("inbox",),
    ("insights",),
    ("config",),
)
MOST_LINES = 400
CODE = (".py", ".html", ".js", ".css", ".sh")
HEAVY = {
    "polars",
    "duckdb",
    "pandas",
    "numpy",
    "scipy",
    "pyarrow",
    "python_calamine",
    "xlsxwriter",
    "ibis",
    "sklearn",
}
DOORS = {"views", "forms", "api", "tasks", "urls"}

# Who writes outside actions and models, and why that is right.
WRITERS = {
    "config/door.py": "keeps the answer to a repeated request in the transaction of the request itself",
    "kit/postgres/backend/base.py": "names the statements that are planned once, and writes none of its own",
    "config/doctor.py": "tries whether the append-only tables refuse, and takes it back",
}
ALWAYS_WRITES = {"save", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
WRITES_ON_ROWS = {"create", "update", "delete"}
ROWS = (".objects", ".all()", ".filter(", ".exclude(")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count for path in our_files() if (count := lines_of(path)) > MOST_LINES
    }

    assert long == {}


def our_files() -> Iterator[Path]:
    for top in ("regulars", "tests", "bin", "benchmarks"):
        for path in (ROOT / top).rglob("*"):
            parts = path.relative_to(ROOT).parts
            if path.suffix in CODE and path.is_file() and not {"vendor", "migrations", "data"} & set(parts):
                yield path


def lines_of(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_it_is(room: str) -> None:
    module = ast.get_docstring(ast.parse((HOUSE / room / "__init__.py").read_text()))

    assert module
    assert len((HOUSE / room / "README.md").read_text()) > 500


def test_relations_point_down() -> None:
    upward = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if is_our_relation(field) and not is_down(model, field.related_model)
    ]

    assert upward == []


def is_our_relation(field: object) -> bool:
    is_forward = getattr(field, "is_relation", False) and getattr(field, "concrete", False)
    other = getattr(field, "related_model", None)
    return bool(
        is_forward and other and other.__module__.startswith("regulars.")
    ) and field.model.__module__.startswith("regulars.")  # type: ignore[attr-defined]


def is_down(model: type, other: type) -> bool:
    return room_of(model) == room_of(other) or floor_of(model) > floor_of(other)


def floor_of(model: type) -> int:
    return next(n for n, rooms in enumerate(FLOORS) if room_of(model) in rooms)


def room_of(model: type) -> str:
    return model.__module__.split(".")[1]


def test_only_a_room_itself_and_config_open_its_doors() -> None:
    graph = grimp.build_graph("regulars")
    opened = [
        f"{importer} -> {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if opens_a_foreign_door(importer, imported)
    ]

    assert sorted(opened) == []


def opens_a_foreign_door(importer: str, imported: str) -> bool:
    ours, theirs = [*importer.split("."), "", ""], [*imported.split("."), "", ""]
    if "tests" in ours or ours[1] == "config" or theirs[1] in ("kit", "config"):
        return False
    return ours[1] != theirs[1] and theirs[2] in DOORS


def test_only_actions_and_models_write() -> None:
    found = {
        name: writes
        for path in HOUSE.rglob("*.py")
        if (writes := writes_of(path))
        for name in [name_of(path)]
    }

    assert {name: writes for name, writes in found.items() if name not in WRITERS} == {}
    assert set(WRITERS) <= set(found)


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def writes_of(path: Path) -> list[str]:
    parts = path.relative_to(HOUSE).parts
    shelf = parts[1].removesuffix(".py") if len(parts) > 1 else ""
    if shelf in ("actions", "models", "migrations", "tests") or "tests" in parts:
        return []
    return [
        line for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if (line := write_in(node))
    ]


def write_in(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        rows = ast.unparse(node.func.value)
        is_on_rows = node.func.attr in WRITES_ON_ROWS and any(word in rows for word in ROWS)
        return f"{node.lineno}: {node.func.attr}" if node.func.attr in ALWAYS_WRITES or is_on_rows else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        words = node.value.split(maxsplit=2)[:2]
        return (
            f"{node.lineno}: {' '.join(words)}"
            if words in (["INSERT", "INTO"], ["DELETE", "FROM"]) or words[:1] == ["UPDATE"]
            else ""
        )
    return ""


@pytest.mark.slow
def test_starting_up_imports_nothing_heavy() -> None:
    program = (
        "import django, sys; django.setup(); import regulars.config.urls, regulars.kit.workshop;"
        "from django.urls import get_resolver; get_resolver().url_patterns; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert HEAVY & {name.split(".")[0] for name in done.stdout.split()} == set()


def test_every_room_with_addresses_is_mounted() -> None:
    mounted = set(get_resolver().namespace_dict)
    rooms = {path.parent.name for path in HOUSE.glob("*/urls.py")} - {"config"}

    assert rooms <= mounted

"""Every setting stands in docs/run/settings.md, with its default and its meaning, and no other does."""

import importlib
import re
from pathlib import Path

from regulars.config.env import env

PAGE = Path(__file__).resolve().parents[3] / "docs" / "run" / "settings.md"
ROW = re.compile(r"^\| `(?P<name>REGULARS_\w+)` \| (?P<default>.*?) \| (?P<meaning>.+?) \|$", re.MULTILINE)
READERS = ("regulars.config.settings", "regulars.config.commands.web", "regulars.config.doctor")
FOR_TESTS = ("REGULARS_TEST_DATABASE_URL",)


def test_the_page_of_settings_says_what_the_code_reads() -> None:
    for name in READERS:
        importlib.import_module(name)
    read_all()

    documented = {
        row["name"]: (row["default"].strip("`"), row["meaning"]) for row in ROW.finditer(PAGE.read_text())
    }
    known = {s.name: (s.default, s.meaning) for s in env.settings.values() if s.name not in FOR_TESTS}

    assert documented == known


def read_all() -> None:
    """Ask for what is only read when needed."""
    from regulars.config.commands import postgres_memory
    from regulars.config.commands.web import host, port, processes, public_url

    for read in (postgres_memory, host, port, processes, public_url, env.data_dir, env.database_url):
        read()
    for name in ("REGULARS_OWNER_DATABASE_URL", "REGULARS_SECRET_KEY"):
        assert name in env.settings or read_owner_and_key()


def read_owner_and_key() -> bool:
    env.owner_database_url()
    env.secret_key()
    return True

"""The console command, called as people call it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars.kit.cli import commands, main


def regulars(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "PYTEST"))}
    words = (sys.executable, "-m", "regulars", *words)
    return subprocess.run(words, capture_output=True, text=True, env={**kept, **more}, check=False)


def test_help_lists_the_commands_quickly() -> None:
    start = time.monotonic()
    done = regulars("--help")

    assert done.returncode == 0
    assert "  up " in done.stdout
    assert "setup" not in done.stdout.split("Exit codes")[0].split("What `up`")[0].splitlines()
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_has_help(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words.split(), "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: regulars {words}")


def test_no_command_is_wrong_usage() -> None:
    done = regulars()

    assert done.returncode == 2
    assert done.stdout.startswith("usage: regulars")


def test_a_mistyped_command_is_guessed() -> None:
    done = regulars("docter")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no subcommand “docter”. Did you mean “doctor”? See: regulars --help\n"


def test_an_unknown_option_is_wrong_usage() -> None:
    assert regulars("up", "--nonsense").returncode == 2


def test_a_refusal_is_one_sentence_and_code_one(tmp_path: Path) -> None:
    done = regulars("live", "--port", "70000", "--data", str(tmp_path))

    assert done.returncode == 1
    assert done.stderr == "Nothing can listen on 127.0.0.1, port 70000: ports go from 1 to 65535.\n"


@pytest.mark.slow
def test_the_doctor_says_what_is_wrong_without_a_database(tmp_path: Path) -> None:
    done = regulars(
        "doctor",
        "--json",
        REGULARS_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        REGULARS_DATA=str(tmp_path),
    )
    report = json.loads(done.stdout)

    assert done.returncode == 1
    assert not report["ok"]
    (database,) = (check for check in report["checks"] if check["name"] == "database")
    assert not database["is_ok"]
    assert database["advice"] == "Check REGULARS_DATABASE_URL and that the server runs."

"""bin/up before there is anything to run it with."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(__file__).resolve().parent.parent / "bin"


def run_setup(tmp_path: Path, prelude: str) -> subprocess.CompletedProcess[str]:
    shutil.copytree(BIN, tmp_path / "bin", dirs_exist_ok=True)
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'bin')!r}); {prelude}; import _setup; _setup.ready()"
    )
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env={"PATH": "/nowhere"}
    )


def test_an_old_python_is_told_what_to_do(tmp_path: Path) -> None:
    done = run_setup(tmp_path, "sys.version_info = (3, 8, 10, 'final', 0)")

    assert done.returncode == 1
    assert done.stderr.startswith("Regulars needs Python 3.11 or newer; this is Python 3.8")
    assert "apt install python3.11" in done.stderr


def test_a_missing_lock_is_named(tmp_path: Path) -> None:
    done = run_setup(tmp_path, "pass")

    assert done.returncode == 1
    assert "requirements.txt is missing" in done.stderr


def test_a_full_disk_is_said_before_anything_is_installed(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    full = "import collections, shutil; shutil.disk_usage = lambda path: collections.namedtuple('Usage', 'free')(2**20)"

    done = run_setup(tmp_path, full)

    assert done.returncode == 1
    assert done.stderr.startswith("Only 1 MB are free")


@pytest.mark.slow
def test_a_package_that_is_not_what_was_locked_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "regulars_probe"
    (package / "src").mkdir(parents=True)
    archive = shutil.make_archive(str(tmp_path / "probe-1.0"), "zip", package)
    (tmp_path / "requirements.txt").write_text(f"probe @ file://{archive} --hash=sha256:{'0' * 64}\n")

    done = run_setup(tmp_path, "pass")

    assert done.returncode == 1
    assert "is not the one that was locked" in done.stderr


def test_the_scripts_can_be_read_by_an_old_python() -> None:
    import ast

    for name in ("up", "_setup.py"):
        assert ast.parse((BIN / name).read_text(), feature_version=(3, 4)).body


def test_no_lock_names_an_index() -> None:
    for lock in BIN.parent.glob("requirements*.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert not any(word in text for word in ("://", "--index-url", "--extra-index-url", "--find-links"))

"""The embedded server, really set up, killed and started again."""

import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from regulars.kit.postgres import address, binaries, cluster, home, server, tuning
from regulars.kit.postgres.account import Account, choose
from regulars.kit.postgres.address import APP_ROLE, OWNER_ROLE, SUPER_ROLE
from regulars.kit.postgres.server import Server
from regulars.kit.processes import is_running

HOLDER = """
import pathlib, sys, time
from regulars.kit.postgres.server import Server
server = Server(pathlib.Path(sys.argv[1]), is_throwaway=True)
server.hold(dies_with_us=sys.argv[2] == "yes")
print(server.pid(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    # Not tmp_path: as root the server runs as another user, who may not enter pytest's folders.
    with tempfile.TemporaryDirectory(prefix="regulars-pg-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="regulars-pg-") as folder:
        Path(folder).chmod(0o711)
        with Server(Path(folder) / "data", is_throwaway=True) as running:
            yield running


def ask(running: Server, sql: str, role: str = SUPER_ROLE) -> object:
    assert running.place is not None
    with psycopg.connect(running.place.url(role), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone() if cursor.description else None


def start_holder(data: Path, *, dies: bool) -> tuple[subprocess.Popen[str], int]:
    words = [sys.executable, "-c", HOLDER, str(data), "yes" if dies else "no"]
    holder = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    return holder, int(holder.stdout.readline())


def wait_until_gone(pid: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_running(pid)


def test_it_sorts_alike_on_every_machine_and_speaks_utf8(running: Server) -> None:
    found = ask(
        running,
        "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database WHERE datname = 'regulars'",
    )

    assert found == ("UTF8", "b", "C.UTF-8")


def test_nobody_gets_in_without_a_password(running: Server) -> None:
    assert running.place is not None
    url = address.socket_url(running.place.socket, SUPER_ROLE, "wrong")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_it_does_not_listen_on_the_network(running: Server) -> None:
    assert ask(running, "SHOW listen_addresses") == ("",)


def test_the_passwords_lie_in_a_file_only_we_may_read(running: Server) -> None:
    assert stat.S_IMODE(address.file_of(running.data).stat().st_mode) == 0o600


def test_data_and_socket_are_closed_to_others(running: Server) -> None:
    assert running.place is not None
    modes = {
        stat.S_IMODE(Path(place).stat().st_mode) for place in (running.place.cluster, running.place.socket)
    }

    assert modes == {0o700}


def test_the_app_role_makes_no_tables(running: Server) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(running, "CREATE TABLE mine (id int)", APP_ROLE)
    ask(running, "CREATE TABLE ours (id int)", OWNER_ROLE)


def test_the_app_role_makes_temporary_tables_for_imports(running: Server) -> None:
    assert ask(running, "CREATE TEMPORARY TABLE staged (id int)", APP_ROLE) is None


@pytest.mark.slow
def test_the_second_start_keeps_data_and_is_quick(data: Path) -> None:
    with Server(data, is_throwaway=True) as first:
        ask(first, "CREATE TABLE kept AS SELECT 7 AS number", OWNER_ROLE)

    start = time.monotonic()
    with Server(data, is_throwaway=True) as second:
        took = time.monotonic() - start
        assert ask(second, "SELECT number FROM kept", OWNER_ROLE) == (7,)
    assert took < 3


@pytest.mark.slow
def test_a_killed_server_recovers_what_was_committed(data: Path) -> None:
    with Server(data) as first:
        ask(first, "CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) n", OWNER_ROLE)
        pid = first.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
        assert not first.is_alive()

        first.ensure()
        assert ask(first, "SELECT count(*) FROM kept", OWNER_ROLE) == (1000,)


@pytest.mark.slow
def test_a_server_whose_starter_was_killed_is_adopted_and_then_stopped(data: Path) -> None:
    holder, pid = start_holder(data, dies=False)
    holder.kill()
    holder.wait()
    assert is_running(pid)

    with Server(data) as adopted:
        assert adopted.pid() == pid
    assert wait_until_gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells children of their parent's death.")
@pytest.mark.slow
def test_a_server_tied_to_its_starter_stops_cleanly_when_that_is_killed(data: Path) -> None:
    holder, pid = start_holder(data, dies=True)

    holder.kill()
    holder.wait()

    assert wait_until_gone(pid)
    assert "shut down" in (data / "postgres" / "server.log").read_text().splitlines()[-1]


@pytest.mark.slow
def test_the_last_user_stops_the_server_and_no_earlier_one(data: Path) -> None:
    first, second = Server(data, is_throwaway=True), Server(data, is_throwaway=True)
    first.hold()
    second.hold()

    first.let_go()
    assert second.is_alive()
    second.let_go()
    assert not second.is_alive()


@pytest.mark.slow
def test_a_pid_file_whose_number_now_belongs_to_somebody_else_is_seen_through(data: Path) -> None:
    with Server(data, is_throwaway=True):
        pass
    stale = data / "postgres" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1700000000\n5432\n\n\n  1 2\nready   \n")

    with Server(data, is_throwaway=True) as again:
        assert again.is_alive()


@pytest.mark.slow
def test_lost_passwords_are_renewed(data: Path) -> None:
    with Server(data, is_throwaway=True) as first:
        ask(first, "CREATE TABLE kept AS SELECT 7 AS number", OWNER_ROLE)
        before = first.place
    address.file_of(data).unlink()

    with Server(data, is_throwaway=True) as second:
        assert ask(second, "SELECT number FROM kept", OWNER_ROLE) == (7,)
        assert second.place != before


@pytest.mark.slow
def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    home.prepare(data)
    place, account = home.settle(data)
    half = Path(place.cluster) / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")

    with Server(data, is_throwaway=True) as whole:
        assert whole.is_alive()
    assert not half.exists()


@pytest.mark.slow
def test_a_cluster_of_another_major_version_is_refused_with_advice(data: Path) -> None:
    with Server(data, is_throwaway=True) as first:
        assert first.place is not None
        version = Path(first.place.cluster) / "data" / "PG_VERSION"
    version.write_text("14\n")

    with pytest.raises(cluster.OtherMajor, match=r"PostgreSQL 14.*backup"):
        Server(data).hold()


@pytest.mark.slow
def test_damaged_files_are_reported_with_the_log_and_advice(data: Path) -> None:
    with Server(data, is_throwaway=True):
        pass
    (data / "postgres" / "data" / "global" / "pg_control").write_bytes(b"nonsense")

    with pytest.raises(server.WillNotStart, match="did not start"):
        Server(data).hold()


@pytest.mark.slow
def test_the_operators_own_settings_win(data: Path) -> None:
    with Server(data, is_throwaway=True):
        pass
    (data / "postgres" / "data" / "local.conf").write_text("work_mem = '7MB'\n")

    with Server(data, is_throwaway=True) as running:
        assert ask(running, "SHOW work_mem") == ("7MB",)


@pytest.mark.slow
def test_a_path_too_long_for_a_socket_gets_a_private_folder(data: Path) -> None:
    deep = data.with_name("a" * 60) / ("b" * 60)
    deep.parent.mkdir(mode=0o711)

    with Server(deep, is_throwaway=True) as running:
        assert running.place is not None
        socket = Path(running.place.socket)
        assert len(str(socket)) < 60
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert ask(running, "SELECT 1") == (1,)
    socket.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to run the server as somebody else.")
def test_as_root_the_server_runs_as_somebody_without_rights(running: Server) -> None:
    pid = running.pid()

    assert Path(f"/proc/{pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to run the server as somebody else.")
@pytest.mark.slow
def test_as_root_a_closed_folder_stays_closed_and_the_files_go_elsewhere(data: Path) -> None:
    closed = data.parent / "closed"
    closed.mkdir(mode=0o700)

    with Server(closed / "data", is_throwaway=True) as running:
        assert running.place is not None
        cluster_home = Path(running.place.cluster)
        assert ask(running, "SELECT 1") == (1,)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert cluster_home.parent == home.SERVER_FOLDERS
    subprocess.run(["rm", "-r", str(cluster_home)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to run the server as somebody else.")
@pytest.mark.slow
def test_as_root_programs_behind_a_closed_folder_are_copied(data: Path) -> None:
    home.prepare(data)
    original = binaries.locate()
    hidden = data.parent / "hidden"
    hidden.mkdir(mode=0o700)
    package = hidden / binaries.WHEEL
    package.mkdir()
    subprocess.run(["cp", "-r", str(original.root), str(package)], check=True)
    libraries = original.root.parent.parent / binaries.LIBRARIES
    if libraries.exists():
        subprocess.run(["cp", "-r", str(libraries), str(hidden)], check=True)
    account = choose()

    usable = binaries.reachable(
        binaries.Programs(package / original.root.name, original.major), account, data
    )

    assert usable.root.is_relative_to(data)
    done = subprocess.run(
        [usable.path("postgres"), "--version"], capture_output=True, text=True, check=True, **account.popen()
    )
    assert done.stdout.startswith("postgres (PostgreSQL)")


def test_a_folder_that_may_not_be_written_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(home.NoRight, match="--data"):
        home.prepare(tmp_path / "file" / "data")


def test_a_full_disk_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "LEAST_FREE_MB", 10**9)

    with pytest.raises(home.DiskFull, match=r"MB are free.*larger disk"):
        home.prepare(tmp_path / "data")


def test_the_cache_follows_the_machine_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tuning.settings("/run/x", memory_mb=1024)["shared_buffers"] == "1024MB"
    monkeypatch.setattr(tuning, "_machine_mb", lambda: 8192)
    assert tuning.settings("/run/x")["shared_buffers"] == "512MB"
    monkeypatch.setattr(tuning, "_machine_mb", lambda: 65_536)
    assert tuning.settings("/run/x")["shared_buffers"] == "1024MB"


def test_an_account_that_is_ourselves_needs_no_change_of_user() -> None:
    assert Account(os.geteuid(), os.getegid(), is_other=False).popen() == {}


@pytest.mark.slow
def test_a_data_folder_that_was_moved_brings_its_database_along(data: Path) -> None:
    with Server(data, is_throwaway=True) as first:
        ask(first, "CREATE TABLE kept AS SELECT 7 AS number", OWNER_ROLE)
    moved = data.rename(data.with_name("moved"))

    with Server(moved, is_throwaway=True) as second:
        assert second.place is not None
        assert second.place.cluster == str(moved / "postgres")
        assert ask(second, "SELECT number FROM kept", OWNER_ROLE) == (7,)


@pytest.mark.slow
def test_a_copy_of_a_data_folder_has_a_database_of_its_own(data: Path) -> None:
    with Server(data, is_throwaway=True) as first:
        ask(first, "CREATE TABLE kept AS SELECT 7 AS number", OWNER_ROLE)
    copy = data.with_name("copy")
    subprocess.run(["cp", "-a", str(data), str(copy)], check=True)

    with Server(data, is_throwaway=True) as first, Server(copy, is_throwaway=True) as second:
        assert first.pid() != second.pid()
        ask(second, "DROP TABLE kept", OWNER_ROLE)
        assert ask(first, "SELECT number FROM kept", OWNER_ROLE) == (7,)


@pytest.mark.slow
def test_lost_passwords_are_renewed_under_a_running_server_too(data: Path) -> None:
    holder, pid = start_holder(data, dies=False)
    address.file_of(data).unlink()
    holder.kill()
    holder.wait()

    with Server(data, is_throwaway=True) as again:
        assert again.pid() != pid
        assert ask(again, "SELECT 1") == (1,)


def test_a_folder_that_cannot_be_made_is_no_full_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_arguments: object, **_names: object) -> None:
        raise OSError(errno.ENAMETOOLONG, "File name too long")

    monkeypatch.setattr(Path, "mkdir", refuse)

    with pytest.raises(home.NoRight, match="Choose another"):
        home.prepare(tmp_path / "data")

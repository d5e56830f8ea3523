"""A Dovecot of our own: a real mail server in a temporary folder, on free ports, with users made up by the test."""

from __future__ import annotations

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSWORD = "open-sesame"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
mail_debug = no
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """The running server; each user has a mailbox as soon as it is named."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def user(self, name: str) -> imaplib.IMAP4:
        """Return a connection of somebody who reads their mail with a program of their own."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        client.login(name, PASSWORD)
        client.select("INBOX")
        return client

    def put(self, name: str, *mails: bytes, folder: str = "INBOX", when: str | None = None) -> None:
        """Let mails come into a user's folder."""
        client = self.user(name)
        for mail in mails:
            answer, said = client.append(folder, "", when or imaplib.Time2Internaldate(time.time()), mail)
            assert answer == "OK", said
        client.logout()

    def number_anew(self, name: str) -> None:
        """Lose the folder's numbers, as a server does that was restored from a backup."""
        client = self.user(name)
        client.logout()
        for path in (self.folder / "mail" / name).rglob("dovecot*"):
            path.unlink()


class Wire:
    """A line to the server that can be cut."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _who = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._server_port))
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(4096):
                other.sendall(piece)
        for end in (one, other):
            end.close()

    def cut(self) -> None:
        """End every connection at once, in the middle of whatever is said."""
        ends, self._open = self._open, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take the line down."""
        self._door.close()
        self.cut()


@contextlib.contextmanager
def running() -> Iterator[Dovecot]:
    """Run one; where there is none the test is skipped, in continuous integration it fails."""
    program = shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
    if program is None:
        reason = "No Dovecot was found: install it (Debian: apt install dovecot-imapd)."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="regulars-dovecot-") as name:
        folder = Path(name)
        port = _free_port()
        user = _owner(folder)
        config = folder / "dovecot.conf"
        group = "nogroup" if user == "nobody" else _group()
        config.write_text(CONFIG.format(folder=folder, port=port, user=user, group=group, password=PASSWORD))
        process = subprocess.Popen([program, "-F", "-c", str(config)])
        try:
            _wait_for(port, process, folder)
            yield Dovecot(folder, port)
        finally:
            process.terminate()
            process.wait(20)


def _owner(folder: Path) -> str:
    (folder / "mail").mkdir()
    if os.geteuid() != 0:
        return getpass.getuser()
    # The server's processes leave root behind and have to pass through this folder, which is ours.
    folder.chmod(0o755)
    nobody = pwd.getpwnam("nobody")
    os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
    return "nobody"


def _group() -> str:
    return grp.getgrgid(os.getegid()).gr_name


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    log = folder / "dovecot.log"
    raise AssertionError(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")

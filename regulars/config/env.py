"""Every setting Regulars reads from its environment.

A setting is read by name with a default and one line of meaning; `NAME_FILE` may name a file that holds the value
(for secrets of containers). What was read is remembered, so that a test can compare it with docs/run/settings.md.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from regulars.kit.postgres import address
from regulars.kit.refused import Refused


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    meaning: str


class BadSetting(Refused):
    """A setting that cannot be read; the message says which and what is expected."""


class Env:
    """Read settings and remember which were asked for."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self._values = values
        self.settings: dict[str, Setting] = {}

    def text(self, name: str, default: str = "", meaning: str = "") -> str:
        """Return a setting as text."""
        self._remember(name, default, meaning)
        file = self._values.get(f"{name}_FILE")
        if file:
            return _read_secret_file(name, Path(file))
        return self._values.get(name) or default

    def flag(self, name: str, default: bool = False, meaning: str = "") -> bool:
        """Return a yes/no setting."""
        text = self.text(name, "yes" if default else "no", meaning).strip().lower()
        if text in ("1", "yes", "true", "on"):
            return True
        if text in ("0", "no", "false", "off"):
            return False
        raise BadSetting(f"{name} must be yes or no, not “{text}”.")

    def number(self, name: str, default: int = 0, meaning: str = "") -> int:
        """Return a whole number."""
        text = self.text(name, str(default), meaning)
        try:
            return int(text)
        except ValueError:
            raise BadSetting(f"{name} must be a whole number, not “{text}”.") from None

    def words(self, name: str, default: str = "", meaning: str = "") -> list[str]:
        """Return a list written with commas or spaces."""
        return self.text(name, default, meaning).replace(",", " ").split()

    def data_dir(self) -> Path:
        """Return the folder that holds the embedded database, the key file, logs and uploads."""
        named = self.text("REGULARS_DATA", "", "Folder of the embedded database, key file, logs and uploads")
        return Path(named).expanduser().absolute() if named else default_data_dir()

    def database_url(self) -> str:
        """Return where web, live and worker find the database, as the role that may only read and write rows."""
        named = self.text(
            "REGULARS_DATABASE_URL", "", "PostgreSQL for web and worker; empty: the embedded server"
        )
        return named or address.url(self.data_dir(), role=address.APP_ROLE)

    def owner_database_url(self) -> str:
        """Return where migrations find the database, as the role that owns the tables."""
        named = self.text("REGULARS_OWNER_DATABASE_URL", "", "PostgreSQL for migrations; empty: as above")
        if named or not self.is_embedded():
            return named or self.database_url()
        return address.url(self.data_dir(), role=address.OWNER_ROLE)

    def is_embedded(self) -> bool:
        """Tell whether the database is the server that Regulars runs itself."""
        return not self.text("REGULARS_DATABASE_URL")

    def secret_key(self) -> str:
        """Return the key that signs sessions and encrypts stored secrets, made on first use."""
        named = self.text(
            "REGULARS_SECRET_KEY", "", "Signs sessions, encrypts secrets; empty: made in the data folder"
        )
        return named or read_key_file(self.key_file())

    def key_file(self) -> Path:
        """Return the file that holds the made secret key."""
        return self.data_dir() / "secret.key"

    def _remember(self, name: str, default: str, meaning: str) -> None:
        known = self.settings.get(name)
        if known is None or (meaning and not known.meaning):
            self.settings[name] = Setting(name, default, meaning)


def default_data_dir() -> Path:
    """Return /var/lib/regulars for root, else a folder in the user's home."""
    if os.geteuid() == 0:
        return Path("/var/lib/regulars")
    share = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(share).expanduser().absolute() / "regulars"


def read_key_file(path: Path) -> str:
    """Return the key in a file only its owner may read, making it when absent."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return _make_key_file(path)
    except PermissionError:
        raise BadSetting(f"The key file {path} may not be read by this user. Run as its owner.") from None


def _make_key_file(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        # A link fails when another process was quicker, so both end with the same key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


def _read_secret_file(name: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as problem:
        raise BadSetting(f"{name}_FILE names {path}, which cannot be read: {problem.strerror}.") from None


def database_config(url: str) -> dict[str, object]:
    """Return a PostgreSQL address as Django's DATABASES wants it.

    >>> database_config("postgresql://ann:pw@db.example/shop")["HOST"]
    'db.example'
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise BadSetting(
            "The database must be given as postgresql://user:password@host/name. Only PostgreSQL works."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "regulars.kit.postgres.backend",
        "NAME": unquote(parts.path.lstrip("/")) or "regulars",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "10", "application_name": "regulars", **options},
    }


env = Env()

"""Where the embedded server listens and with which passwords: one private file in the data folder."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

SUPER_ROLE = "postgres"
OWNER_ROLE = "regulars_owner"
APP_ROLE = "regulars_app"
DATABASE = "regulars"
PORT = 5432


@dataclass(frozen=True)
class Address:
    cluster: str
    socket: str
    passwords: dict[str, str]

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address as a PostgreSQL URL for one role."""
        return socket_url(self.socket, role, self.passwords[role], database)


def socket_url(socket: str, role: str, password: str = "", database: str = DATABASE) -> str:
    """Return a PostgreSQL URL for a server that listens in a folder."""
    secret = f":{quote(password, safe='')}" if password else ""
    return f"postgresql://{role}{secret}@/{database}?host={quote(socket, safe='/')}&port={PORT}"


def file_of(data: Path) -> Path:
    """Return the private file that remembers the address."""
    return data / "postgres.json"


def read(data: Path) -> Address | None:
    """Return the remembered address, None before the first start."""
    try:
        return Address(**json.loads(file_of(data).read_text()))
    except FileNotFoundError:
        return None


def write(data: Path, place: Address) -> None:
    """Remember an address in a file that only this user may read."""
    draft = file_of(data).with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(place), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(file_of(data))


def url(data: Path, role: str) -> str:
    """Return the embedded server's URL for a role; before the first start one that leads nowhere yet."""
    place = read(data)
    return place.url(role) if place else socket_url(str(data / "postgres" / "socket"), role)

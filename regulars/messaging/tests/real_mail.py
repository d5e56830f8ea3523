"""The published mails that the engine is proved on; their folder is described in the shared data's README."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from regulars.people.tests.shared_data import shared

ENDINGS = (".eml", ".box")


def every_mail() -> Iterator[tuple[str, bytes]]:
    """Yield each mail's name and bytes, the archives' too."""
    folder = shared("mail")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.suffix in ENDINGS or path.parent.name in ("spamscope", "cpython")):
            yield str(path.relative_to(folder)), path.read_bytes()
    for name in ("easy_ham", "hard_ham", "spam"):
        yield from archive(name)


def archive(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the mails of one SpamAssassin archive."""
    with tarfile.open(shared(f"mail/spamassassin/{name}.tar.gz")) as packed:
        for member in packed:
            file = packed.extractfile(member)
            if file is not None:
                yield member.name, file.read()


def mail(name: str) -> bytes:
    """Return the bytes of one mail."""
    return shared(f"mail/{name}").read_bytes()


def folder_of(name: str) -> Path:
    """Return a folder of the published mails."""
    return shared(f"mail/{name}")

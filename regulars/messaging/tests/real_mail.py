"""The published mails that the engine is proved on; their folder is described in the shared data's README."""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from regulars.people.tests.shared_data import shared

ENDINGS = (".eml", ".box")
IDS = re.compile(
    rb"^(message-id|in-reply-to|references):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)


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


def copies(count: int) -> list[bytes]:
    """Return so many real mails, each as often as needed with ids of its own; every answer answers its own copy."""
    real = [raw for _name, raw in every_mail() if raw.strip() and len(raw) < 1_000_000]
    return [_copy(real[number % len(real)], number // len(real)) for number in range(count)]


def _copy(raw: bytes, number: int) -> bytes:
    head, gap, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[:20_000] else b"\n\n")
    renamed = IDS.sub(lambda found: found[0].replace(b"<", b"<%d." % number), head)
    if renamed == head:
        # Without an id a mail is known by its words.
        body += b"\n%d\n" % number
    return renamed + gap + body

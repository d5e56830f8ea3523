import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path
from typing import IO, cast

from regulars.people.engine.sayings import Unreadable, gettext_noop

_ = gettext_noop
HEAD_BYTES = 262_144
MOST_SHEET_BYTES = 1_500_000_000
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".psv")
_WE_TAKE = _("Please save it as CSV or as an Excel workbook (.xlsx) and try again.")
_FOREIGN = (
    (b"%PDF", _("a PDF document")),
    (b"SQLite format 3\x00", _("an SQLite database")),
    (b"PAR1", _("a Parquet file")),
    (b"\x89PNG", _("a picture")),
    (b"\xff\xd8\xff", _("a picture")),
    (b"GIF8", _("a picture")),
    (b"7z\xbc\xaf\x27\x1c", _("a 7-Zip archive")),
    (b"Rar!", _("a RAR archive")),
    (b"\x28\xb5\x2f\xfd", _("a Zstandard archive")),
)
_FOREIGN_TEXT = (
    (b"begin:vcard", _("a contact card (vCard)")),
    (b"begin:vcalendar", _("a calendar")),
    (b"<!doctype html", _("a web page")),
    (b"<html", _("a web page")),
    (b"<table", _("a web page")),
    (b"<?xml", _("an XML document")),
    (b"{\\rtf", _("a text document")),
)


def refuse_kind(what: str) -> Unreadable:
    """Return the refusal of a file of a kind that is not a table we take."""
    return Unreadable(_("This is %(what)s, not a table. %(instead)s"), what=what, instead=_WE_TAKE)


def kind_of(path: Path) -> tuple[str, str]:
    """Return what the file is ("csv" or "sheet") and how it is compressed ("" when it is not)."""
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise Unreadable(_("The file is empty."))
    compression = next((name for magic, name in _COMPRESSED.items() if start.startswith(magic)), "")
    if start.startswith(b"PK\x03\x04"):
        return _kind_in_zip(path)
    if start.startswith(b"PK"):
        raise Unreadable(_("The archive is empty or broken."))
    head = start if start.startswith(_OLE) and not compression else read_head(path, compression)
    return _kind_of_head(head, path), compression


def read_head(path: Path, compression: str) -> bytes:
    """Return the first bytes of the unpacked file."""
    with open_bytes(path, compression) as file:
        return read_some(file, HEAD_BYTES)


def read_some(file: IO[bytes], size: int) -> bytes:
    """Return up to so many bytes, saying clearly when the packed file is broken."""
    try:
        return file.read(size)
    except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, ValueError, RuntimeError) as error:
        raise Unreadable(_("The packed file is broken or incomplete: it cannot be unpacked.")) from error


def open_bytes(path: Path, compression: str) -> IO[bytes]:
    """Open the file as it is when unpacked."""
    if compression == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if compression == "bzip2":
        return cast("IO[bytes]", bz2.open(path, "rb"))
    if compression == "xz":
        return cast("IO[bytes]", lzma.open(path, "rb"))
    if compression.startswith("zip:"):
        return zipfile.ZipFile(path).open(compression[4:])
    return path.open("rb")


def workbook_bytes(path: Path, compression: str) -> IO[bytes]:
    """Open a workbook, refusing one that would not fit into memory."""
    with open_bytes(path, compression) as file:
        content = read_some(file, MOST_SHEET_BYTES // 4)
    if content.startswith(b"PK"):
        _refuse_bomb(content)
    return io.BytesIO(content)


def _kind_in_zip(path: Path) -> tuple[str, str]:
    """Tell a workbook from an archive with one table in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise Unreadable(_("The archive is broken: it cannot be unpacked.")) from error
    names = {info.filename for info in members}
    if names & {"[Content_Types].xml", "mimetype", "content.xml", "xl/workbook.xml"}:
        _refuse_other_office(names)
        return "sheet", ""
    tables = [info for info in members if _may_be_table(info.filename)]
    if len(tables) != 1:
        raise Unreadable(
            _("The archive holds %(count)s files that could be a table. Please pack exactly one."),
            count=len(tables),
        )
    if tables[0].flag_bits & 1:
        raise Unreadable(_("The archive is locked with a password. Please unlock it first."))
    compression = f"zip:{tables[0].filename}"
    return _kind_of_head(read_head(path, compression), Path(tables[0].filename)), compression


def _may_be_table(name: str) -> bool:
    """Say whether a member of an archive looks like a table rather than a read-me."""
    hidden = name.startswith("__MACOSX/") or Path(name).name.startswith(".")
    return not hidden and name.lower().endswith((*_TEXT_SUFFIXES, ".xlsx", ".xls", ".ods", ".xlsb"))


def _refuse_other_office(names: set[str]) -> None:
    """Refuse letters and slides, which are packed like workbooks."""
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise refuse_kind(_("a text document"))


def _refuse_bomb(content: bytes) -> None:
    """Refuse a workbook that grows without measure when unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Unreadable(_("The workbook is broken: it cannot be opened.")) from error
    if unpacked > MOST_SHEET_BYTES:
        raise Unreadable(_("The workbook is too big to open. Please save the sheet as CSV."))


def _kind_of_head(head: bytes, path: Path) -> str:
    """Say what the first bytes are, or refuse them by name."""
    if not head.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise Unreadable(_("The file is empty."))
    if head.startswith((_OLE, b"PK\x03\x04")):
        return "sheet"
    opening = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:32].lower()
    for magic, what in _FOREIGN + _FOREIGN_TEXT:
        if head.startswith(magic) or opening.startswith(magic):
            raise refuse_kind(what)
    if _is_dbase(head, path):
        raise refuse_kind(_("a dBase file"))
    return "csv"


def _is_dbase(head: bytes, path: Path) -> bool:
    """Recognise a dBase table by its version byte, date and field list."""
    if path.suffix.lower() == ".dbf":
        return True
    known_version = head[0] in (0x03, 0x30, 0x31, 0x43, 0x83, 0x8B, 0xF5)
    return known_version and len(head) > 32 and 1 <= head[2] <= 12 and 1 <= head[3] <= 31

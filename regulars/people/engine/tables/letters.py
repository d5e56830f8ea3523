"""Which encoding a text is in: marks at the start, zero bytes, UTF-8 that holds throughout, then a guess."""

import codecs
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from regulars.people.engine.sayings import Unreadable, gettext_noop
from regulars.people.engine.tables.source import open_bytes, read_some

_ = gettext_noop
BLOCK_BYTES = 1_048_576
_LONGEST_LINE = 16 * BLOCK_BYTES
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESS_NEEDS = 5
_WESTERN = frozenset("éèêëàâäáåçñöôóòøüùúïîíæœßÿ’‘“”–—…€£°©®´§«»¿¡ºª\u00a0")
# Of Central European languages, whose code pages short western texts are easily taken for.
_ALPHABETS = {
    "hu": "áéíóöőúüű", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž", "sk": "áäčďéíĺľňóôŕšťúýž", "ro": "ăâîșşțţ",
    "sl": "čšž", "hr": "čćđšž", "sr": "čćđšž", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "et": "äöüõšž", "tr": "çğıiöşü",
    "sq": "çë",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letters:
    """How the bytes of a file become text."""

    encoding: str
    is_certain: bool
    has_nul: bool = False
    broken: int = 0


def letters_of(path: Path, compression: str) -> Letters:
    """Return the encoding of the whole file, read once in blocks."""
    with open_bytes(path, compression) as file:
        head = read_some(file, BLOCK_BYTES)
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), "") or _wide(head)
        scan = _Scan()
        while head:
            scan.take(head, is_wide=bool(marked) and marked != "utf-8-sig")
            head = read_some(file, BLOCK_BYTES)
    if marked:
        return Letters(marked, is_certain=True, has_nul=marked != "utf-8-sig" or scan.has_nul)
    if scan.is_utf8:
        return Letters("utf-8", is_certain=True, has_nul=scan.has_nul)
    if scan.good > 20 * scan.bad:
        return Letters("utf-8", is_certain=False, has_nul=scan.has_nul, broken=scan.bad)
    return _guess(bytes(scan.foreign), has_nul=scan.has_nul)


def _wide(head: bytes) -> str:
    """Recognise UTF-16 and UTF-32 without a mark by where their zero bytes stand."""
    sample = head[:4096]
    if len(sample) < 8:
        return ""
    zeros = [sample[place::4].count(0) / max(1, len(sample[place::4])) for place in range(4)]
    often, never = [share > 0.6 for share in zeros], [share < 0.1 for share in zeros]
    if never[0] and often[1] and often[2] and often[3]:
        return "utf-32-le"
    if often[0] and often[1] and often[2] and never[3]:
        return "utf-32-be"
    if never[0] and often[1] and never[2] and often[3]:
        return "utf-16-le"
    return "utf-16-be" if often[0] and never[1] and often[2] and never[3] else ""


class _Scan:
    """What one pass over the bytes shows."""

    def __init__(self) -> None:
        self.has_nul = False
        self.good = self.bad = self.line = 0
        self.foreign = bytearray()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._rest = b""

    @property
    def is_utf8(self) -> bool:
        return not self.bad and not self._decoder.getstate()[0]

    def take(self, block: bytes, *, is_wide: bool) -> None:
        """Look at the next block."""
        self.line = 0 if b"\n" in block or b"\r" in block else self.line + len(block)
        if self.line > _LONGEST_LINE:
            raise Unreadable(_("The file has no line ends: it is not a table of rows."))
        if is_wide:
            return
        self.has_nul = self.has_nul or b"\x00" in block
        self._keep_foreign(block)
        if not block.isascii() or not self.is_utf8:
            self._decode(block)

    def _decode(self, block: bytes) -> None:
        """Count the letters beyond ASCII that are right and wrong as UTF-8."""
        if not self.bad:
            try:
                self.good += _beyond_ascii(self._decoder.decode(block))
                return
            except UnicodeDecodeError:
                pass
        text = block.decode("utf-8", "replace")
        self.bad += max(text.count("\ufffd"), not self.bad)
        self.good += _beyond_ascii(text) - text.count("\ufffd")

    def _keep_foreign(self, block: bytes) -> None:
        """Keep some lines that hold letters beyond ASCII, to guess from."""
        if block.isascii() or len(self.foreign) > 65_536:
            return
        for line in block.splitlines():
            if not line.isascii() and len(self.foreign) <= 65_536:
                self.foreign += line[:2_000] + b"\n"


def _beyond_ascii(text: str) -> int:
    """Count the letters beyond ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _guess(sample: bytes, *, has_nul: bool) -> Letters:
    """Guess the code page; with little to go by, the western one."""
    _refuse_binary(sample, has_nul=has_nul)
    beyond = sum(byte > 127 for byte in sample)
    western = "cp1252" if not set(sample) & {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "latin-1"
    if beyond < _GUESS_NEEDS:
        return Letters(western, is_certain=False, has_nul=has_nul)
    import chardet  # slow to load, and most files are UTF-8

    guess = chardet.detect(sample)
    try:
        codec = codecs.lookup(guess.get("encoding") or western).name
        text = sample.decode(codec)
    except (LookupError, UnicodeDecodeError):
        codec, text = western, sample.decode(western)
    # A guess that turns letters into control characters is worse than the western code page.
    is_broken = any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in text)
    if is_broken or _rather_western(sample.decode(western), text, guess.get("language") or ""):
        codec = western
    return Letters(codec, is_certain=False, has_nul=has_nul)


def _rather_western(western: str, guessed: str, language: str) -> bool:
    """Say whether everyday western letters fit better than a guess whose letters are not those of its own language."""
    beyond = {letter.lower() for letter in guessed if not letter.isascii() and letter.isalpha()}
    own = _ALPHABETS.get(language)
    if own is None or beyond <= set(own):
        return False
    return all(letter.isascii() or letter.lower() in _WESTERN for letter in western)


def _refuse_binary(sample: bytes, *, has_nul: bool) -> None:
    """Refuse what is no text at all."""
    control = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if control > 0.05 * max(1, len(sample)) or (has_nul and control > 5):
        raise Unreadable(_("This is not a text file, so there is no table to read in it."))

from functools import cache
from pathlib import Path

from regulars.people.engine.names import words
from regulars.people.engine.sayings import Unclear, gettext_noop

_ = gettext_noop
_TABLE = Path(__file__).with_name("data") / "countries.tsv"
_NOWHERE = frozenset(
    {"", "unspecified", "unknown", "n a", "na", "none", "null", "other", "not specified", "worldwide"}
)
_SEVERAL = frozenset(
    {"european community", "european union", "eu", "europe", "international", "channel islands"}
)


@cache
def country_names() -> dict[str, str]:
    """Return the English name of every country by its two letters."""
    rows = (line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return {code: name for code, _three, name, _others in rows}


@cache
def tidy_country(value: str) -> str:
    """Return the two letters of a country written in one of many languages; "" for “unspecified”.

    >>> tidy_country("EIRE"), tidy_country("Vokietija"), tidy_country("Unspecified")
    ('IE', 'DE', '')
    """
    said = " ".join(words(value.replace("&", "and")))
    if said in _NOWHERE and value.strip() != "NA":
        return ""
    found = _by_name().get(said) or _by_name().get(said.removeprefix("the ").removeprefix("republic of "))
    if found:
        return found
    if said in _SEVERAL:
        raise Unclear(_("“%(value)s” is not one country."), value=value)
    raise Unclear(_("“%(value)s” is not a country we know."), value=value)


@cache
def _by_name() -> dict[str, str]:
    """Return every way to say a country, folded, with its two letters."""
    ways: dict[str, str] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        code, three, name, others = line.split("\t")
        for way in (code, three, name, *others.split(";")):
            ways.setdefault(" ".join(words(way.replace("&", "and"))), code)
        ways[" ".join(words(name.replace(" and ", " ")))] = code
    ways.pop("", None)
    return ways

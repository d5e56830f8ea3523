"""Texts, yes and no, choices, web addresses, languages: the small things of a row."""

import re
import unicodedata
from functools import lru_cache

from regulars.people.engine.names import fold
from regulars.people.engine.sayings import Unclear, gettext_noop
from regulars.people.engine.tidy import word_set

_ = gettext_noop
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_YES = word_set("yes y true t 1 on x ja j oui o si s kylla k taip igen i tak sim da ano checked active")
_NO = word_set("no n false f 0 off nein non ei ne nem nie nao nei nej unchecked inactive")
_DOMAIN = re.compile(
    r"(?:[a-z0-9\u00a1-\uffff](?:[a-z0-9\u00a1-\uffff-]*[a-z0-9\u00a1-\uffff])?\.)+[a-z\u00a1-\uffff]{2,}\.?(?::\d+)?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_LANGUAGES = {
    "en": "english englisch anglais ingles englanti anglu engelsk angol engels",
    "fi": "finnish finnisch finnois suomi suomiu finsk finn fines",
    "sv": "swedish schwedisch suedois ruotsi svedu svensk svenska sved",
    "nb": "norwegian norwegisch norvegien norja norvegu norsk bokmal norveg no nn",
    "da": "danish danisch danois tanska danu dansk",
    "de": "german deutsch allemand saksa vokieciu tysk nemet aleman duits",
    "fr": "french franzosisch francais ranska prancuzu fransk francia frances frans",
    "es": "spanish spanisch espagnol espanja ispanu spansk spanyol espanol castellano",
    "it": "italian italienisch italien italia italu italiensk olasz italiano",
    "pt": "portuguese portugiesisch portugais portugali portugues",
    "nl": "dutch niederlandisch neerlandais hollanti olandu nederlands",
    "lt": "lithuanian litauisch lituanien liettua lietuviu litauisk litvan",
    "lv": "latvian lettisch letton latvia latviu latviesu",
    "et": "estonian estnisch estonien viro estu eesti",
    "pl": "polish polnisch polonais puola lenku polsk lengyel polski",
    "hu": "hungarian ungarisch hongrois unkari vengru ungarsk magyar",
    "ru": "russian russisch russe venaja rusu russisk orosz",
    "uk": "ukrainian ukrainisch ukrainien ukraina",
    "cs": "czech tschechisch tcheque tsekki cesky cestina",
    "tr": "turkish turkisch turc turkki turkce",
    "el": "greek griechisch grec kreikka ellinika",
    "zh": "chinese chinesisch chinois kiina",
    "ja": "japanese japanisch japonais japani",
    "ko": "korean koreanisch coreen korea",
    "ar": "arabic arabisch arabe arabia",
}  # fmt: skip
_LANGUAGE_BY_NAME = {name: code for code, names in _LANGUAGES.items() for name in names.split()}
_LONGEST_EMPTY_WORD = 7
_EMPTY_WORDS = frozenset({"", "-", "--", "n/a", "#n/a", "null", "none", "nan", "(null)", "(blank)", "\\n"})


def tidy_text(value: str) -> str:
    """Return one line of text: composed letters, single spaces, nothing invisible.

    >>> tidy_text(" Ada\\u200b \\n Lovelace ")
    'Ada Lovelace'
    """
    if value.isascii() and value.isprintable():
        return value.strip() if "  " not in value else " ".join(value.split())
    return " ".join(_UNWANTED.sub("", unicodedata.normalize("NFC", value.replace("\t", " "))).split())


def tidy_lines(value: str) -> str:
    """Return text of several lines, its line ends alike and nothing invisible in it."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        " ".join(_UNWANTED.sub("", unicodedata.normalize("NFC", line)).split(" ")).rstrip() for line in lines
    ).strip()


def is_blank(value: str) -> bool:
    """Say whether a cell only says that there is nothing: “-”, “N/A”, “NULL”."""
    if len(value) > _LONGEST_EMPTY_WORD and not (value[0].isspace() or value[-1].isspace()):
        return False
    return not value or value.strip().casefold() in _EMPTY_WORDS


@lru_cache(maxsize=4_096)
def tidy_yes_no(value: str) -> bool:
    """Return yes or no in any of our languages."""
    said = fold(value)
    if said in _YES or said in _NO:
        return said in _YES
    raise Unclear(_("“%(value)s” is neither yes nor no."), value=value)


def tidy_link(value: str) -> str:
    """Return a web address with its scheme.

    >>> tidy_link("Example.org/shop")
    'https://example.org/shop'
    """
    text = tidy_text(value)
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "https", text.removeprefix("//")
    if scheme.lower() not in {"http", "https"} or not _DOMAIN.fullmatch(rest):
        raise Unclear(_("“%(value)s” is not a web address."), value=value)
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


def tidy_handle(value: str) -> str:
    """Return a social handle without the address around it.

    >>> tidy_handle("https://www.instagram.com/Ada.L/?hl=en"), tidy_handle("@Ada")
    ('ada.l', 'ada')
    """
    text = re.sub(
        r"\A(?:https?://)?(?:www\.|m\.)?[\w-]+\.(?:com|org|net|me)/(?:#!/|in/|company/|pages/)?",
        "",
        tidy_text(value),
    )
    handle = re.split(r"[/?#]", text)[0].removeprefix("@").lower()
    if not handle or " " in handle:
        raise Unclear(_("“%(value)s” is not a name on a social network."), value=value)
    return handle


@lru_cache(maxsize=4_096)
def tidy_language(value: str) -> str:
    """Return the code of a language, with its region where one is said.

    >>> tidy_language("EN_gb"), tidy_language("Deutsch")
    ('en-GB', 'de')
    """
    said = fold(value).replace("_", "-")
    found = re.fullmatch(r"([a-z]{2})(?:-(?:[a-z]{4}-)?([a-z]{2}))?(?:\.utf-?8)?", said)
    if found:
        return f"{found.group(1)}-{found.group(2).upper()}" if found.group(2) else found.group(1)
    first = re.split(r"[\s(,;/]", said)[0]
    if first in _LANGUAGE_BY_NAME:
        return _LANGUAGE_BY_NAME[first]
    raise Unclear(_("“%(value)s” is not a language we know."), value=value)


@lru_cache(maxsize=4_096)
def tidy_zone(value: str) -> str:
    """Return a time zone's name as the world's time zone list writes it."""
    from zoneinfo import available_timezones

    said = value.strip().replace(" ", "_").casefold()
    found = next((zone for zone in available_timezones() if zone.casefold() == said), "")
    if not found:
        raise Unclear(_("“%(value)s” is not a time zone such as Europe/Helsinki."), value=value)
    return found


def tidy_choice(value: str, choices: tuple[str, ...]) -> str:
    """Return the choice that is meant, whatever its case and accents."""
    said = fold(value)
    found = next((choice for choice in choices if fold(choice) == said), None)
    if found is None:
        raise Unclear(
            _("“%(value)s” is not one of: %(choices)s."), value=value, choices=", ".join(choices[:12])
        )
    return found


def split_list(value: str, separator: str = "") -> list[str]:
    """Return the words of a cell that holds several, each once.

    >>> split_list("Services, IT; services")
    ['Services', 'IT']
    """
    parts = value.split(separator) if separator else re.split(r"[;,|\n]", value)
    kept: dict[str, str] = {}
    for part in map(tidy_text, parts):
        kept.setdefault(fold(part), part)
    kept.pop("", None)
    return list(kept.values())

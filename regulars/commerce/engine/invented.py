"""Invented customers for the demo: a number and a country always give the same person, street and address."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
# Reserved for examples by RFC 2606: no letter sent there ever reaches anybody.
MAIL_DOMAINS = ("example.com", "example.org", "example.net")
CHANNELS = (
    "search",
    "search",
    "word of mouth",
    "word of mouth",
    "instagram",
    "newsletter",
    "craft fair",
    "magazine",
)
COUNTRIES = {
    "United Kingdom": "GB", "Germany": "DE", "France": "FR", "EIRE": "IE", "Spain": "ES", "Netherlands": "NL", "Belgium": "BE",
    "Switzerland": "CH", "Portugal": "PT", "Australia": "AU", "Norway": "NO", "Italy": "IT", "Channel Islands": "GG",
    "Finland": "FI", "Cyprus": "CY", "Sweden": "SE", "Austria": "AT", "Denmark": "DK", "Japan": "JP", "Poland": "PL",
    "USA": "US", "Israel": "IL", "Singapore": "SG", "Iceland": "IS", "Canada": "CA", "Greece": "GR", "Malta": "MT",
    "United Arab Emirates": "AE", "RSA": "ZA", "Lebanon": "LB", "Lithuania": "LT", "Brazil": "BR", "Czech Republic": "CZ",
    "Bahrain": "BH", "Saudi Arabia": "SA", "Hong Kong": "HK",
}  # fmt: skip
LANGUAGES = {
    "DE": "de", "AT": "de", "CH": "de", "FR": "fr", "ES": "es", "IT": "it", "PT": "pt", "FI": "fi", "NL": "nl", "SE": "sv",
    "NO": "nb", "DK": "da", "PL": "pl", "JP": "ja",
}  # fmt: skip
ZONES = {
    "GB": "Europe/London", "DE": "Europe/Berlin", "FR": "Europe/Paris", "FI": "Europe/Helsinki", "ES": "Europe/Madrid",
    "JP": "Asia/Tokyo", "AU": "Australia/Melbourne", "US": "America/Chicago",
}  # fmt: skip


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist."""

    first_name: str
    last_name: str
    handle: str
    street: str
    postcode: str
    city: str
    country: str
    language: str
    time_zone: str
    channel: str
    birthday: str
    hour: int

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def country_code(country: str) -> str:
    """Return the ISO code of a country as the orders call it; empty for “Unspecified” and the like.

    >>> country_code("EIRE"), country_code("European Community")
    ('IE', '')
    """
    return COUNTRIES.get(country, "")


def invent_person(number: int, country: str) -> Invented:
    """Return the customer of this number, who fits the country.

    >>> invent_person(17850, "GB") == invent_person(17850, "GB")
    True
    """
    dice = dice_for(f"person {number}")
    place = places().get(country) or places()["GB"]
    forenames, surnames = _names(country if country in places() else "GB")
    first, first_plain = dice.choice(forenames)
    last, last_plain = dice.choice(surnames)
    has_birthday = dice.random() < 0.35
    return Invented(
        first_name=first,
        last_name=last,
        handle=f"{_plain(first_plain)}.{_plain(last_plain)}",
        street=_street(dice, place),
        postcode=re.sub("[#AB]", lambda mark: _letter(dice, mark[0]), place["post"]),
        city=dice.choice(place["cities"].split()).replace("-", " "),
        country=country,
        language=LANGUAGES.get(country, "en" if country else ""),
        time_zone=ZONES.get(country, ""),
        channel=dice.choice(CHANNELS),
        birthday=f"{dice.randint(1948, 2001)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        if has_birthday
        else "",
        hour=dice.randint(9, 20),
    )


def mail_address(handle: str, number: int, taken: set[str]) -> str:
    """Return an address at a domain for examples that nobody else has, and remember it."""
    domain = MAIL_DOMAINS[number % len(MAIL_DOMAINS)]
    address = f"{handle}@{domain}"
    if address in taken:
        address = f"{handle}.{number}@{domain}"
    taken.add(address)
    return address


def dice_for(what: str) -> random.Random:
    """Return dice that fall the same way for the same words on every machine."""
    return random.Random(int.from_bytes(hashlib.blake2b(what.encode(), digest_size=8).digest()))  # noqa: S311


@cache
def places() -> dict[str, dict[str, str]]:
    """Return streets, cities and name sources by country."""
    held: dict[str, dict[str, str]] = json.loads((DATA / "places.json").read_text(encoding="utf-8"))
    return held


@cache
def _names(country: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return forenames and surnames, each with its form in plain letters."""
    place, known = places()[country], _known_names()
    sources = place["names"].split()
    forenames = [pair for one in sources for pair in known.get((one, "F"), []) + known.get((one, "M"), [])]
    surnames = (
        []
        if "surnames" in place and country != "GB"
        else [pair for one in sources for pair in known.get((one, "S"), [])]
    )
    forenames += [(name, name) for name in place.get("forenames", "").split() * (2 if country == "GB" else 1)]
    surnames += [(name, name) for name in place.get("surnames", "").split()]
    return forenames, surnames


@cache
def _known_names() -> dict[tuple[str, str], list[tuple[str, str]]]:
    held: dict[tuple[str, str], list[tuple[str, str]]] = {}
    with (DATA / "names.tsv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source, delimiter="\t"):
            pair = (row["name"], row["romanized"] or row["name"])
            held.setdefault((row["country"], row["part"]), []).append(pair)
    return held


def _street(dice: random.Random, place: dict[str, str]) -> str:
    pattern = dice.choice(place["streets"].split("|"))
    values: dict[str, Any] = {
        "s": dice.choice(place["s"].split()),
        "n": dice.randint(1, 180),
        "m": dice.randint(1, 30),
    }
    return pattern.format(**values)


def _letter(dice: random.Random, mark: str) -> str:
    return str(dice.randint(1, 9)) if mark == "#" else dice.choice("BCDEGHKLMNPRSTW")


_SPELLED = str.maketrans({"ø": "o", "ß": "ss", "ł": "l", "ð": "d", "þ": "th", "æ": "ae", "đ": "d"})


def _plain(name: str) -> str:
    """Return a name in letters an address can have.

    >>> _plain("Søren O'Né")
    'sorenone'
    """
    bare = unicodedata.normalize("NFKD", name.lower().translate(_SPELLED))
    return re.sub("[^a-z]", "", bare) or "customer"

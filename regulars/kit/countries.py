"""Countries with the currency and time zone that fit a new business there; names and zones from the tz database (public domain)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

# Zones of the tz database that no place uses as its time.
ODD_ZONES = ("Etc/", "SystemV/", "US/", "posix/", "right/", "Brazil/", "Canada/", "Chile/", "Mexico/")


@dataclass(frozen=True)
class Country:
    code: str
    name: str
    currency: str
    time_zone: str


@cache
def countries() -> dict[str, Country]:
    """Return all countries by code, in the order of their English names."""
    text = (Path(__file__).parent / "data/countries.tsv").read_text(encoding="utf-8")
    return {line[:2]: Country(*line.split("\t")) for line in text.splitlines()}


@cache
def currencies() -> list[str]:
    """Return the currencies in use somewhere, sorted."""
    return sorted({country.currency for country in countries().values()})


@cache
def time_zones() -> list[str]:
    """Return the names of time zones people live in, sorted."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(ODD_ZONES))
    return ["UTC", *sorted(places)]

"""How old the figures are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from regulars.insights.facts.manifest import read_manifest
from regulars.insights.facts.reading import mirror_folder
from regulars.insights.models import Mirror
from regulars.insights.queries import words
from regulars.kit.clock import now

# Older figures are red: the mirror is refreshed every ten minutes, so something stands still.
STALE_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Freshness:
    """How old the figures are, and whether that is too old."""

    seen_at: datetime | None
    text: str
    is_stale: bool
    exact: str = ""


def freshness() -> Freshness:
    """Return how old the facts are; without any they are being prepared."""
    manifest = read_manifest(mirror_folder())
    if manifest is None:
        return Freshness(None, _("The figures are being prepared"), is_stale=False)
    looked = Mirror.objects.filter(version=manifest.version).values_list("seen_at", flat=True).first()
    seen_at = max(manifest.seen_at, looked or manifest.seen_at)
    age = now() - seen_at
    return Freshness(seen_at, words.age_words(age), age > STALE_AFTER)

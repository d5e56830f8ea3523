"""Bringing the mirror up to date: everything is read in one snapshot, written beside what is there, and put in place in one step.

The order makes a kill harmless at any point: (1) files, (2) a manifest nobody reads yet, (3) the database knows its token as
pending, (4) the pointer moves, (5) what was noted and read is deleted. Before (4) the old mirror stands and everything is still noted;
after it the new one stands, and reading the same notes twice changes nothing.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from regulars.insights.actions.mirror.copying import arrow_schema, query_of, read_fact, read_rows
from regulars.insights.actions.mirror.filing import file_changes, file_whole, fold
from regulars.insights.actions.mirror.noting import (
    KEYS,
    border_of,
    forget_changes,
    gather_keys,
    is_too_much,
    see_changes,
)
from regulars.insights.actions.mirror.summing import file_sums
from regulars.insights.facts.manifest import (
    Filed,
    Manifest,
    current_version,
    point_to,
    read_manifest,
    remove_unread,
    write_manifest,
)
from regulars.insights.facts.reading import mirror_folder
from regulars.insights.models import Mirror
from regulars.kit.clock import now
from regulars.kit.facts import Fact, facts
from regulars.kit.refused import Refused
from regulars.team.models import Business

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)
LOCK = 7_253_911
# Beyond this share of a fact's rows its changes cost readers more than folding them costs once.
FOLD_SHARE, FOLD_ROWS = 0.05, 50_000


class Busy(Refused):
    """Another process refreshes already."""

    code = "refreshing"
    default = gettext_lazy("The figures are being brought up to date already.")


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: `how` is full, changes or nothing; `rows` were written for each fact that changed."""

    how: str
    version: int
    seen_at: datetime
    seconds: float
    rows: Mapping[str, int] = field(default_factory=dict)


def refresh_mirror(*, full: bool = False, folding: bool = False, folder: Path | None = None) -> Refreshed:
    """Bring the mirror up to date; `full` builds it anew, `folding` moves changes into the month files.

    Refuses with Busy while another process does the same.
    """
    started = time.monotonic()
    place = folder or mirror_folder()
    place.mkdir(parents=True, exist_ok=True)
    with _alone():
        basis = _basis()
        old = None if full else _fitting(place, basis)
        version = max(current_version(place), Mirror.current().version) + 1
        filed, rows, seen_at = _read_all(old, place, version)
        if folding or old is None or any(_is_worth_folding(one) for one in filed.values()):
            filed = {name: fold(facts()[name], one, place, version) for name, one in filed.items()}
        filed |= _sums(old, filed, place, version)
        if (
            old is not None
            and not rows
            and all(one.names == old.facts[name].names for name, one in filed.items())
        ):
            return _note_nothing(old, seen_at, started)
        manifest = Manifest(version, secrets.token_hex(16), basis, seen_at, filed)
        _put_in_place(place, manifest)
        return _note(manifest, "full" if old is None else "changes", rows, started)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep others from refreshing; the lock goes with the connection, however this process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Busy
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _basis() -> str:
    """Return what the whole mirror rests on: when any of it differs, it is built anew."""
    business = Business.current()
    known = [
        repr((one.name, one.columns, one.query, one.key, one.month, one.sort)) for one in facts().values()
    ]
    said = (business.time_zone, business.currency, str(business.kind_level), *known)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def _fitting(folder: Path, basis: str) -> Manifest | None:
    """Return the manifest in place if it belongs to this database as it is, and fits what is to be mirrored."""
    manifest, mirror = read_manifest(folder), Mirror.current()
    if manifest is None or manifest.basis != basis or manifest.token not in (mirror.token, mirror.pending):
        return None
    if manifest.token != mirror.token:
        # A process died between putting it in place and saying so.
        Mirror.objects.filter(pk=1).update(token=manifest.token, pending="")
    return manifest


def _read_all(
    old: Manifest | None, folder: Path, version: int
) -> tuple[dict[str, Filed], dict[str, int], datetime]:
    """Read what is new of every fact in one snapshot and file it; return the files, how many rows, and the moment."""
    is_outermost = not connection.in_atomic_block
    business = Business.current()
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # The moment before the snapshot: what is told to be in the mirror must be in it.
        seen_at = now()
        counts = see_changes()
        filed: dict[str, Filed] = {}
        rows: dict[str, int] = {}
        for fact in facts().values():
            if fact.sums_up:
                continue
            before = old.facts.get(fact.name) if old else None
            filed[fact.name], count = _read(fact, before, counts, business, folder, version)
            if count:
                rows[fact.name] = count
    return filed, rows, seen_at


def _read(
    fact: Fact,
    before: Filed | None,
    counts: Mapping[str, int],
    business: Business,
    folder: Path,
    version: int,
) -> tuple[Filed, int]:
    if not fact.query:
        return Filed(), 0
    query, border = query_of(fact, business), border_of(fact)
    if before is None or is_too_much(fact, counts):
        filed = file_whole(fact, read_fact(fact, query), folder, version, border)
        return filed, sum(filed.rows.values())
    count = gather_keys(fact, query, before.border, counts)
    if count == 0:
        return replace(before, border=border), 0
    keys = _all(f"SELECT key FROM {KEYS}", _key_schema(fact))
    changed = _all(f"{query} AND {fact.key_sql} IN (SELECT key FROM {KEYS})", arrow_schema(fact))
    return file_changes(fact, before, keys, changed, folder, version, border), count


def _sums(old: Manifest | None, filed: Mapping[str, Filed], folder: Path, version: int) -> dict[str, Filed]:
    """File the facts that sum up what was filed."""
    before = old.facts if old else {}
    return {
        fact.name: file_sums(
            fact, before.get(fact.name), before.get(fact.sums_up), filed[fact.sums_up], folder, version
        )
        for fact in facts().values()
        if fact.sums_up
    }


def _key_schema(fact: Fact) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(fact.key, pa.int64())])


def _all(query: str, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables([schema.empty_table(), *read_rows(query, schema)])


def _is_worth_folding(filed: Filed) -> bool:
    changed = filed.delta_rows + filed.dead_rows
    return changed > max(FOLD_ROWS, FOLD_SHARE * sum(filed.rows.values()))


def _put_in_place(folder: Path, manifest: Manifest) -> None:
    write_manifest(folder, manifest)
    Mirror.objects.update_or_create(pk=1, defaults={"pending": manifest.token})
    point_to(folder, manifest.version)
    remove_unread(folder, manifest.version)


@transaction.atomic
def _note(manifest: Manifest, how: str, rows: Mapping[str, int], started: float) -> Refreshed:
    seconds = time.monotonic() - started
    Mirror.objects.filter(pk=1).update(
        token=manifest.token, pending="", version=manifest.version, seen_at=manifest.seen_at, seconds=seconds,
        failed_at=None, error="",
    )  # fmt: skip
    forget_changes()
    return Refreshed(how, manifest.version, manifest.seen_at, seconds, rows)


@transaction.atomic
def _note_nothing(old: Manifest, seen_at: datetime, started: float) -> Refreshed:
    Mirror.objects.filter(pk=1).update(version=old.version, seen_at=seen_at, failed_at=None, error="")
    forget_changes()
    return Refreshed("nothing", old.version, seen_at, time.monotonic() - started)

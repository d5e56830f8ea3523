"""Checks of the whole installation; each finding that is not well says what to do."""

import contextlib
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction

from regulars.config import health, migrating
from regulars.config.commands import connect_as
from regulars.config.env import env
from regulars.insights.models import Mirror
from regulars.timeline.actions.adopting import count_strays

WORK = """
    SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo')
            + (SELECT count(*) FROM timeline_hearing WHERE failed_at IS NULL),
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed')
            + (SELECT count(*) FROM timeline_hearing WHERE failed_at IS NOT NULL)"""
LEAST_FREE_MB = 1024
LARGEST_CLOCK_DRIFT_SECONDS = 2.0
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    name: str
    is_ok: bool
    found: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{'ok   ' if self.is_ok else 'CHECK'}  {self.name}: {self.found}"
        return line if self.is_ok else f"{line}\n       → {self.advice}"

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "advice": "" if self.is_ok else self.advice}


def examine() -> list[Finding]:
    """Run every check; those that need the database only when it answers."""
    connect_as(env.database_url())
    findings = [python(), disk(), key_file(), database()]
    if findings[-1].is_ok:
        findings += [
            _safely(check)
            for check in (
                version,
                migrations,
                roles,
                append_only,
                clock,
                worker,
                queue,
                followers,
                insights,
                ways_in,
                ways_out,
            )
        ]
    return findings


def _safely(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except DatabaseError as problem:
        connection.close()
        return Finding(check.__name__.replace("_", " "), False, str(problem).strip(), "Run: regulars migrate")


def python() -> Finding:
    """Check the version of Python."""
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= OLDEST_PYTHON, found, "Install Python 3.11 or newer.")


def start_command() -> str:
    """Return what starts everything here: the script of a clone, else the installed command."""
    is_clone = (Path(__file__).parents[2] / "bin" / "up").exists()
    return "bin/up" if is_clone else "regulars up"


def disk() -> Finding:
    """Check that the data folder's disk has room."""
    folder = env.data_dir()
    if not folder.exists():
        return Finding(
            "disk",
            not env.is_embedded(),
            f"no data folder {folder}",
            f"Start once with {start_command()}, or name the folder with --data.",
        )
    free = shutil.disk_usage(folder).free // 2**20
    return Finding(
        "disk",
        free >= LEAST_FREE_MB,
        f"{free} MB free in {folder}",
        "Free some space or move the data folder to a larger disk.",
    )


def key_file() -> Finding:
    """Check that only its owner may read the key file."""
    path = env.key_file()
    if env.text("REGULARS_SECRET_KEY") or not path.exists():
        return Finding(
            "key", True, "from the environment" if env.text("REGULARS_SECRET_KEY") else "not made yet"
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    return Finding("key", not mode & 0o077, f"{path}, mode {mode:o}", f"Others may read it: chmod 600 {path}")


def database() -> Finding:
    """Check that the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as problem:
        advice = (
            f"Start it with {start_command()}."
            if env.is_embedded()
            else "Check REGULARS_DATABASE_URL and that the server runs."
        )
        return Finding("database", False, str(problem).strip().splitlines()[0], advice)
    return Finding("database", True, "answers")


def version() -> Finding:
    """Check the version of PostgreSQL."""
    number = connection.connection.info.server_version
    return Finding(
        "postgresql",
        number >= migrating.OLDEST_SERVER,
        f"{number // 10000}.{number % 10000}",
        "Upgrade it to 15 or newer.",
    )


def migrations() -> Finding:
    """Check that the database fits this version of Regulars."""
    unknown = migrating.unknown_steps()
    if unknown:
        return Finding(
            "migrations",
            False,
            f"{len(unknown)} steps of a newer version",
            "Start the newer version, or restore an older backup.",
        )
    waiting = len(migrating.pending())
    return Finding(
        "migrations",
        not waiting,
        f"{waiting} steps wait" if waiting else "all applied",
        "Run: regulars migrate",
    )


def roles() -> Finding:
    """Check that web and worker cannot change tables."""
    sql = "SELECT current_user, rolsuper OR pg_catalog.has_schema_privilege('public', 'CREATE') FROM pg_roles WHERE rolname = current_user"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        name, is_strong = cursor.fetchone()
    advice = "Give web and worker a role of their own: docs/run/install.md, “Two roles”."
    return Finding(
        "roles",
        not is_strong,
        f"{name} {'may change tables' if is_strong else 'only reads and writes rows'}",
        advice,
    )


def append_only() -> Finding:
    """Check that append-only tables really refuse to be rewritten."""
    open_tables = [table for table in migrating.append_only_tables() if _accepts_rewriting(table)]
    found = f"open: {', '.join(open_tables)}" if open_tables else "audit log and timeline refuse changes"
    return Finding("append-only", not open_tables, found, "Run: regulars migrate")


def _accepts_rewriting(table: str) -> bool:
    name = connection.ops.quote_name(table)
    with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        # A row is needed for the trigger to speak; without one the privilege alone answers.
        cursor.execute(f"DELETE FROM {name} WHERE ctid = (SELECT ctid FROM {name} LIMIT 1)")
        deleted = cursor.rowcount
        transaction.set_rollback(True)
        return deleted > 0 or _may_delete(table)
    return False


def _may_delete(table: str) -> bool:
    sql = "SELECT has_table_privilege(%s, 'DELETE') AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [table, table])
        return bool(cursor.fetchone()[0])


def clock() -> Finding:
    """Check that this machine and the database agree on the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    drift = abs((datetime.now(UTC) - theirs).total_seconds())
    return Finding(
        "clock",
        drift <= LARGEST_CLOCK_DRIFT_SECONDS,
        f"{drift:.1f} s apart from the database",
        "Turn on time synchronisation (NTP).",
    )


def worker() -> Finding:
    """Check that a worker gives signs of life."""
    age = health.worker_age_seconds()
    if age is None:
        return Finding("worker", False, "not running", f"Start it: {start_command()}, or regulars worker.")
    is_fresh = age <= health.OLDEST_HEARTBEAT_SECONDS
    return Finding(
        "worker",
        is_fresh,
        f"last sign of life {age:.0f} s ago",
        "Start it again, and read why it stopped in its log.",
    )


def queue() -> Finding:
    """Check that no work was given up for good."""
    with connection.cursor() as cursor:
        cursor.execute(WORK)
        waiting, failed = cursor.fetchone()
    return Finding(
        "jobs",
        not failed,
        f"{waiting} wait, {failed} failed for good",
        "See Settings, Background work: each says why and can be tried again.",
    )


def followers() -> Finding:
    """Check that followers read on, also after the data came from another server."""
    ahead = count_strays()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(name, ', ') FROM timeline_follower WHERE failures > 0")
        (stuck,) = cursor.fetchone()
    if ahead:
        return Finding("followers", False, "the data came from another server", "Run: regulars migrate")
    return Finding(
        "followers", not stuck, f"stuck: {stuck}" if stuck else "read on", "See Settings, Background work."
    )


def ways_in() -> Finding:
    """Check that no provider has shut us out, and that none soon will."""
    from regulars.messaging.queries.tokens import ENDED, WARNED_DAYS, endings

    found = endings(datetime.now(UTC))
    told = [
        f"{one.name} {'ended' if one.state == ENDED else f'until {one.ends_at:%Y-%m-%d}'}" for one in found
    ]
    return Finding(
        "access",
        not found,
        ", ".join(told) if told else f"no provider's token ends within {WARNED_DAYS} days",
        "Renew it under Settings, SMS and social, or Settings, Mailboxes.",
    )


def ways_out() -> Finding:
    """Check that no letter waits for want of a way to send."""
    from regulars.messaging.queries.ways_out import waiting_for_a_way

    found = waiting_for_a_way()
    told = ", ".join(f"{count} wait in {name}" for name, count in found.items())
    return Finding(
        "mail out",
        not found,
        told or "no letter waits for a way to send",
        "Say how the channel sends under Settings, Mail channels, or set REGULARS_SMTP_HOST.",
    )


def insights() -> Finding:
    """Check that figures could be brought up to date last time."""
    mirror = Mirror.current()
    seen = f"{mirror.seen_at:%Y-%m-%d %H:%M} UTC" if mirror.seen_at else ""
    if mirror.failed_at is None:
        return Finding("insights", True, f"figures as of {seen}" if seen else "no figures yet")
    why = (mirror.error.splitlines() or ["no reason was said"])[0]
    return Finding(
        "insights",
        False,
        f"no newer figures{f' than of {seen}' if seen else ''}: {why}",
        "Run: regulars insights refresh. It says what stands in the way.",
    )

"""A database of its own for a measurement, on the server that REGULARS_DATABASE_URL names; dropped afterwards."""

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextlib.contextmanager
def scratch_database(name: str) -> Iterator[str]:
    """Make an empty, migrated database, point Django at it and drop it in the end."""
    server = os.environ.get("REGULARS_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    parts = urlsplit(server)
    url = urlunsplit(parts._replace(path=f"/{name}"))
    admin = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    os.environ["REGULARS_DATABASE_URL"] = url
    try:
        _set_up()
        yield url
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


def peak_memory_mb(workers: int) -> int:
    """Return the most memory this process and so many of its children held at once, each at its largest."""
    import resource

    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + workers * child) // 1024


def cpu_seconds() -> float:
    """Return the processor time of this process, its ended children and its database session, where that is on this machine."""
    import os

    from django.db import connection

    used = os.times()
    own = used.user + used.system + used.children_user + used.children_system
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    try:
        fields = open(f"/proc/{row[0]}/stat").read().rsplit(")", 1)[1].split()  # noqa: SIM115
    except OSError:
        return round(own, 1)
    return round(own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 1)

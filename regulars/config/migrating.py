"""Bringing a database to this version as its owner, and giving the other role no more than it needs."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from regulars.config.commands import connect_as
from regulars.config.env import database_config, env
from regulars.insights.actions.tracking import install_tracking
from regulars.kit.postgres import roles
from regulars.kit.refused import Refused
from regulars.timeline.actions.adopting import adopt_restored_touchpoints

OLDEST_SERVER = 150000
SERVER_WITH_MAINTAIN = 170000
# Any number, as long as every version uses the same.
LOCK = 7_253_901


class OldServer(Refused):
    """The database server is too old."""

    message = "Regulars needs PostgreSQL 15 or newer."


class NewerData(Refused):
    """A newer version of Regulars has already changed this database."""


def migrate(say: Callable[[str], None]) -> int:
    """Apply what is missing, set the rights, and return how many steps were applied."""
    connect_as(env.owner_database_url())
    try:
        require_fitting_server()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        refuse_newer()
        steps = pending()
        if steps:
            say(f"Preparing the database: {len(steps)} steps.")
            call_command("migrate", interactive=False, verbosity=0)
        install_tracking()
        adopt_restored_touchpoints()
        if separate_roles():
            grant_app_role()
        return len(steps)
    finally:
        connect_as(env.database_url())


def require_fitting_server() -> None:
    """Refuse a server older than the oldest that is supported."""
    connection.ensure_connection()
    version = connection.connection.info.server_version
    if version < OLDEST_SERVER:
        raise OldServer(
            f"{OldServer.message} This one is {version // 10000}: upgrade it, or use the embedded server."
        )


def refuse_newer() -> None:
    """Refuse a database that has steps this version does not know."""
    unknown = unknown_steps()
    if unknown:
        app, name = unknown[0]
        raise NewerData(
            f"This database was changed by a newer version of Regulars (it has the step {app} {name}, unknown here). "
            "Start that version or a newer one, or restore a backup that was made before the upgrade."
        )


def unknown_steps() -> list[tuple[str, str]]:
    """Return the applied steps that this version does not have, first to last."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations or {})
    replaced = {step for migration in (loader.disk_migrations or {}).values() for step in migration.replaces}
    return [step for step in loader.applied_migrations or {} if step not in known | replaced]


def pending() -> list[Any]:
    """Return the steps that wait to be applied."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def separate_roles() -> bool:
    """Tell whether pages and migrations sign in as different roles."""
    return app_role() != str(database_config(env.owner_database_url())["USER"])


def app_role() -> str:
    """Return the role of web, live and worker."""
    return str(database_config(env.database_url())["USER"])


def append_only_tables() -> list[str]:
    """Return the tables of models marked `append_only = True`."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def grant_app_role() -> None:
    """Let the app role read and write rows, only add to append-only tables, and change no table."""
    connection.ensure_connection()
    raw = connection.connection
    _make_app_role()
    has_maintain = raw.info.server_version >= SERVER_WITH_MAINTAIN
    for statement in roles.grants(
        app_role(), raw.info.dbname, append_only_tables(), has_maintain=has_maintain
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _make_app_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app_role()])
        if cursor.fetchone() is None:
            password = str(database_config(env.database_url())["PASSWORD"])
            roles.ensure_role(connection.connection, app_role(), password)

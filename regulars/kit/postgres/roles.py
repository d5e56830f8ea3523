"""The two roles: one owns the tables and migrates, the other only reads and writes rows."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from regulars.kit.postgres.address import APP_ROLE, DATABASE, OWNER_ROLE, SUPER_ROLE, Address

if TYPE_CHECKING:
    import psycopg

# Written by migrations alone; the app must not be able to say that a migration ran.
READ_ONLY = ("django_migrations",)


def ensure(place: Address) -> None:
    """Make the roles and the database of the embedded server when they are missing."""
    import psycopg

    with psycopg.connect(place.url(SUPER_ROLE, "postgres"), autocommit=True) as connection:
        for role in (OWNER_ROLE, APP_ROLE):
            ensure_role(connection, role, place.passwords[role])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE} TEMPLATE template0")
        connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP_ROLE}")


def ensure_role(connection: "psycopg.Connection[Any]", role: str, password: str) -> None:
    """Make a role that can sign in, with this password."""
    from psycopg import sql

    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if exists else "CREATE"
    statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEROLE PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))


def grants(app_role: str, database: str, append_only: Iterable[str], *, has_maintain: bool) -> list[str]:
    """Return the statements that let the app role use every table, and only add to the append-only ones.

    `has_maintain`: PostgreSQL 17 and newer can let a role ANALYZE tables it does not own, which imports do.
    """
    app, place = quoted(app_role), quoted(database)
    statements = [
        f"GRANT CONNECT, TEMPORARY ON DATABASE {place} TO {app}",
        f"GRANT USAGE ON SCHEMA public TO {app}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {app}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app}",
    ]
    if has_maintain:
        statements.append(f"GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {app}")
    statements += [f"REVOKE UPDATE, DELETE, TRUNCATE ON {quoted(table)} FROM {app}" for table in append_only]
    statements += [
        f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {quoted(table)} FROM {app}" for table in READ_ONLY
    ]
    return statements


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'

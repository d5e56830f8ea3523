"""Every subcommand of every room, and what they need around them. Nothing heavy is imported here."""

import contextlib
import os
import sys
from collections.abc import Iterator

from regulars.config.env import database_config, env
from regulars.kit.cli import register_command

HERE = "regulars.config.commands"

register_command(
    "up", "Set up and run the whole product: database, web, live, worker.", f"{HERE}.up", "nothing"
)
register_command("web", "Serve the pages and the API.", f"{HERE}.web", "nothing")
register_command("live", "Serve live updates.", f"{HERE}.live", "nothing")
register_command("worker", "Do the work in the background.", f"{HERE}.worker")
register_command(
    "migrate", "Bring the database to this version and set the rights of the roles.", f"{HERE}.migrate"
)
register_command("doctor", "Check the whole installation and say what to do.", f"{HERE}.doctor", "django")
register_command(
    "sign-in-link", "Print a link that signs the owner or a member in once.", f"{HERE}.sign_in_link"
)
register_command("token create", "Make an API key and print it.", "regulars.team.commands.token")
register_command("import people", "Take in people from a file.", "regulars.people.commands.import_people")
register_command("export people", "Write people into a file.", "regulars.people.commands.export_people")
register_command("import orders", "Take in orders from a file.", "regulars.commerce.commands.import_orders")
register_command(
    "mail deliver", "Take in mails from files or standard input.", "regulars.messaging.commands.deliver"
)
register_command(
    "mail listen",
    "Take in mail that other servers bring (SMTP or LMTP).",
    "regulars.messaging.commands.listen",
)
register_command(
    "insights refresh", "Bring the files that insights read up to date.", "regulars.insights.commands.refresh"
)
register_command("insights show", "Print the figures of a metric.", "regulars.insights.commands.show")
register_command(
    "clv fit", "Fit a model of lifetime value to a table.", "regulars.insights.commands.clv", "nothing"
)
register_command("demo", "Load a real shop’s orders with invented names, or remove them.", f"{HERE}.demo")
register_command("backup", "Write everything to one file.", f"{HERE}.backup")
register_command("restore", "Put a backup into this database.", f"{HERE}.restore")
register_command("setup", "What `up` does before serving.", f"{HERE}.setup", is_listed=False)


def set_up_django() -> None:
    """Load settings and apps."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    django.setup()


@contextlib.contextmanager
def with_database(is_needed: bool = True) -> Iterator[None]:
    """Keep the embedded server running while a command needs it; a named database is left alone."""
    if not (is_needed and env.is_embedded()):
        yield
        return
    from regulars.kit.postgres.server import Server

    with Server(env.data_dir(), say, memory_mb=postgres_memory()):
        connect_as(env.database_url())
        yield


def connect_as(url: str) -> None:
    """Point Django at a database, as another role or at a server that has just been set up."""
    from django.db import connection

    connection.close()
    connection.settings_dict.update(database_config(url))


def postgres_memory() -> int:
    """Return the embedded server's cache in MB, 0 for what suits the machine."""
    return env.number(
        "REGULARS_POSTGRES_MEMORY",
        0,
        "Cache of the embedded PostgreSQL in MB; 0: 64 to 1,024 by the machine's memory",
    )


def say(text: str) -> None:
    """Show progress; results alone go to standard output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()

import argparse
import json
import sys

from regulars.config.commands import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take how to report."""
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(options: argparse.Namespace) -> None:
    """Bring the database to this version and set the rights of the roles."""
    from regulars.config.migrating import migrate

    steps = migrate(say)
    text = (
        json.dumps({"steps": steps})
        if options.json
        else f"The database is up to date ({steps} steps applied)."
    )
    sys.stdout.write(text + "\n")

import argparse
import json
import sys
from pathlib import Path

from regulars.config.commands import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file to read."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup written by “regulars backup”")
    parser.add_argument("--replace", action="store_true", help="replace what the database holds")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(options: argparse.Namespace) -> None:
    """Put a backup into this database, then bring it to this version; stop web and worker first."""
    from regulars.config.backup import restore
    from regulars.config.migrating import migrate

    restore(options.file, replace=options.replace)
    steps = migrate(say)
    told = {"file": str(options.file), "steps": steps}
    sys.stdout.write(
        (json.dumps(told) if options.json else f"Restored {options.file} ({steps} steps applied).") + "\n"
    )

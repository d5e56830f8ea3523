import argparse
import json
import sys

from regulars.config.commands import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(options: argparse.Namespace) -> None:
    """Migrate and print, as JSON, what `up` needs to know: the owner's way in and whether there are customers."""
    from regulars.config.migrating import migrate

    steps = migrate(say)
    sys.stdout.write(json.dumps({"steps": steps, "link": owner_link(), "is_empty": is_empty()}) + "\n")


def owner_link() -> str:
    """Return the path of a fresh link that signs the owner in once."""
    from regulars.team.actions.links import ensure_owner

    return ensure_owner()


def is_empty() -> bool:
    """Tell whether no customer is known yet."""
    from regulars.people.models import Person

    return not Person.objects.exists()

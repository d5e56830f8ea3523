import argparse
import json
import sys
from typing import TYPE_CHECKING

from regulars.config.commands import say

if TYPE_CHECKING:
    from regulars.team.models import Member


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(options: argparse.Namespace) -> None:
    """Migrate and print, as JSON, what `up` needs to know: the owner's way in and whether there are customers."""
    from regulars.config.migrating import migrate

    steps = migrate(say)
    sys.stdout.write(json.dumps({"steps": steps, "link": owner_link(), "is_empty": is_empty()}) + "\n")


def owner_link() -> str:
    """Return the path of a fresh link that signs the first owner in once."""
    from regulars.team.actions import create_sign_in_link

    return create_sign_in_link(first_owner())


def first_owner() -> "Member":
    """Return the owner who has been here longest, making one when there is none."""
    from regulars.team.models import Member, Role

    owner = Member.objects.active().filter(role=Role.OWNER).order_by("pk").first()
    return owner or Member.objects.create_user("owner@localhost", name="Owner", role=Role.OWNER)


def is_empty() -> bool:
    """Tell whether no customer is known yet."""
    from regulars.people.models import Person

    return not Person.objects.exists()

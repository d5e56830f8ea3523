from __future__ import annotations

import argparse
import sys

from regulars.config.commands.web import public_url
from regulars.config.env import env
from regulars.kit.actor import Actor
from regulars.kit.refused import NotThere
from regulars.kit.supervisor import served_address
from regulars.team.actions.links import create_sign_in_link, ensure_owner
from regulars.team.actions.second_step import reset_second_step
from regulars.team.models import Member

CONSOLE = Actor.clock("console")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take whom the link is for."""
    parser.add_argument("email", nargs="?", metavar="EMAIL", help="a member; without it, the first owner")
    parser.add_argument(
        "--reset-second-step",
        action="store_true",
        help="also remove the member's passkeys, app and codes (a lost phone)",
    )


def run(options: argparse.Namespace) -> None:
    """Print a link that signs a member in once within a day."""
    if options.email is None and not options.reset_second_step:
        path = ensure_owner(by=CONSOLE)
    else:
        member = _member(options.email)
        if options.reset_second_step:
            reset_second_step(member, by=CONSOLE)
        path = create_sign_in_link(member, by=CONSOLE)
    # Whatever port bin/up was told, the link has to lead there.
    address = served_address(env.data_dir()) or public_url()
    sys.stdout.write(f"{address}{path}\n")


def _member(email: str | None) -> Member:
    member = Member.objects.filter(email=(email or "").strip().lower()).first()
    if member is None:
        raise NotThere(f"There is no member with the e-mail “{email or ''}”.")
    return member

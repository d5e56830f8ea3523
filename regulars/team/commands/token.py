from __future__ import annotations

import argparse
import json
import sys
from datetime import timedelta

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Role, Team


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what the key is for and what it opens."""
    parser.add_argument("name", metavar="NAME", help="what the key is for, such as “web shop”")
    parser.add_argument("--role", required=True, choices=Role.values, help="what the key may do")
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        help="narrow it to a permission such as people.see (repeat for more)",
    )
    parser.add_argument(
        "--team", action="append", default=[], help="the team of a key with the role agent (repeat for more)"
    )
    parser.add_argument("--days", type=int, default=0, help="how many days it works; 0: until it is revoked")
    parser.add_argument("--json", action="store_true", help="print id, prefix and key as JSON")


def run(options: argparse.Namespace) -> None:
    """Make an API key and print it; it is shown this once."""
    ends = now() + timedelta(days=options.days) if options.days > 0 else None
    teams = [_team(name) for name in options.team]
    key, secret = create_api_key(
        options.name,
        role=options.role,
        scopes=options.scope,
        teams=teams,
        expires_at=ends,
        by=Actor.clock("console"),
    )
    shown = json.dumps({"id": key.pk, "prefix": key.prefix, "key": secret}) if options.json else secret
    sys.stdout.write(shown + "\n")


def _team(name: str) -> Team:
    team = Team.objects.filter(name__iexact=name).first()
    if team is None:
        raise NotThere(f"There is no team “{name}”.")
    return team

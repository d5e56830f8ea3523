import argparse
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(options: argparse.Namespace) -> None:
    """Print a fresh link; earlier ones stop working."""
    from regulars.config.commands.setup import owner_link
    from regulars.config.commands.web import public_url

    sys.stdout.write(f"{public_url()}{owner_link()}\n")

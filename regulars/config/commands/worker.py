import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(options: argparse.Namespace) -> None:
    """Work until told to stop."""
    from regulars.kit.workshop import run as work

    work()

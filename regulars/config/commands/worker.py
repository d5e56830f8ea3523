import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(options: argparse.Namespace) -> None:
    """Work until told to stop."""
    from regulars.kit.workshop import run as work
    from regulars.timeline.actions.adopting import adopt_restored_touchpoints

    work(before=[adopt_restored_touchpoints])

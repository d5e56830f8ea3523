from __future__ import annotations

import argparse

from regulars.people.commands.importing import add_arguments, run_noun


def arguments(parser: argparse.ArgumentParser) -> None:
    add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    return run_noun("people", options)

from __future__ import annotations

import argparse

from regulars.people.commands.importing import add_arguments, run_noun


def arguments(parser: argparse.ArgumentParser) -> None:
    add_arguments(parser)
    parser.add_argument("--currency", default="", metavar="CODE", help="the currency where no column says it")
    parser.add_argument(
        "--source", default="", help="where the orders come from; numbers are unique within a source"
    )


def run(options: argparse.Namespace) -> int:
    return run_noun("orders", options, currency=options.currency.upper(), source=options.source)

import argparse
import json
import sys
import time

from regulars.config.commands import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take whether to remove it, and in which form to report."""
    parser.add_argument("--remove", action="store_true", help="take the demo away again; your own data stays")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(options: argparse.Namespace) -> int:
    """Load the demo shop, or remove it."""
    from regulars.commerce.actions.demo import load_demo, remove_demo
    from regulars.kit.actor import Actor

    by, started = Actor.clock("regulars demo"), time.monotonic()
    if options.remove:
        people, orders = remove_demo(by)
        told = {"people": people, "orders": orders}
        words = f"The demo is gone: {people:,} people, {orders:,} orders."
    else:
        told = vars(load_demo(by, say))
        words = f"The demo is here: {told['people']:,} people, {told['orders']:,} orders."
    seconds = round(time.monotonic() - started, 1)
    sys.stdout.write(
        (json.dumps({**told, "seconds": seconds}) if options.json else f"{words} {seconds} s") + "\n"
    )
    return 0

from __future__ import annotations

import argparse
import json
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take whether to begin anew, and in which form to report."""
    parser.add_argument("--full", action="store_true", help="build everything anew instead of what changed")
    parser.add_argument(
        "--fold", action="store_true", help="move changes into the month files, as each night"
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(options: argparse.Namespace) -> int:
    """Bring the files that insights read up to date."""
    from regulars.insights.actions.mirror import refresh_mirror

    done = refresh_mirror(full=options.full, folding=options.fold)
    told = {
        "how": done.how, "version": done.version, "seen_at": done.seen_at.isoformat(), "rows": dict(done.rows),
        "seconds": round(done.seconds, 3),
    }  # fmt: skip
    words = f"{done.how}: {sum(done.rows.values()):,} rows in {done.seconds:.1f} s (version {done.version})."
    sys.stdout.write((json.dumps(told) if options.json else words) + "\n")
    return 0

import argparse
import json
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file to write."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write the backup")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(options: argparse.Namespace) -> None:
    """Write everything to one file while the product goes on working."""
    from regulars.config.backup import LACKS, back_up
    from regulars.config.env import env

    size = back_up(options.file)
    lacks = LACKS.format(key=env.key_file())
    told = {"file": str(options.file), "bytes": size, "lacks": lacks}
    sys.stdout.write(
        (json.dumps(told) if options.json else f"Wrote {size / 1e6:.1f} MB to {options.file}. {lacks}") + "\n"
    )

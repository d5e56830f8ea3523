import argparse
import json
import sys

from regulars.kit.refused import Refused


class NoSuchCheck(Refused):
    """A check that does not exist, or that needs the database, which does not answer."""

    message = "There is no such check, or it needs the database, which does not answer. See: regulars doctor"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take how to report."""
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument("--only", metavar="NAME", help="run one check: python, disk, key, database, worker …")


def run(options: argparse.Namespace) -> int:
    """Check everything and return 1 when something needs attention."""
    from regulars.config.doctor import examine

    findings = [finding for finding in examine() if options.only in (None, finding.name)]
    if not findings:
        raise NoSuchCheck
    if options.json:
        report = {
            "ok": all(finding.is_ok for finding in findings),
            "checks": [finding.as_dict() for finding in findings],
        }
        sys.stdout.write(json.dumps(report, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(str(finding) for finding in findings) + "\n")
    return 0 if all(finding.is_ok for finding in findings) else 1

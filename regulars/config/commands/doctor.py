import argparse
import json
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take how to report."""
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(options: argparse.Namespace) -> int:
    """Check everything and return 1 when something needs attention."""
    from regulars.config.doctor import examine

    findings = examine()
    if options.json:
        report = {
            "ok": all(finding.is_ok for finding in findings),
            "checks": [finding.as_dict() for finding in findings],
        }
        sys.stdout.write(json.dumps(report, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(str(finding) for finding in findings) + "\n")
    return 0 if all(finding.is_ok for finding in findings) else 1

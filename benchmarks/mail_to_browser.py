"""From the mail server to the screen: mails are put into a real Dovecot, and a real Chromium with the inbox open says when it shows them.

    python benchmarks/mail_to_browser.py [MAILS]

The product's own processes look into the mailbox (IDLE), read, file, make the conversation and tell the page. Measured from the
moment at which the server has the mail to the moment at which its row is on the page. Prints JSON: milliseconds (promised: p95 under
10 seconds). Needs Debian's `dovecot-imapd` and `chromium`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.running import cut, product, signed_in_as_owner, surroundings
from benchmarks.scratch import scratch_database

USER = "desk"
PAUSE_SECONDS = (0.5, 3.0)
PATIENCE_MS = 60_000
# Notes when the row of a mail is drawn; where it is drawn anew the first time counts.
WATCH = """() => {
  window.drawnAt = {};
  const look = () => requestAnimationFrame(() => {
    for (const one of document.querySelectorAll(".inbox-row .inbox-subject")) {
      const said = one.textContent.trim();
      window.drawnAt[said] ??= Date.now();
    }
  });
  look();
  new MutationObserver(look).observe(document.getElementById("inbox-rows"), { childList: true, subtree: true, characterData: true });
}"""


def main(count: int) -> dict[str, object]:
    with surroundings(), scratch_database("regulars_mail_to_browser"):
        from regulars.messaging.tests.dovecot import running

        with running() as dovecot:
            session = signed_in_as_owner()
            connect(dovecot.port)
            with product() as ours, window(ours.address, session) as page:
                took = [_one(dovecot, page, number) for number in range(-3, count)][3:]
        return {
            "name": "mail server to the open inbox",
            **cut(took),
            "mails": count,
            "promised": "p95_ms < 10000",
        }


def connect(port: int) -> None:
    """Connect the mailbox, as the page of mailboxes does."""
    from regulars.kit.actor import Actor
    from regulars.kit.clock import now
    from regulars.messaging.actions.mailboxes import add_mailbox
    from regulars.messaging.tests.dovecot import PASSWORD

    values = {"address": "desk@example.com", "channel": "Desk", "user": USER, "password": PASSWORD}
    place = {"host": "127.0.0.1", "port": port, "security": "plain"}
    add_mailbox({**values, **place}, by=Actor.clock("benchmark"), at=now())


@contextmanager
def window(address: str, session: str) -> Iterator[Any]:
    """Open a real browser with the inbox, its stream connected."""
    from playwright.sync_api import sync_playwright

    from tests.browser import ARGUMENTS, DESK, chromium

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        context = browser.new_context(base_url=address, viewport=DESK)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()
        page.goto("/inbox/?in=all")
        page.wait_for_selector("html[data-live=on]", timeout=PATIENCE_MS)
        page.evaluate(WATCH)
        yield page
        browser.close()


def _one(dovecot: Any, page: Any, number: int) -> float:
    """Put one mail into the mailbox; return after how many milliseconds its row was drawn."""
    subject = f"Mail {number} of {time.time_ns()}"
    raw = f"""From: Ada {number} <ada{number}@example.org>
To: desk@example.com
Message-ID: <{number}.{time.time_ns()}@example.org>
Subject: {subject}

Where is my order {number}?
""".replace("\n", "\r\n").encode()
    dovecot.put(USER, raw)
    came_at = time.time() * 1000
    page.wait_for_function("said => said in window.drawnAt", arg=subject, timeout=PATIENCE_MS)
    drawn_at = page.evaluate("said => window.drawnAt[said]", subject)
    print(f"{subject}: {drawn_at - came_at:.0f} ms", file=sys.stderr, flush=True)
    time.sleep(random.uniform(*PAUSE_SECONDS))
    return float(drawn_at - came_at)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)) + "\n")

"""The Chromium that browser tests drive, and what every page must stand: no complaint, no barrier, no sideways scrolling."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

# A busy machine is no reason to fail.
expect.set_options(timeout=20_000)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Return the path of a Chromium; without one the test is skipped, in continuous integration it fails."""
    found = os.environ.get("REGULARS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    reason = (
        "No Chromium was found: install it (Debian: apt install chromium) or name it in REGULARS_CHROMIUM."
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


AXE = Path(__file__).parent / "vendor" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module.

    Playwright keeps an event loop running in this thread, which Django would take for an asynchronous program, and which
    must be gone again before tests of other modules start loops of their own.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: Any) -> str:
    """The address of the running product; a module whose pages need no tables may give a cheaper one."""
    return str(live_server.url)


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a window on the running product: `open_page(member, phone=True, dark=True)`; anything its console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    waiting: list[Request] = []

    def open_window(member: Any = None, *, phone: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        if member is not None:
            context.add_cookies([{"name": "sessionid", "value": session_of(member), "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("request", lambda asked: waiting.append(asked))
        for over in ("requestfinished", "requestfailed"):
            page.on(over, lambda asked: waiting.remove(asked) if asked in waiting else None)
        return page

    yield open_window
    # Shown when the test fails: a page that waits for ever has its reason here.
    print(  # noqa: T201
        "Still waiting for:", *(f"{asked.method} {asked.url}" for asked in waiting), sep="\n  "
    )
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A window of somebody who is not signed in."""
    return open_page()


def is_complaint(said: ConsoleMessage) -> bool:
    """Tell a broken page from a server that said no, which tests provoke on purpose."""
    return (
        said.type == "error"
        and "Failed to load resource" not in said.text
        and "ERR_CONNECTION" not in said.text
    )


def session_of(member: Any) -> str:
    """Sign a member in and return the session's key."""
    client = Client()
    client.force_login(member)
    return client.cookies["sessionid"].value


def assert_accessible(page: Page, *, within: str = "body") -> None:
    """Fail with a readable list when axe-core finds anything wrong on the page as it is now."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "([within, standards]) => axe.run(within, {runOnly: standards, resultTypes: ['violations']})",
        [within, STANDARDS],
    )
    wrong = [
        f"{problem['id']}: {problem['help']}\n    "
        + "\n    ".join(
            f"{node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
            for node in problem["nodes"][:5]
        )
        for problem in found["violations"]
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def assert_fits(page: Page) -> None:
    """Fail when the page is wider than its window."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window, f"The page is {wide} wide in a window of {window}."

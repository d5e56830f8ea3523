"""Every page there is, found by walking the addresses: nothing axe-core objects to, nothing wider than its window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from regulars.config.tests.every_door_world import address, doors, world
from regulars.team.models import Member, Team
from tests.browser import assert_accessible, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Pages of the gallery have their own story; signing out is a deed.
SETTLE_MS = 200
SKIPPED = ("kit/", "api/", "accounts/logout")


def pages_for(member: Member, examples: dict[str, Any]) -> list[str]:
    """Give the addresses that answer this member with a whole page."""
    client = Client(raise_request_exception=False)
    client.force_login(member)
    paths = sorted(
        {address(route, names, examples) for route, names, _view in doors() if not route.startswith(SKIPPED)}
    )
    return [path for path in paths if is_page(client, path)]


def is_page(client: Client, path: str) -> bool:
    answer = client.get(path)
    if answer.streaming or answer.status_code != 200:
        return False
    return b"<main" in answer.content and b"</html>" in answer.content


def problems_of(page: Page, path: str) -> list[str]:
    """Open a page and give what is wrong with it."""
    page.goto(path)
    # Panels that come into view ask for their content; the network itself never rests, because live updates stay open.
    page.wait_for_timeout(SETTLE_MS)
    expect(page.locator(".htmx-request")).to_have_count(0)
    found = []
    for check in (assert_accessible, assert_fits):
        try:
            check(page)
        except AssertionError as problem:
            found.append(f"{path} {problem}")
    return found


@pytest.mark.proof
@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_every_page_is_accessible_and_fits(
    open_page: Callable[..., Page], everybody: dict[str, Member], north: Team, phone: bool, dark: bool
) -> None:
    owner = everybody["owner"]
    paths = pages_for(owner, world(everybody, north))
    assert len(paths) > 30
    page = open_page(owner, phone=phone, dark=dark)

    problems = [problem for path in paths for problem in problems_of(page, path)]

    assert not problems, "\n".join(problems)

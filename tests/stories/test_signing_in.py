"""Coming in, from the very first minute: founding the business, passkeys, inviting, and the settings themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from regulars.team.actions import ensure_owner, notify
from regulars.team.models import ApiKey, Business, Member, Team
from tests.browser import assert_accessible, assert_fits
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SETTINGS = [
    "",
    "security/",
    "notices/",
    "business/",
    "members/",
    "teams/",
    "permissions/",
    "keys/",
    "openid/",
    "audit/",
]


@pytest.fixture(autouse=True)
def nobody_tried_before(transactional_db: None) -> Iterator[None]:
    """Forget how often tests before this one tried to sign in."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def page(open_page: Callable[..., Page], site: str) -> Page:
    """A window with a virtual device that keeps passkeys and always knows its owner."""
    page = open_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def test_the_first_owner_founds_the_business_and_adds_a_passkey_instead_of_a_password(
    page: Page, site: str
) -> None:
    page.goto(ensure_owner())
    assert_accessible(page)
    page.locator("[name=name]").fill("Olga Aalto")
    page.locator("[name=email]").fill("olga@aalto.example")
    page.locator("[name=with_passkey]").check()
    page.locator("[name=business_name]").fill("Kahvila Aalto")
    page.locator("[name=country]").select_option("NO")
    expect(page.locator("[name=currency]")).to_have_value("NOK")
    page.get_by_role("button", name="Open Regulars").click()

    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/settings/security/")

    expect(page.get_by_text("You have no password")).to_be_visible()
    assert Business.current().time_zone == "Europe/Oslo"
    assert not Member.objects.get().has_usable_password()


def test_a_passkey_added_beside_a_password_opens_alone(page: Page, aino: Member) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("aino@aalto.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/settings/security/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="It is me").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.context.clear_cookies()

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/settings/security/")

    expect(page.get_by_text("Laptop")).to_be_visible()


def test_a_passkey_that_is_not_given_is_explained(open_page: Callable[..., Page], business: Business) -> None:
    page = open_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('allauth.error', {detail: {exception: new Error('no')}, cancelable: true}))"
    )
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()


def test_an_owner_invites_and_the_colleague_joins(
    open_page: Callable[..., Page], olga: Member, north: Team
) -> None:
    hers, theirs = open_page(olga), open_page(phone=True)
    hers.goto("/settings/members/")
    hers.get_by_role("link", name="Invite a colleague").click()
    box = hers.locator("#modal")
    box.get_by_label("E-mail").fill("not an address")
    box.get_by_label("E-mail").fill("ilse@aalto.example")
    box.get_by_label("North").check()
    assert_accessible(hers)
    box.get_by_role("button", name="Make the invitation").click()
    link = box.locator("[data-copy]").get_attribute("data-copy")

    theirs.goto(link or "")
    assert_accessible(theirs)
    assert_fits(theirs)
    theirs.get_by_label("Your name").fill("Ilse Koski")
    theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    theirs.get_by_role("button", name="Join").click()
    theirs.wait_for_url(lambda url: "/join/" not in url)
    hers.goto("/settings/members/")

    expect(hers.get_by_text("Ilse Koski")).to_be_visible()
    assert Member.objects.get(email="ilse@aalto.example").team_ids == [north.pk]


def test_a_key_is_made_in_a_box_and_revoked_after_a_question(
    open_page: Callable[..., Page], olga: Member
) -> None:
    page = open_page(olga)
    page.goto("/settings/keys/")
    page.get_by_role("link", name="New API key").click()
    page.get_by_label("What is it for?").fill("Web shop")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("heading", name="Copy the key now")).to_be_visible()
    page.get_by_role("link", name="I have copied it").click()

    page.get_by_role("button", name="Revoke").click()
    page.locator("#confirm-box").get_by_role("button", name="Revoke").click()

    expect(page.locator("#toasts").get_by_text("opens nothing any more")).to_be_visible()
    assert ApiKey.objects.get().revoked_at is not None


def test_the_bell_counts_and_opens(open_page: Callable[..., Page], olga: Member) -> None:
    notify([olga.pk], "Aino mentioned you", url="/settings/teams/")
    page = open_page(olga)
    page.goto("/settings/")
    page.get_by_role("link", name="1 new notice").click()
    expect(page.locator("#drawer").get_by_text("Aino mentioned you")).to_be_visible()
    assert_accessible(page)

    page.locator("#drawer").get_by_text("Aino mentioned you").click()

    page.wait_for_url("**/settings/teams/")
    expect(page.get_by_role("link", name="Notices").first).to_be_visible()


def test_the_audit_log_narrows_as_one_types(
    open_page: Callable[..., Page], olga: Member, by_olga: object
) -> None:
    from regulars.team.actions.teams import create_team

    create_team("East", by=by_olga)  # type: ignore[arg-type]
    create_team("West", by=by_olga)  # type: ignore[arg-type]
    page = open_page(olga)
    page.goto("/settings/audit/")
    expect(page.locator("#audit tbody tr")).to_have_count(2)

    page.get_by_label("Words").fill("west")

    expect(page.locator("#audit tbody tr")).to_have_count(1)
    expect(page.locator("#audit-export")).to_have_attribute("href", "/settings/audit/export.csv?words=west")


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk light", "phone dark"])
def test_every_settings_page_is_accessible_and_fits(
    open_page: Callable[..., Page], olga: Member, aino: Member, by_olga: object, phone: bool, dark: bool
) -> None:
    from regulars.team.actions.keys import create_api_key

    create_api_key("Web shop", role="agent", by=by_olga, scopes=["people.see"])  # type: ignore[arg-type]
    notify([olga.pk], "Aino mentioned you")
    page = open_page(olga, phone=phone, dark=dark)
    for path in SETTINGS:
        page.goto(f"/settings/{path}")
        assert_accessible(page)
        assert_fits(page)


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/enter/nothing/"]
)
def test_pages_for_strangers_are_accessible_and_fit(
    open_page: Callable[..., Page], business: Business, path: str
) -> None:
    page = open_page(phone=True, dark=True)
    page.goto(path)

    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("path", ["2fa/totp/activate/", "password/change/", "2fa/webauthn/add/", "logout/"])
def test_account_pages_are_accessible_and_fit(
    open_page: Callable[..., Page], aino: Member, path: str
) -> None:
    page = open_page(aino, phone=True)
    page.goto(f"/accounts/{path}")
    if page.get_by_role("heading", name="Is it you?").count():
        assert_accessible(page)
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="It is me").click()

    assert_accessible(page)
    assert_fits(page)

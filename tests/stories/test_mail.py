"""Mail in a browser: the thread, what attackers send, and the page of mail put aside."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Dialog, Error, Page, expect

from regulars.kit.clock import now
from regulars.messaging.engine.pictures import Picture
from regulars.messaging.models import Arrival, Message
from regulars.messaging.views import threads
from regulars.people.tests.shared_data import shared
from regulars.team.models import Member
from tests.browser import assert_accessible, assert_fits, session_of
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAILS = 6


def hostile_mails() -> list[bytes]:
    """Put all published attacks into a few mails, with pictures, styles and frames of another server around them."""
    payloads = [case["payload"] for case in json.loads(shared("html/dompurify_expect.json").read_text())]
    assert len(payloads) > 200
    outside = (
        '<img src="https://evil.example/a.gif"><img srcset="https://evil.example/b.gif 1x"><link rel=stylesheet href="https://evil.example/c.css">'
        '<style>@import "https://evil.example/d.css"; body { background: url(https://evil.example/e.gif) }</style>'
        '<div style="background: url(https://evil.example/f.gif)">x</div><iframe src="https://evil.example/g"></iframe>'
        '<video src="https://evil.example/h.mp4" poster="https://evil.example/i.gif" autoplay></video><meta http-equiv=refresh content="0;url=https://evil.example/j">'
        '<base href="https://evil.example/"><form action="https://evil.example/k"><input autofocus onfocus=alert(1)></form><img src="/accounts/logout/">'
    )
    pieces = [payloads[n::MAILS] for n in range(MAILS)]
    return [
        a_mail(
            f"<p>Attack {n}</p>{outside}" + "\n<hr>\n".join(piece), Content_Type="text/html; charset=utf-8"
        )
        for n, piece in enumerate(pieces)
    ]


def test_no_published_attack_runs_a_script_or_sends_a_request(
    open_page: Callable[..., Page], olga: Member, site: str
) -> None:
    messages = [a_message(raw) for raw in hostile_mails()]
    page = open_page(olga)
    asked, dialogs = [], []
    page.context.on("request", lambda request: asked.append(request.url))
    page.context.on("dialog", lambda dialog: note(dialog, dialogs))

    for message in messages:
        page.goto(f"/messages/threads/{message.thread_id}/")
        page.get_by_text("Show as it was sent").click()
        frame = page.frame_locator(".letter-frame")
        expect(frame.get_by_text("Attack")).to_be_visible()
        assert is_closed(page)
        page.goto(f"/messages/{message.pk}/frame/")
        expect(page.get_by_text("Attack")).to_be_visible()
        page.mouse.move(200, 200)
        page.wait_for_timeout(300)

    assert dialogs == []
    assert [url for url in asked if not url.startswith(site) and not is_ours(url)] == []
    assert not [url for url in asked if "logout" in url]
    assert len([url for url in asked if url.endswith("/frame/")]) >= 2 * MAILS


def note(dialog: Dialog, dialogs: list[str]) -> None:
    dialogs.append(dialog.message)
    # Its page may have gone on by now.
    with contextlib.suppress(Error):
        dialog.dismiss()


def is_ours(url: str) -> bool:
    """Tell whether an address leaves no machine: data, or the live stream beside the site."""
    return url.startswith(("data:", "blob:", "about:")) or "//localhost:" in url or "//127.0.0.1:" in url


def is_closed(page: Page) -> bool:
    """Tell whether the page cannot look into the frame, nor the frame out of it."""
    return bool(page.evaluate("document.querySelector('.letter-frame').contentDocument === null"))


def test_the_frames_own_policy_alone_stops_them_should_cleaning_fail(
    browser: Browser, olga: Member, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [a_message(raw) for raw in hostile_mails()]
    monkeypatch.setattr(
        "regulars.messaging.views.frames.clean", lambda html, _pictures: SimpleNamespace(html=html)
    )
    context = browser.new_context(base_url=site)
    context.add_cookies([{"name": "sessionid", "value": session_of(olga), "url": site}])
    page, dialogs, left = context.new_page(), [], []
    context.on("dialog", lambda dialog: note(dialog, dialogs))
    context.route(
        "**/*",
        lambda route: (
            route.continue_()
            if route.request.url.startswith(site)
            else left.append(route.request.url) or route.abort()
        ),
    )

    for message in messages:
        page.goto(f"/messages/{message.pk}/frame/")
        assert "onfocus=" in page.content()
        page.wait_for_timeout(300)
    assert (dialogs, left) == ([], [])

    # Without the policy the same mail does run and ask: the test would have noticed.
    monkeypatch.setattr("regulars.messaging.views.frames.POLICY", "")
    control = context.new_page()
    with contextlib.suppress(Error):
        control.goto(f"/messages/{messages[0].pk}/frame/", wait_until="commit")
        control.wait_for_timeout(1_000)
    context.close()

    assert dialogs
    assert left


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_a_thread_is_calm_and_its_history_opens(
    open_page: Callable[..., Page], olga: Member, phone: bool, dark: bool
) -> None:
    ada = a_person("Ada Lovelace", email="ada@example.com")
    history = "Yes, please.\n\n-- \nAda\n\nOn Mon, 2 Mar 2026 at 9:00, Mo <mo@example.com> wrote:\n> Shall I roast it dark?"
    message: Message = a_message(a_mail(history, Subject="Beans"))
    page = open_page(olga, phone=phone, dark=dark)

    page.goto(f"/people/{ada.pk}/")
    page.locator('a[href^="/messages/threads/"]').first.click()
    expect(page.get_by_text("Yes, please.")).to_be_visible()
    expect(page.get_by_text("Shall I roast it dark?")).to_be_hidden()
    page.get_by_text("Show history").click()
    expect(page.get_by_text("Shall I roast it dark?")).to_be_visible()

    assert page.url.endswith(f"/messages/threads/{message.thread_id}/")
    assert_accessible(page)
    assert_fits(page)


def test_a_mail_put_aside_is_tried_again(open_page: Callable[..., Page], olga: Member) -> None:
    message = a_message()
    aside = Arrival.objects.create(
        channel=message.channel,
        raw=message.raw,
        arrived_at=now(),
        state="quarantined",
        reason="ValueError: odd",
    )
    page = open_page(olga)
    page.goto("/settings/quarantine/")
    expect(page.locator(f"#arrival-{aside.pk}")).to_contain_text("ValueError: odd")
    assert_accessible(page)

    page.get_by_role("button", name="Try again").click()

    expect(page.locator("#quarantine")).to_contain_text("All mail was read")
    assert Arrival.objects.get(pk=aside.pk).state == "waiting"


DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_pictures_of_other_servers_come_only_when_asked_for_and_through_us(
    open_page: Callable[..., Page], olga: Member, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    def fetch(url: str) -> Picture:
        fetched.append(url)
        return Picture(DOT, "image/png")

    monkeypatch.setattr(threads, "fetch_picture", fetch)
    mail = a_mail('<p>Spring</p><img src="https://shop.example/a.png?who=ada">', Content_Type="text/html")
    message = a_message(mail)
    page = open_page(olga)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(f"/messages/threads/{message.thread_id}/")
    frame = page.frame_locator(".letter-frame")
    page.get_by_text("Show as it was sent").click()
    expect(frame.get_by_text("Spring")).to_be_visible()
    assert fetched == []

    page.get_by_role("link", name="Show pictures").click()
    expect(frame.locator("img[src]")).to_be_visible()
    width = frame.locator("img").evaluate(
        "one => new Promise(done => one.complete ? done(one.naturalWidth) : one.onload = () => done(one.naturalWidth))"
    )

    assert (width, fetched) == (1, ["https://shop.example/a.png?who=ada"])
    assert [url for url in asked if not url.startswith(site) and not is_ours(url)] == []
    assert_accessible(page)


def test_conversations_are_joined_with_a_button_and_parted_with_undo(
    open_page: Callable[..., Page], olga: Member
) -> None:
    a_message(a_mail("First", Message_ID="<1@x>"))
    apart = a_message(a_mail("Apart", from_="eve@else.example", In_Reply_To="<1@x>"))
    page = open_page(olga)
    page.goto(f"/messages/threads/{apart.thread_id}/")
    assert_accessible(page)

    page.get_by_role("button", name="Join them").click()
    expect(page.locator(".letter")).to_have_count(2)
    expect(page.get_by_role("button", name="Join them")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".letter")).to_have_count(1)
    expect(page.get_by_text("Apart", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Join them")).to_be_visible()

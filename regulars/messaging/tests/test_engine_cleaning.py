"""HTML of strangers: nothing in it runs, nothing in it fetches."""

import json
import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.messaging.engine.cleaning import clean
from regulars.messaging.tests.real_mail import shared

ACTIVE_TAGS = {
    *(
        "script",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "style",
        "form",
        "input",
        "base",
        "link",
        "meta",
        "button",
    ),
}


class Inspector(HTMLParser):
    """Notes what could run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE_TAGS:
            self.found.append(tag)
        for name, value in attrs:
            fetches = name in ("src", "srcset", "background", "poster") and not (value or "").startswith(
                ("/mail/", "data:image/png")
            )
            runs = name.startswith("on") or re.search(
                r"javascript|vbscript|data:text|url\s*\(", value or "", re.IGNORECASE
            )
            if fetches or (runs and name in ("href", "src", "style") or name.startswith("on")):
                self.found.append((tag, name, value))


def active(markup: str) -> list[object]:
    inspector = Inspector()
    inspector.feed(markup)
    return inspector.found


def test_nothing_active_survives_of_the_known_attacks() -> None:
    cases = json.loads(shared("html/dompurify_expect.json").read_text("utf-8"))
    alive = {case["payload"]: found for case in cases if (found := active(clean(case["payload"]).html))}

    assert (len(cases), alive) == (223, {})


def test_nothing_active_survives_of_the_naughty_strings() -> None:
    naughty = json.loads(shared("strings/blns.json").read_text("utf-8"))

    assert [text for text in naughty if active(clean(text).html)] == []


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from("<>/=\"'&; \n\tabonsrcimghefjavpt:()%\u2028\u00a0#0x") | st.characters(codec="utf-8"),
        max_size=150,
    )
)
def test_nothing_active_survives_of_anything(markup: str) -> None:
    assert active(clean(markup).html) == []


def test_what_people_write_stays() -> None:
    cleaned = clean(
        '<p style="color:red">Dear <b>Ada</b>,<br>see <a href="https://example.com/?a=1&amp;b=2">here</a></p>'
    ).html

    link = re.search(r"<a ([^>]+)>here</a>", cleaned)
    assert cleaned.startswith('<p style="color:red">Dear <b>Ada</b>,<br>see <a ')
    assert link is not None
    assert set(re.findall(r'(\w+="[^"]*")', link[1])) == {
        'href="https://example.com/?a=1&amp;b=2"',
        'target="_blank"',
        'rel="noopener noreferrer nofollow"',
    }


def test_pictures_of_others_wait_and_our_own_are_shown() -> None:
    cleaned = clean(
        '<img src="http://spy.example/p.gif?a&amp;b"><img src="cid:logo@x"><img src="cid:gone@x"><img src="//spy.example/q">',
        {"<logo@x>": "/mail/7/logo"},
    )

    assert cleaned.held_back == 2
    assert cleaned.html == (
        '<img data-held-src="http://spy.example/p.gif?a&amp;b"><img src="/mail/7/logo"><img>'
        '<img data-held-src="https://spy.example/q">'
    )


def test_cleaning_twice_changes_nothing() -> None:
    pictures = {"logo@x": "/mail/7/logo"}
    once = clean(
        '<img src="http://spy.example/p.gif"><img src="cid:logo@x"><i style="width:1px;position:fixed">x</i>',
        pictures,
    )

    assert clean(once.html, pictures) == once


def test_styles_that_cover_or_fetch_are_dropped() -> None:
    cleaned = clean('<div style="position:fixed;color:blue;background-color:red;font-family:url(x)">x</div>')

    assert "position" not in cleaned.html
    assert "url" not in cleaned.html

"""Setting up the chat and forms, who may, and that the one script stays small and whole."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.kit.secrets import decrypt
from regulars.kit.wording import to_customer
from regulars.messaging.actions.chat.sites import change_chat_site
from regulars.messaging.engine.colours import contrast, ink_on
from regulars.messaging.models import ChatSite, WebForm
from regulars.messaging.queries.chat_words import FORM, MAILED, WORDS
from regulars.messaging.tests.chat_world import BY, SHOP, a_chat_site
from regulars.team.models import AuditEntry, Member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
LARGEST_PACKED = 25_000
# The same word in both languages.
ALIKE = {("nb", "Send")}


def whole(site: ChatSite, **values: Any) -> dict[str, Any]:
    """Return what the settings form posts for a chat as it is."""
    names = ("colour", "side", "language", "asks_name", "asks_email", "mails_after_minutes", "time_zone")
    first = {name: getattr(site, name) for name in names}
    return {**first, "name": site.channel.name, "origins": SHOP, "is_active": "on", **values}


def test_the_script_is_small_and_needs_nothing_that_policies_forbid() -> None:
    answer = Client().get("/chat/widget.js", headers={"Accept-Encoding": "gzip"})
    script = gzip.decompress(answer.content).decode()

    assert len(answer.content) < LARGEST_PACKED
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "max-age=3600" in answer.headers["Cache-Control"]
    for word in (
        "innerHTML",
        "eval(",
        "new Function",
        "document.write",
        "insertAdjacentHTML",
        "document.cookie",
        "import(",
    ):
        assert word not in script
    mark = answer.headers["ETag"]
    assert Client().get("/chat/widget.js", headers={"If-None-Match": mark}).status_code == 304
    assert Client().get("/chat/widget.js").content.decode() == script


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_whatever_the_chat_says_is_complete_in_every_language(language: str) -> None:
    said = {str(text) for words in (WORDS, FORM, MAILED) for text in words.values()}

    with translation.override(language):
        missing = [text for text in said if to_customer(text) == text and (language, text) not in ALIKE]
        broken = [text for text in said if sorted(places(text)) != sorted(places(to_customer(text)))]

    assert (missing, broken) == ([], [])


def places(text: str) -> list[str]:
    return [piece.partition("}")[0] for piece in text.split("{")[1:]]


def test_an_owner_sets_a_chat_up_and_changes_it(olga: Member, signed_in: SignIn) -> None:
    client = signed_in(olga)
    answer = client.post(
        "/settings/chat/", {"name": "Shop", "origins": "shop.example/contact\nhttps://*.aalto.example"}
    )
    site = ChatSite.objects.get()
    assert answer.url == f"/settings/chat/{site.pk}/"
    assert site.origins == ["https://shop.example", "https://*.aalto.example"]
    page = client.get(answer.url).content.decode()
    assert f"data-site=&quot;{site.public_key}&quot;" in page

    hours = {f"day_{day}": "09:00-17:00" for day in range(5)}
    texts = {"text_fi_hello": "Moikka!"}
    done = client.post(answer.url, whole(site, colour="#AA3300", asks_email="needed", **hours, **texts))

    assert done.status_code == 302, done.content
    site.refresh_from_db()
    assert (site.colour, site.asks_email) == ("#aa3300", "needed")
    assert site.week == ["09:00-17:00"] * 5 + ["", ""]
    assert site.texts == {"fi": {"hello": "Moikka!"}}
    entry = AuditEntry.objects.filter(action="chat_site.changed").latest("pk")
    assert entry.changes["colour"] == ["#1d5c48", "#aa3300"]


def test_the_identity_key_is_shown_once(olga: Member, signed_in: SignIn) -> None:
    site, client = a_chat_site(), signed_in(olga)

    page = client.post(f"/settings/chat/{site.pk}/key").content.decode()

    site.refresh_from_db()
    key = decrypt(site.sealed_identity_key)
    assert key in page
    assert key not in client.get(f"/settings/chat/{site.pk}/").content.decode()
    assert key not in str(list(AuditEntry.objects.values()))


def test_only_who_may_change_channels_sets_chats_up(everybody: dict[str, Member], signed_in: SignIn) -> None:
    site = a_chat_site()
    paths = [
        "/settings/chat/",
        f"/settings/chat/{site.pk}/",
        f"/settings/chat/{site.pk}/preview/",
        "/settings/forms/",
    ]

    statuses = {
        role: [signed_in(who).get(path).status_code for path in paths] for role, who in everybody.items()
    }
    signed_in(everybody["manager"]).post("/settings/chat/", {"name": "Mine"})

    assert statuses["owner"] == [200, 200, 200, 200]
    assert statuses["manager"] == [200, 403, 403, 200]
    assert statuses["agent"] == [403, 403, 403, 403]
    assert ChatSite.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"origins": "javascript:alert(1)"}, "origins"),
        ({"origins": "https://shop.example; script-src *"}, "origins"),
        ({"origins": "shop"}, "origins"),
        ({"origins": "https://*.com:x"}, "origins"),
        ({"colour": "red"}, "colour"),
        ({"colour": "#fff;}*{display:none"}, "colour"),
        ({"week": ["25:00-26:00"] + [""] * 6}, "week"),
        ({"week": ["17:00-09:00"] + [""] * 6}, "week"),
        ({"requires_identity": True}, "requires_identity"),
        ({"texts": {"fi": {"hello": "x" * 400}}}, "texts"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"mails_after_minutes": 0}, "mails_after_minutes"),
        ({"name": ""}, "name"),
    ],
)
def test_what_makes_no_sense_is_refused(olga: Member, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        change_chat_site(a_chat_site(), values, by=BY, at=now())

    assert list(refused.value.fields) == [field]


def test_the_form_shows_what_is_wrong(olga: Member, signed_in: SignIn) -> None:
    site = a_chat_site()

    answer = signed_in(olga).post(
        f"/settings/chat/{site.pk}/", whole(site, day_0="nine", origins="not-a-site")
    )

    assert answer.status_code == 422
    assert "is no website" in answer.content.decode()


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#777777", "#1d5c48", "#ffd54a", "#ff0000", "#0000ff", "#00ff00"]
)
def test_every_colour_gets_an_ink_that_can_be_read(colour: str) -> None:
    assert contrast(colour, ink_on(colour)) >= 4.2


def test_an_owner_sets_a_form_up(olga: Member, signed_in: SignIn) -> None:
    client = signed_in(olga)
    answer = client.post("/settings/forms/", {"name": "Contact"})
    form = WebForm.objects.get()
    page = client.get(answer.url).content.decode()
    assert f"/forms/{form.public_key}/" in page

    values = {"name": "Contact", "is_active": "on", "title": "Say hello", "asked": ["name", "city"], "needed": ["name"],
              "language": "fi", "colour": "#1d5c48", "origins": SHOP}  # fmt: skip
    assert client.post(answer.url, values).status_code == 302

    form.refresh_from_db()
    assert form.fields == [{"name": "name", "needed": True}, {"name": "city", "needed": False}]
    assert (form.title, form.origins) == ("Say hello", [SHOP])

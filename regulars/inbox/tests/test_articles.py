"""Linked articles: written down beside the templates, offered by / and by what was asked, put in as a proper link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.inbox.actions.articles import archive_article, change_article, create_article
from regulars.inbox.models import LinkedArticle
from regulars.inbox.queries.articles import article_source
from regulars.inbox.tests.test_templates import a_conversation
from regulars.kit.actor import Actor
from regulars.kit.answers import AnswerSource, Offer, Seeker, register_answer_source
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.team.actions.keys import create_api_key
from regulars.team.models import AuditEntry, Member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOCK = Actor.clock("test")
SignIn = Callable[[Member], Client]


def an_article(title: str = "How to send something back", **values: Any) -> LinkedArticle:
    given = {"url": "https://shop.example/returns", "keywords": "return refund exchange", **values}
    return create_article({"title": title, **given}, by=CLOCK, at=now())


def titles(**seeks: Any) -> list[str]:
    return [one.title for one in article_source().offer(Seeker(None, **seeks))]


def test_they_are_found_by_typed_words_and_by_what_was_asked() -> None:
    an_article()
    an_article("Opening hours", url="https://shop.example/hours", keywords="open closed")

    assert titles(typed="send ba") == ["How to send something back"]
    assert titles(question="Can I be refunded when I return this mug?") == ["How to send something back"]
    assert titles(question="Hello there") == []


def test_the_customers_language_comes_first() -> None:
    an_article("Return", language="en")
    an_article("Palautus", language="fi", keywords="return palautus")

    assert titles(typed="return", language="fi") == ["Palautus", "Return"]
    assert titles(typed="return", language="en") == ["Return", "Palautus"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "shop.example/returns", "https://", "https://a.example/(x)", "https://a.example/ b"])  # fmt: skip
def test_only_whole_addresses_are_taken(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        an_article(url=url)

    assert "url" in refused.value.fields


def test_the_same_address_is_there_once_in_each_language() -> None:
    an_article(language="en")
    an_article(language="fi")

    with pytest.raises(Invalid):
        an_article("Again", language="en")


def test_what_was_changed_is_in_the_audit_log() -> None:
    article = an_article()
    change_article(article, {"note": "When they ask to return"}, by=CLOCK)
    archive_article(article, by=CLOCK, at=now())

    assert AuditEntry.objects.filter(action="article.changed").count() == 3
    assert titles(typed="send") == []


def test_slash_offers_it_and_puts_in_a_proper_link(signed_in: SignIn, olga: Member) -> None:
    desk = signed_in(olga)
    article = an_article("Returns [2026]")
    talk = a_conversation("How can I return this for a refund?")

    offered = desk.get(reverse("inbox:picker", args=[talk.pk]), {"q": ""}).content.decode()
    place = reverse("inbox:offer_insertion", args=[talk.pk, "articles", article.pk])
    put_in = desk.post(place).json()
    gone = desk.post(reverse("inbox:offer_insertion", args=[talk.pk, "articles", 10**6]))

    assert place in offered
    assert put_in["text"] == r"[Returns \[2026\]](https://shop.example/returns)"
    assert gone.status_code == 404


def test_another_room_can_offer_things_too(
    signed_in: SignIn, olga: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.kit.answers._sources", {})
    offer = Offer("7", "Blue mug", text="We have it in blue.", url="https://shop.example/mug")
    register_answer_source(
        AnswerSource("products", "Product", "package", lambda _seeker: [offer], lambda _seer, key: offer if key == "7" else None)
    )  # fmt: skip
    desk, talk = signed_in(olga), a_conversation()

    offered = desk.get(reverse("inbox:picker", args=[talk.pk]), {"q": "mug"}).content.decode()
    put_in = desk.post(reverse("inbox:offer_insertion", args=[talk.pk, "products", "7"])).json()

    assert "Blue mug" in offered
    assert put_in["text"] == "We have it in blue.\n\n[Blue mug](https://shop.example/mug)"


def test_the_settings_add_change_and_put_away(signed_in: SignIn, olga: Member) -> None:
    desk = signed_in(olga)
    values = {"title": "Returns", "url": "https://shop.example/returns", "language": "en"}

    made = desk.post(reverse("inbox:new_article"), values)
    wrong = desk.post(reverse("inbox:new_article"), values | {"url": "x"})
    article = LinkedArticle.objects.get()
    desk.post(reverse("inbox:edit_article", args=[article.pk]), values | {"title": "Sending back"})
    page = desk.get(reverse("inbox:templates")).content.decode()
    desk.post(reverse("inbox:article_archive", args=[article.pk]))

    assert (made.status_code, wrong.status_code) == (204, 422)
    assert "Sending back" in page
    assert not LinkedArticle.objects.live().exists()  # type: ignore[attr-defined]


def test_programs_do_the_same() -> None:
    _key, secret = create_api_key("test", role="owner", by=CLOCK)
    headers = {"Authorization": f"Bearer {secret}"}

    def call(method: str, path: str = "", body: Any = None) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1/articles{path}", headers=headers, **more)

    made = call("post", body={"title": "Returns", "url": "https://shop.example/returns"}).json()
    changed = call("patch", f"/{made['id']}", {"keywords": "refund"}).json()
    listed = call("get").json()["items"]
    gone = call("delete", f"/{made['id']}")

    assert changed["keywords"] == "refund"
    assert [one["title"] for one in listed] == ["Returns"]
    assert (gone.status_code, call("get").json()["items"]) == (204, [])

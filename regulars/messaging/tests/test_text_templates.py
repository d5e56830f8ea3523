"""Approved texts of WhatsApp: asked for page by page from a local server that answers as Graph does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.connections import connect
from regulars.messaging.actions.text_templates import (
    GapsEmpty,
    TemplatesNotFetched,
    fetch_templates,
    fetch_templates_later,
    letter_of,
)
from regulars.messaging.engine.providers.approved import Gap, read_template, rendered
from regulars.messaging.engine.providers.values import Filling, TryLater
from regulars.messaging.models import Connection, TextTemplate
from regulars.messaging.tests.test_engine_providers import META
from regulars.team.models import Business, Member
from tests.text_provider import TextProvider, text_provider

pytestmark = pytest.mark.django_db
BY = Actor.clock("test")
READY: dict[str, Any] = {
    "id": "11", "name": "order_ready", "language": "fi", "status": "APPROVED", "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Tilaus {{1}}", "example": {"header_text": ["1001"]}},
        {"type": "BODY", "text": "Hei {{1}}, tilauksesi {{2}} odottaa.", "example": {"body_text": [["Ada", "1001"]]}},
        {"type": "FOOTER", "text": "Aalto"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Seuraa", "url": "https://aalto.example/t/{{1}}"}]},
    ],
}  # fmt: skip
NAMED = {
    "id": "12", "name": "hello", "language": "en_US", "status": "APPROVED", "category": "MARKETING", "parameter_format": "NAMED",
    "components": [{"type": "BODY", "text": "Hi {{first_name}}!", "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Bo"}]}}],
}  # fmt: skip
WAITING = {"id": "13", "name": "late", "language": "en", "status": "PENDING", "components": [{"type": "BODY", "text": "Hi"}]}  # fmt: skip
PICTURE = {
    "id": "14", "name": "look", "language": "en", "status": "APPROVED",
    "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look"}],
}  # fmt: skip


def page(*rows: dict[str, Any], after: str = "") -> tuple[int, dict[str, Any]]:
    more = {"next": "https://graph.facebook.com/elsewhere?access_token=stolen"} if after else {}
    return 200, {"data": list(rows), "paging": {"cursors": {"before": "b", "after": after or "end"}, **more}}


@pytest.fixture
def server() -> Iterator[TextProvider]:
    with text_provider() as running:
        yield running


@pytest.fixture
def whats(server: TextProvider, business: Business) -> Connection:
    settings = META | {"number_id": "106540352242922", "business_id": "77", "host": server.url}
    return connect("whatsapp", "WhatsApp", settings, by=BY, at=now())


def names() -> list[str]:
    return [str(one) for one in TextTemplate.objects.all()]


def test_every_page_is_asked_for_and_our_token_goes_nowhere_else(
    whats: Connection, server: TextProvider
) -> None:
    server.answer(page(READY, after="QVFI"), page(NAMED, WAITING, after="QVFJ"), page(PICTURE))

    told = fetch_templates(whats, at=now())

    assert (told.known, told.new, told.gone) == (4, 4, 0)
    assert names() == ["hello (en_US)", "late (en)", "look (en)", "order_ready (fi)"]
    paths = [one[1] for one in server.asked]
    assert all(path.startswith("/v23.0/77/message_templates?fields=id,name,") for path in paths)
    assert [path.partition("&after=")[2] for path in paths] == ["", "QVFI", "QVFJ"]
    assert all(one[2]["Authorization"] == f"Bearer {META['token']}" for one in server.asked)
    assert [one.name for one in TextTemplate.objects.sendable()] == ["hello", "order_ready"]  # type: ignore[attr-defined]


def test_what_changed_is_taken_over_and_what_went_goes(whats: Connection, server: TextProvider) -> None:
    server.answer(page(READY, WAITING))
    fetch_templates(whats, at=now())
    kept = TextTemplate.objects.get(name="late").pk

    server.answer(page({**WAITING, "status": "APPROVED"}, NAMED))
    told = fetch_templates(whats, at=now())

    assert (told.known, told.new, told.gone) == (2, 1, 1)
    assert (TextTemplate.objects.get(name="late").pk, TextTemplate.objects.get(pk=kept).hindrance) == (
        kept,
        "",
    )


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([page(READY, after="Q"), (500, b"<html>")], TryLater),
        ([page(READY, after="Q"), None], TryLater),
        ([(429, {"error": {"code": 80007, "message": "Too many calls"}})], TryLater),
        ([(401, {"error": {"code": 190, "message": "Session has expired"}})], TemplatesNotFetched),
        ([(400, {"error": {"code": 100, "message": "No such account"}})], TemplatesNotFetched),
        ([page(NAMED, after=f"Q{one % 7}") for one in range(201)], TemplatesNotFetched),
    ],
)
def test_a_fetch_that_breaks_off_leaves_what_was_known_and_says_why(
    whats: Connection, server: TextProvider, answers: list[Any], problem: type[Exception]
) -> None:
    server.answer(page(WAITING))
    fetch_templates(whats, at=now())
    before = Connection.objects.get().templates_at
    server.answer(*answers)

    with pytest.raises(problem):
        fetch_templates(whats, at=now())

    found = Connection.objects.get()
    assert (names(), found.templates_at) == (["late (en)"], before)
    assert found.templates_problem
    assert META["token"] not in found.templates_problem


def test_the_account_is_found_by_the_token_when_nobody_entered_it(
    whats: Connection, server: TextProvider
) -> None:
    whats.seal({**whats.settings, "business_id": ""})
    scopes = [{"scope": "whatsapp_business_management", "target_ids": ["88"]}]
    server.answer(
        (200, {"data": {"is_valid": True, "expires_at": 0, "granular_scopes": scopes}}), page(READY)
    )

    fetch_templates(whats, at=now())

    assert server.asked[0][1].startswith("/v23.0/debug_token?input_token=")
    assert server.asked[1][1].startswith("/v23.0/88/message_templates?")


def test_all_are_fetched_by_night_and_one_by_its_button(
    whats: Connection, server: TextProvider, olga: Member
) -> None:
    assert fetch_templates_later() == 1
    client = Client()
    client.force_login(olga)
    server.answer(page(READY, PICTURE))

    client.post(reverse("messaging:connection_templates", args=[whats.pk]))
    shown = client.get(reverse("messaging:connection", args=[whats.pk])).content.decode()

    assert "order_ready" in shown
    assert "begins with a picture or file" in shown
    server.answer((401, {"error": {"code": 190, "message": "Session has expired"}}))
    client.post(reverse("messaging:connection_templates", args=[whats.pk]))
    assert (
        "Session has expired" in client.get(reverse("messaging:connection", args=[whats.pk])).content.decode()
    )


def test_gaps_are_found_with_their_examples_and_fill_what_is_sent() -> None:
    ready, named = read_template(READY), read_template(NAMED)
    assert ready is not None
    assert named is not None

    assert ready.gaps == (
        Gap("header", "1", "1001"), Gap("body", "1", "Ada"), Gap("body", "2", "1001"), Gap("button:0", "1"),
    )  # fmt: skip
    assert named.gaps == (Gap("body", "first_name", "Bo"),)
    values = {"header.1": "7", "body.1": "Ada\n {{2}}", "body.2": "7"}
    assert rendered(ready, values) == "Tilaus 7\n\nHei Ada {{2}}, tilauksesi 7 odottaa.\n\nAalto"


def test_an_empty_gap_is_named_and_holds_everything_back(whats: Connection, server: TextProvider) -> None:
    server.answer(page(READY))
    fetch_templates(whats, at=now())
    template = TextTemplate.objects.get()

    with pytest.raises(GapsEmpty) as refused:
        letter_of(template, {"header.1": "7", "body.1": " ", "body.2": "7"})

    assert refused.value.details["gaps"] == ["body.1", "button:0.1"]
    whole = {"header.1": "7", "body.1": "Ada", "body.2": "7", "button:0.1": "x"}
    letter = letter_of(template, whole)
    assert letter.template is not None
    assert letter.template.fillings[-1] == Filling("button:0", "", "x")

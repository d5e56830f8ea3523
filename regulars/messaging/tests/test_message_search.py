"""Search over real rows: against a plain look through every message, with rights, and across stretches."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.erasing import forget_mail
from regulars.messaging.engine.searching import SMALL, sought
from regulars.messaging.models import Channel, Message, Thread
from regulars.messaging.queries.searching import Found, Narrowed, search_messages
from regulars.people.models import Person
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Member, Team
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WORDS = ("oats", "milk", "coffee", "Kávé", "gift", "card", "late", "thanks", "van", "Tüte")


def numbers(page: Found) -> list[int]:
    return [hit.message.pk for hit in page.hits]


@pytest.fixture
def messages(db: None) -> list[Message]:
    """Messages spread over several small and large stretches of numbers."""
    pick = random.Random(7)
    channel = Channel.objects.create(name="Mail", created_at=now())
    thread = Thread.objects.create(person=a_person("Ada"), started_at=now(), last_message_at=now())
    places = sorted(pick.sample(range(1, 3 << 20), 300))
    rows = [
        Message(
            pk=number, thread=thread, channel=channel, person=thread.person, content_key=str(number),
            text=" ".join(pick.choices(WORDS, k=pick.randint(1, 6))), sent_at=now(), received_at=now(),
        )
        for number in places
    ]  # fmt: skip
    return Message.objects.bulk_create(rows)


@pytest.mark.parametrize("typed", ["oats", "kave", "milk late", '"gift card"', '"oats milk" van', "nowhere"])
def test_it_finds_what_a_look_through_all_would_find_newest_first(
    messages: list[Message], olga: Member, typed: str
) -> None:
    wanted = sought(typed)
    expected = [
        one.pk
        for one in reversed(messages)
        if all(word in one.words.split() for word in wanted.words)
        and all(f" {phrase} " in f" {one.words} " for phrase in wanted.phrases)
    ]

    found, below = [], None
    while True:
        page = search_messages(olga, typed, below=below, most=7)
        found += numbers(page)
        below = page.next_below
        if below is None:
            break

    assert found == expected


def test_a_found_message_is_one_that_may_be_seen(olga: Member, aino: Member) -> None:
    a_person("Bea", email="bea@example.com")
    message = a_message(a_mail("The lavender came late", from_="Bea <bea@example.com>", Subject="Lavender"))

    assert numbers(search_messages(olga, "LAVENDER late")) == [message.pk]
    assert numbers(search_messages(aino, "lavender")) == []


def test_it_narrows_and_erased_words_are_gone(olga: Member) -> None:
    bea = a_person("Bea", email="bea@example.com")
    message = a_message(a_mail("The lavender came late", from_="Bea <bea@example.com>"))

    assert numbers(search_messages(olga, "lavender", Narrowed(direction="out"))) == []
    assert numbers(search_messages(olga, "lavender", Narrowed(person=bea.pk))) == [message.pk]
    forget_mail([bea.pk], at=now())
    assert numbers(search_messages(olga, "lavender")) == []
    assert Person.objects.filter(pk=bea.pk).exists()


def test_the_words_are_looked_up_by_their_index(messages: list[Message]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM messaging_message WHERE messaging_keys(id, words) @@ %s::tsquery",
            [f"'s{messages[0].pk >> SMALL}:oats'"],
        )
        plan: list[Any] = [row[0] for row in cursor.fetchall()]

    assert any("message_by_words" in line for line in plan)


def test_the_page_shows_hits_with_their_marks_and_goes_on_below(
    messages: list[Message], olga: Member
) -> None:
    desk = Client()
    desk.force_login(olga)
    address = reverse("messaging:search")

    page = desk.get(address, {"q": "oats"}).content.decode()

    assert page.count("<mark>oats</mark>") >= 20
    more = re.search(r'hx-get="([^"]*below=[^"]*)"', page)
    assert more is not None
    rest = desk.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert "<ul" not in rest
    assert "<mark>oats</mark>" in rest
    assert "No message has all of these words" in desk.get(address, {"q": "nowhere"}).content.decode()


def test_a_search_asks_the_same_number_of_queries_however_many_it_finds(
    messages: list[Message], olga: Member, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(2):
        search_messages(olga, "oats")
    with django_assert_max_num_queries(2):
        search_messages(olga, "nowhere")


def test_programs_search_by_the_same_rules_as_the_page(
    everybody: dict[str, Member], north: Team, by_olga: Actor
) -> None:
    a_message(a_mail("The blue mug is late", From="Ada <ada@example.com>"))
    a_person("Hidden", email="hidden@example.com", team=north)
    a_message(a_mail("A blue mug for the north", From="Hidden <hidden@example.com>"))
    secrets = {role: create_api_key(role, role=role, by=by_olga)[1] for role in ("owner", "agent")}

    def search(role: str, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {secrets[role]}"}
        return Client().get("/api/v1/messages/search", {"q": "blue mug", **query}, headers=headers)

    everything = search("owner").json()
    first = search("owner", limit=1).json()
    second = search("owner", limit=1, before=first["next"]).json()
    seen = [one["id"] for one in search("agent").json()["items"]]

    assert [one["sender"] for one in everything["items"]] == ["Hidden", "Ada"]
    assert everything["next"] is None
    assert "blue mug" in everything["items"][0]["excerpt"]
    assert [one["id"] for one in (*first["items"], *second["items"])] == [
        one["id"] for one in everything["items"]
    ]
    assert set(seen) < {one["id"] for one in everything["items"]}
    assert search("owner", direction="out").json()["items"] == []
    assert search("owner", q="").status_code == 422
    assert Client().get("/api/v1/messages/search", {"q": "mug"}).status_code == 401

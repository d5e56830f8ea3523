"""What the inbox's pages show, to whom, and that more rows cost no more questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.inbox.actions import (
    assign_conversation,
    be_present,
    close_conversation,
    write_conversation_note,
)
from regulars.inbox.models import Conversation, Draft, Satisfaction
from regulars.inbox.templatetags.inbox import letter
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions import define_field
from regulars.people.models import Person, View
from regulars.team.models import Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
HX = {"HX-Request": "true"}


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north)


@pytest.fixture
def office(olga: Member, signed_in: SignIn) -> Client:
    return signed_in(olga)


def a_conversation(text: str = "Good morning.", *, at: Any = None, **headers: str) -> Conversation:
    message = a_message(a_mail(text, **headers), at=at)
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_page_lists_who_waits_longest_first(office: Client, ada: Person) -> None:
    late = a_conversation("Later", Subject="Second")
    early = a_conversation("Earlier", Subject="First", at=now() - timedelta(hours=3))

    page = text(office.get("/inbox/?in=unassigned"))

    assert page.index("First") < page.index("Second")
    assert f'href="/inbox/{early.pk}/?in=unassigned"' in page
    assert "Ada Lovelace" in page and "Earlier" in page
    assert "is-unread" in page
    assert f'data-id="{late.pk}"' in page


def test_each_list_holds_its_own(olga: Member, by_olga: Actor, office: Client, ada: Person) -> None:
    mine, closed, nobodys = a_conversation(), a_conversation(), a_conversation()
    assign_conversation(mine, olga, by=by_olga, at=now())
    close_conversation(closed, by=by_olga, at=now())

    found = {
        box: [
            one.pk
            for one in (mine, closed, nobodys)
            if f'data-id="{one.pk}"' in text(office.get(f"/inbox/?in={box}"))
        ]
        for box in ("mine", "unassigned", "open", "closed", "all", "waiting", "spam", "nonsense")
    }

    assert found == {
        "mine": [mine.pk],
        "unassigned": [nobodys.pk],
        "open": [mine.pk, nobodys.pk],
        "closed": [closed.pk],
        "all": [mine.pk, closed.pk, nobodys.pk],
        "waiting": [],
        "spam": [],
        "nonsense": [mine.pk],
    }


def test_a_conversation_opens_in_the_page_and_as_a_pane(office: Client, ada: Person) -> None:
    found = a_conversation("Where is it?", Subject="Order 7")

    page, pane = (
        text(office.get(f"/inbox/{found.pk}/?in=open")),
        text(office.get(f"/inbox/{found.pk}/", headers=HX)),
    )
    person = text(office.get(f"/inbox/{found.pk}/person/"))

    assert page.count("Where is it?") == 2
    assert "<html" in page and "<html" not in pane
    assert "Where is it?" in pane and 'name="to"' in pane and "Ada &lt;ada@example.com&gt;" in pane
    assert "Ada Lovelace" in person and "To remember" in person and "Orders" in person


def test_what_a_business_keeps_of_somebody_stands_beside_their_conversation(
    office: Client, ada: Person, by_olga: Actor
) -> None:
    define_field("person", {"label": "Tier", "type": "text"}, by=by_olga)
    Person.objects.filter(pk=ada.pk).update(custom={"tier": "Gold"})
    before, found = (
        a_conversation("It broke", Subject="Mug"),
        a_conversation("Where is it?", Subject="Order 7"),
    )
    Satisfaction.objects.create(
        conversation=before, person=ada, secret="s", created_at=now(), score=2, answered_at=now()
    )

    person = text(office.get(f"/inbox/{found.pk}/person/"))

    assert "Gold" in person
    assert "2 of 5" in person
    assert "Worth is known after the first purchase." in person


def test_notes_and_changes_stand_between_the_letters(
    office: Client, olga: Member, by_olga: Actor, ada: Person
) -> None:
    found = a_conversation("Hello")
    write_conversation_note(found, "She likes **oats**", by=by_olga, at=now())
    assign_conversation(found, olga, by=by_olga, at=now())

    page = text(office.get(f"/inbox/{found.pk}/thread/"))

    assert page.index("Hello") < page.index("She likes <strong>oats</strong>") < page.index("Olga took it")


def test_who_else_is_there_is_seen_in_the_list_and_above_the_letters(
    office: Client, max_: Member, ada: Person
) -> None:
    found = a_conversation()
    be_present(found, max_, is_typing=True, at=now())

    for path in ("/inbox/?in=open", f"/inbox/{found.pk}/thread/"):
        page = text(office.get(path))
        assert 'class="presence is-typing"' in page and "Max" in page
    be_present(found, max_, is_leaving=True, at=now())
    assert 'class="presence' not in text(office.get("/inbox/?in=open"))


def test_opening_is_reading(office: Client, ada: Person) -> None:
    found = a_conversation()
    assert "is-unread" in text(office.get("/inbox/?in=open"))

    office.post(f"/inbox/{found.pk}/presence/", {"state": "here"})
    assert "is-unread" not in text(office.get("/inbox/?in=open"))

    office.post(f"/inbox/{found.pk}/unread/")
    assert "is-unread" in text(office.get("/inbox/?in=open"))


def test_a_draft_survives_and_is_seen_by_colleagues(
    office: Client, signed_in: SignIn, max_: Member, ada: Person
) -> None:
    found = a_conversation()

    office.post(f"/inbox/{found.pk}/draft/", {"text": "Dear Ada", "to": "ada@example.com", "sequence": "1"})

    assert "Dear Ada</textarea>" in text(office.get(f"/inbox/{found.pk}/"))
    assert "Olga has begun to write." in text(signed_in(max_).get(f"/inbox/{found.pk}/"))
    office.post(f"/inbox/{found.pk}/draft/", {"text": " "})
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/inbox/?in=open",
        "/inbox/?in=all",
        "/inbox/{n}/",
        "/inbox/{n}/thread/",
        "/inbox/{n}/person/",
        "/people/{ada}/",
    ],
)
def test_more_rows_cost_no_more_queries(
    office: Client,
    olga: Member,
    max_: Member,
    by_olga: Actor,
    ada: Person,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is asked again by the clock is no matter of rows; on a slow machine its time would come between.
    monkeypatch.setattr("regulars.insights.queries.worth.REMEMBERED_SECONDS", 600.0)
    first = a_conversation(Message_ID="<1@x>")
    address = path.format(n=first.pk, ada=ada.pk)
    office.get(address)
    asked = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            office.get(address)
        asked.append([query["sql"].split("WHERE")[0] for query in queries])
        for _more in range(3):
            a_conversation("More", In_Reply_To="<1@x>")
            other = a_conversation("Another")
            assign_conversation(other, max_, by=by_olga, at=now())
            write_conversation_note(first, "A note", by=by_olga, at=now())
            be_present(other, max_, at=now())

    few, many = asked
    assert len(few) == len(many), set(few) ^ set(many)
    assert len(few) < 45


def test_who_sees_what(
    everybody: dict[str, Member], signed_in: SignIn, north: Team, south: Team, by_olga: Actor, ada: Person
) -> None:
    hers = a_conversation()
    nobodys = a_conversation(from_="New One <new@example.com>")
    robots = a_conversation(from_="robot@shop.example", Auto_Submitted="auto-generated")
    handed = a_conversation()
    assign_conversation(handed, everybody["other agent"], by=by_olga, at=now())

    seen = {
        role: [signed_in(who).get(f"/inbox/{one.pk}/").status_code for one in (hers, nobodys, robots, handed)]
        for role, who in everybody.items()
    }

    assert seen == {
        "owner": [200, 200, 200, 200],
        "manager": [200, 200, 200, 200],
        "agent": [200, 200, 404, 200],
        "other agent": [404, 200, 404, 200],
        "marketer": [200, 200, 404, 200],
        "analyst": [200, 200, 404, 200],
    }
    # Whoever may see the conversation may see its letters.
    message = nobodys.thread.messages.get()
    assert signed_in(everybody["other agent"]).get(f"/messages/{message.pk}/frame/").status_code == 200
    assert signed_in(everybody["analyst"]).post(f"/inbox/{hers.pk}/closure/").status_code == 403


def test_a_saved_list_narrows_everything(office: Client, olga: Member, ada: Person) -> None:
    found, other = a_conversation(Subject="Beans"), a_conversation(Subject="Cups")
    tree = '{"field": "subject", "op": "contains", "value": "Bean"}'

    page = text(office.get("/inbox/", {"in": "open", "filter": tree}))

    assert f'data-id="{found.pk}"' in page and f'data-id="{other.pk}"' not in page
    office.post(f"/lists/conversation/?filter={tree}", {"name": "About beans"}, headers=HX)
    view = View.objects.get(subject="conversation", author=olga)
    shown = text(office.get(f"/inbox/?view={view.pk}"))
    assert (
        "About beans" in shown and f'data-id="{found.pk}"' in shown and f'data-id="{other.pk}"' not in shown
    )


@pytest.mark.parametrize("may_change", [True, False])
@pytest.mark.parametrize("sender", ["ada@example.com", "Nobody <nobody@example.com>"])
def test_a_plain_letter_is_drawn_as_the_template_draws_it(
    office: Client, ada: Person, may_change: bool, sender: str
) -> None:
    told = "Hi <b>there</b> & so on\n\n-- \nAda\n\nOn 3 May 2026 Aalto wrote:\n> What was said before"
    found = a_conversation(told, from_=sender)
    entries = office.get(f"/inbox/{found.pk}/").context["entries"]
    (entry,) = [one for one in entries if one["kind"] == "letter"]
    assert entry["is_plain"]

    drawn = letter(entry, may_change)

    plainly = render_to_string("messaging/_message.html", {"entry": entry, "may_change": may_change})
    assert "".join(drawn.split()) == "".join(plainly.split())

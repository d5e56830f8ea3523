"""How many statements the inbox's pages ask: what was won is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.inbox.actions import assign_conversation, be_present, write_conversation_note
from regulars.inbox.models import Conversation
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.models import Person
from regulars.team.models import Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
HX = {"HX-Request": "true", "HX-Request-Type": "partial"}
# Session with member and business, then: saved lists, numbers and rows of a list; the conversation, its letters, what stands
# around them; what the frame of the page counts.
# Opened: itself with whether its channel can send, its letters, and what stands around them.
SESSION, LIST, OPENED, FRAME = 1, 3, 3, 1


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north)


@pytest.fixture
def talk(ada: Person, max_: Member, by_olga: Actor) -> Conversation:
    message = a_message(a_mail("Good morning.", Message_ID="<1@x>"))
    for _more in range(3):
        a_message(a_mail("And more.", In_Reply_To="<1@x>"))
    hear_everything()
    found = Conversation.objects.get(pk=message.thread_id)
    assign_conversation(found, max_, by=by_olga, at=now())
    write_conversation_note(found, "She likes oats.", by=by_olga, at=now())
    be_present(found, max_, at=now())
    return found


def asked(client: Client, path: str, **headers: Any) -> int:
    for _time in range(2):
        assert client.get(path, **headers).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(path, **headers)
    return len(queries)


def test_a_list_asks_five_statements_and_a_conversation_beside_it_three_more(
    talk: Conversation, olga: Member, aino: Member, signed_in: SignIn
) -> None:
    for member in (olga, aino):
        client = signed_in(member)

        assert asked(client, "/inbox/?in=all") == SESSION + LIST + FRAME
        assert asked(client, f"/inbox/{talk.pk}/?in=all") == SESSION + LIST + OPENED + FRAME


def test_pieces_of_the_page_ask_no_more_than_they_show(
    talk: Conversation, olga: Member, signed_in: SignIn
) -> None:
    client = signed_in(olga)

    assert asked(client, "/inbox/?in=all", headers=HX) == SESSION + LIST - 1
    assert asked(client, f"/inbox/{talk.pk}/", headers=HX) == SESSION + OPENED
    assert asked(client, f"/inbox/{talk.pk}/thread/", headers=HX) == SESSION + OPENED


def test_a_search_asks_for_the_newest_and_where_there_are_more_for_stretches(
    talk: Conversation, olga: Member, signed_in: SignIn
) -> None:
    client = signed_in(olga)

    assert asked(client, "/messages/search/?q=morning", headers=HX) == SESSION + 1
    assert asked(client, "/messages/search/?q=nowhere", headers=HX) == SESSION + 1


def test_what_a_member_may_see_changes_with_their_teams(
    talk: Conversation, aino: Member, north: Team, signed_in: SignIn
) -> None:
    client = signed_in(aino)
    assert client.get(f"/inbox/{talk.pk}/").status_code == 200
    assert f'data-id="{talk.pk}"' in client.get("/inbox/?in=all").content.decode()

    aino.teams.clear()

    assert client.get(f"/inbox/{talk.pk}/").status_code == 404
    assert f'data-id="{talk.pk}"' not in client.get("/inbox/?in=all").content.decode()

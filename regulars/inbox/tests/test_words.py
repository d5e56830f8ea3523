"""On which topics the words of a conversation travel: to exactly those who may see it."""

from __future__ import annotations

from itertools import product

import pytest

from regulars.inbox.models import Conversation
from regulars.inbox.rules import KNOWN, NOBODYS, WHOLE, topics_for, topics_of
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.live import heard_by
from regulars.people.models import Person
from regulars.team.actions.members import change_member
from regulars.team.actions.teams import change_team, delete_team
from regulars.team.models import Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_words_are_heard_by_exactly_those_who_may_see_the_conversation(
    everybody: dict[str, Member], north: Team, aino: Member, sam: Member
) -> None:
    ada = a_person("Ada", email="ada@example.com")
    message = a_message(a_mail())
    hear_everything()
    found = Conversation.objects.filter(pk=message.thread_id)
    people = Person.objects.filter(pk=ada.pk)
    heard = dict.fromkeys((WHOLE, KNOWN, NOBODYS, "member", "team"), 0)

    for person, keeper, teams, assignee, team in product(
        (None, ada), (None, aino, sam), (None, north), (None, aino, sam), (None, north)
    ):
        people.update(keeper=keeper, team=teams)
        found.update(person=person, assignee=assignee, team=team)
        told = set(topics_for(found.select_related("person").get()))
        for member in everybody.values():
            hears = told & set(topics_of(member))
            assert bool(hears) == found.visible_to(member).exists(), (
                member,
                person,
                keeper,
                teams,
                assignee,
                team,
            )  # type: ignore[attr-defined]
            for topic in hears:
                kind = topic.split(":")[1]
                heard[kind if kind in heard else topic] += 1
    # Each kind of topic was what somebody heard it by.
    assert min(heard[kind] for kind in (WHOLE, NOBODYS, "member", "team")) > 0


def test_of_a_deleted_person_nothing_is_told(aino: Member) -> None:
    person = Person(pk=7, name="Ada", deleted_at=now())

    assert topics_for(Conversation(person=person, assignee=aino)) == []


def test_a_ticket_names_only_what_its_member_hears_now(aino: Member, north: Team) -> None:
    theirs = topics_of(aino)
    wanted = ["inbox", WHOLE, *theirs, "inbox:member:999", "inbox:team:999"]

    assert heard_by(aino, wanted) == ["inbox", *theirs]
    assert f"inbox:team:{north.pk}" in theirs


def test_who_joins_or_leaves_a_team_is_given_a_new_ticket(
    aino: Member, sam: Member, north: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    for room in ("members", "teams"):
        monkeypatch.setattr(f"regulars.team.actions.{room}.end_tickets", ended.append)
    by = Actor.clock("test")
    others = [one for one in north.members.all() if one != aino]

    change_team(north, north.name, by=by, members=[*others, sam])
    assert sorted(ended) == sorted([aino.pk, sam.pk])
    change_member(aino, {}, teams=[north], by=by)
    assert ended[2:] == [aino.pk]
    delete_team(north, by=by)
    assert set(ended[3:]) == {aino.pk, sam.pk, *(one.pk for one in others)}

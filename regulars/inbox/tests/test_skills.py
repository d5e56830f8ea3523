"""Who is given what needs a skill: only those who have it, are there, and are not full – also when many give at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.inbox.actions import (
    assign_conversation,
    close_conversation,
    save_arrival_rule,
    set_availability,
)
from regulars.inbox.actions.assigning import NobodyFree, give_to_somebody, need_skills
from regulars.inbox.actions.giving_again import GIVE_AGAIN, Needs, give_again
from regulars.inbox.actions.skills import save_skill
from regulars.inbox.models import Conversation, Skill, Ungiven
from regulars.inbox.tasks import give_what_waits, give_what_waits_by_the_clock
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.team.actions.keys import create_api_key
from regulars.team.models import AuditEntry, Business, Member, Role
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_member, a_message, a_person

SignIn = Callable[[Member], Client]
CLOCK = Actor.clock("test")
STATE: Any = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def a_conversation(**headers: str) -> Conversation:
    message = a_message(a_mail(**headers))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def a_skill(name: str, *members: Member, channels: Any = ()) -> Skill:
    values = {"name": name, "members": [one.pk for one in members], "channels": [one.pk for one in channels]}
    return save_skill(None, values, by=CLOCK)


@pytest.mark.django_db
def test_a_rule_asks_for_skills_and_only_who_has_all_of_them_is_given_it(
    max_: Member, aino: Member, sam: Member
) -> None:
    french, returns = a_skill("French", max_, aino), a_skill("Returns", aino, sam)
    save_arrival_rule(None, {"name": "R", "skill_ids": [french.pk, returns.pk], "turn": "load"}, by=CLOCK)

    found = [a_conversation(from_=f"N <n{number}@example.com>") for number in range(3)]

    assert [one.assignee for one in found] == [aino] * 3


@pytest.mark.django_db
def test_what_a_channel_needs_holds_too_and_the_previous_helper_comes_first_if_they_can(
    olga: Member, max_: Member, aino: Member
) -> None:
    a_person("Ada", email="ada@example.com")
    first = a_conversation()
    assign_conversation(first, max_, by=CLOCK, at=now())
    skill = a_skill("Finnish", aino, olga, channels=[first.channel])

    second = give_to_somebody(a_conversation(), "turn", by=CLOCK, at=now())
    assert second.assignee in (aino, olga)

    save_skill(skill, {"members": [max_.pk, aino.pk, olga.pk]}, by=CLOCK)
    assign_conversation(second, None, by=CLOCK, at=now())
    assert give_to_somebody(a_conversation(), "load", by=CLOCK, at=now()).assignee == max_


@pytest.mark.django_db
def test_when_nobody_can_it_stays_with_nobody_and_says_why(
    signed_in: SignIn, olga: Member, max_: Member, by_olga: Actor
) -> None:
    french = a_skill("French")
    save_arrival_rule(None, {"name": "R", "skill_ids": [french.pk], "turn": "turn", "priority": 2}, by=CLOCK)

    found = a_conversation()
    assert (found.assignee, found.priority) == (None, 2)
    page = signed_in(olga).get(f"/inbox/{found.pk}/thread/").content.decode()
    assert "Given to nobody. Nobody who answers here has these skills: French." in page

    save_skill(french, {"members": [max_.pk]}, by=CLOCK)
    set_availability(max_, is_away=True, capacity=None, by=by_olga, at=now())
    with pytest.raises(NobodyFree, match="Nobody with these skills is free"):
        give_to_somebody(found, "load", by=CLOCK, at=now())
    set_availability(max_, is_away=False, capacity=None, by=by_olga, at=now())
    assert give_to_somebody(found, "load", by=CLOCK, at=now()).assignee == max_


@pytest.mark.django_db
def test_skills_are_made_changed_and_thrown_away_in_the_settings(
    signed_in: SignIn, olga: Member, max_: Member
) -> None:
    office, found = signed_in(olga), a_conversation()
    headers = {"HX-Request": "true"}

    assert (
        office.post(
            "/settings/skills/new/", {"name": "French", "members": [max_.pk]}, headers=headers
        ).status_code
        == 204
    )
    skill = Skill.objects.get()
    assert "Max" in office.get("/settings/skills/").content.decode()
    again = office.post("/settings/skills/new/", {"name": "french"}, headers=headers)
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    need_skills(found, [skill.pk], by=CLOCK, at=now())
    office.post(f"/settings/skills/{skill.pk}/removal/", headers=headers)
    found.refresh_from_db()
    assert give_to_somebody(found, "load", by=CLOCK, at=now()).assignee is not None
    assert AuditEntry.objects.filter(action="skill.changed").count() == 2


MEMBERS = st.lists(
    st.tuples(st.sets(st.sampled_from("ab")), st.one_of(st.none(), st.integers(1, 3)), st.booleans()),
    min_size=1, max_size=4,
)  # fmt: skip
TALKS = st.lists(
    st.tuples(st.sets(st.sampled_from("ab")), st.sampled_from(["turn", "load"]), st.integers(0, 2), st.booleans()),
    max_size=8,
)  # fmt: skip


def all_away(*members: Member, is_away: bool = True) -> None:
    for one in members:
        set_availability(one, is_away=is_away, capacity=None, by=CLOCK, at=now())


@pytest.mark.django_db
def test_what_could_be_given_to_nobody_is_given_when_somebody_comes_back(
    olga: Member, max_: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_arrival_rule(None, {"name": "All", "turn": "turn"}, by=CLOCK)
    all_away(olga, max_)
    first, second, closed, taken = (a_conversation(from_=f"N <n{number}@example.com>") for number in range(4))
    close_conversation(closed, by=CLOCK, at=now())
    assign_conversation(taken, olga, by=CLOCK, at=now())
    assign_conversation(taken, None, by=CLOCK, at=now())
    assert {one.conversation_id for one in Ungiven.objects.all()} == {first.pk, second.pk, closed.pk}
    asked: list[str] = []
    monkeypatch.setattr("regulars.inbox.reactions.defer", lambda name, **_more: asked.append(name))

    # One comes back and takes one at a time.
    set_availability(max_, is_away=False, capacity=1, by=CLOCK, at=now())
    hear_everything()
    give_what_waits()

    assert asked == [GIVE_AGAIN]
    numbers = [first.pk, second.pk, closed.pk, taken.pk]
    given = Conversation.objects.in_bulk(numbers)
    assert [given[number].assignee for number in numbers] == [max_, None, None, None]
    assert "Rule “All”" in first.lines.get(kind="assigned").actor_label
    # Nobody had room for the second; who closes one takes it by the clock, and what somebody decided by hand stays.
    give_what_waits()
    assert second.lines.filter(kind="assigned").count() == 0
    close_conversation(first, by=CLOCK, at=now())
    give_what_waits_by_the_clock(0)
    second.refresh_from_db()
    assert second.assignee == max_
    assert not Ungiven.objects.exists()


@pytest.mark.django_db
def test_a_long_queue_asks_once_for_each_need_and_passes_over_what_nobody_can(
    max_: Member, aino: Member
) -> None:
    french = a_skill("French", aino)
    all_away(max_, aino)
    save_arrival_rule(None, {"name": "All", "turn": "load"}, by=CLOCK)
    found = [a_conversation(from_=f"N <n{number}@example.com>") for number in range(6)]
    for one in found[:5]:
        need_skills(one, [french.pk], by=CLOCK, at=now())

    all_away(max_, is_away=False)
    refused: set[Needs] = set()
    last = give_again(0, at=now(), refused=refused)

    assert last is not None
    assert give_again(last, at=now(), refused=refused) is None
    assert refused == {(None, frozenset({french.pk}))}
    assert [Conversation.objects.get(pk=one.pk).assignee for one in found] == [None] * 5 + [max_]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_try_again_at_once_give_each_of_them_once(max_: Member, aino: Member) -> None:
    save_arrival_rule(None, {"name": "All", "turn": "load"}, by=CLOCK)
    all_away(max_, aino)
    found = [a_conversation(from_=f"N <n{number}@example.com>") for number in range(6)]
    all_away(max_, aino, is_away=False)

    def work() -> None:
        give_what_waits()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    for one in found:
        assert one.lines.filter(kind="assigned").count() == 1
    given = Conversation.objects.values_list("assignee", flat=True)
    assert sorted(given) == sorted([max_.pk, aino.pk] * 3)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=25, **STATE)
@given(MEMBERS, TALKS)
def test_whoever_is_given_something_can_is_there_and_has_room(
    business: Business, members: Any, talks: Any
) -> None:
    # A savepoint, because what comes in has to be the outermost of its own.
    here = transaction.savepoint()
    team, able, given_to = _give_all(members, talks)
    transaction.savepoint_rollback(here)

    for number, (could, got) in enumerate(zip(able, given_to, strict=True)):
        assert got in could if could else got is None, (number, team)


def _give_all(members: Any, talks: Any) -> tuple[list[int], list[set[int]], list[int | None]]:
    """Give one conversation after another; return who is there, who could take each, and who got it."""
    team = [a_member(f"M{number}", Role.AGENT) for number, _one in enumerate(members)]
    people = [a_person(f"P{number}", email=f"p{number}@example.com") for number in range(3)]
    skills = {
        letter: a_skill(letter, *(who for who, one in zip(team, members, strict=True) if letter in one[0]))
        for letter in "ab"
    }
    for who, (_skills, capacity, is_away) in zip(team, members, strict=True):
        set_availability(who, is_away=is_away, capacity=capacity, by=CLOCK, at=now())
    held: dict[int, int] = {who.pk: 0 for who in team}
    last: dict[int, int] = {}
    could: list[set[int]] = []
    got: list[int | None] = []
    at = now()
    for needed, way, person, closes in talks:
        at += timedelta(minutes=1)
        found = a_conversation(from_=f"P <p{person}@example.com>")
        assert found.person == people[person]
        found = need_skills(found, [skills[letter].pk for letter in needed], by=CLOCK, at=at)
        able = {
            who.pk
            for who, (has, capacity, is_away) in zip(team, members, strict=True)
            if needed <= has and not is_away and (capacity is None or held[who.pk] < capacity)
        }
        could.append(able)
        try:
            with transaction.atomic():
                given_to = give_to_somebody(found, way, by=CLOCK, at=at).assignee_id
        except NobodyFree:
            given_to = None
        got.append(given_to)
        if given_to is None:
            continue
        if last.get(person) in able:
            assert given_to == last[person]
        elif way == "load":
            assert held[given_to] == min(held[one] for one in able)
        last[person] = given_to
        held[given_to] += not closes
        if closes:
            close_conversation(found, by=CLOCK, at=at)
    return [one.pk for one in team], could, got


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_who_give_at_once_exceed_nobodys_capacity_and_give_nothing_twice(business: Business) -> None:
    team = [a_member(f"M{number}", Role.AGENT) for number in range(3)]
    skill = a_skill("French", *team[:2])
    for who in team:
        set_availability(who, is_away=False, capacity=3, by=CLOCK, at=now())
    found = [a_conversation(from_=f"N <n{number}@example.com>") for number in range(9)]
    for one in found:
        need_skills(one, [skill.pk], by=CLOCK, at=now())
    found = list(Conversation.objects.order_by("pk"))
    barrier, refused = threading.Barrier(6), []

    def give_them(mine: list[Conversation]) -> None:
        try:
            barrier.wait()
            for one in mine:
                try:
                    give_to_somebody(one, "load", by=CLOCK, at=now())
                except NobodyFree:
                    refused.append(one.pk)
        finally:
            connections.close_all()

    # Each conversation is given by two of them at the same time.
    threads = [threading.Thread(target=give_them, args=[found[n % 3 :: 3]]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    loads = {who.pk: Conversation.objects.filter(assignee=who).count() for who in team}
    assert [loads[who.pk] for who in team] == [3, 3, 0]
    assert len(set(refused)) == 3
    for one in found:
        assert one.lines.filter(kind="assigned").count() <= 1


@pytest.mark.slow
@pytest.mark.django_db
def test_programs_set_up_rules_and_skills(by_olga: Actor, max_: Member) -> None:
    _key, secret = create_api_key("Robot", role="owner", by=by_olga)
    call = Client(headers={"Authorization": f"Bearer {secret}"})
    more = {"content_type": "application/json"}

    skill = call.post("/api/v1/skills", {"name": "French", "members": [max_.pk]}, **more).json()
    body = {"name": "R", "skills": [skill["id"]], "turn": "load", "tags": ["late"], "ask": ["phone"]}
    made = call.post("/api/v1/arrival-rules", body, **more)

    assert (made.status_code, made.json()["skills"], made.json()["ask"]) == (201, [skill["id"]], ["phone"])
    assert a_conversation().assignee == max_
    number = made.json()["id"]
    changed = call.patch(f"/api/v1/arrival-rules/{number}", {"priority": 3, "tags": []}, **more).json()
    assert (changed["priority"], changed["tags"], changed["turn"]) == (3, [], "load")
    assert call.post("/api/v1/arrival-rules", {"name": "X", "ask": ["gold"]}, **more).status_code == 422
    assert call.patch(f"/api/v1/skills/{skill['id']}", {"members": []}, **more).json()["members"] == []
    assert call.delete(f"/api/v1/arrival-rules/{number}").status_code == 204
    assert call.delete(f"/api/v1/skills/{skill['id']}").status_code == 204
    assert (
        call.get("/api/v1/arrival-rules").json()["items"] == call.get("/api/v1/skills").json()["items"] == []
    )

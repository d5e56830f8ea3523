"""Rules on arrival."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from regulars.inbox.actions import save_arrival_rule
from regulars.inbox.models import ArrivalRule, Conversation
from regulars.kit.actor import Actor
from regulars.people.models import Tag, Task
from regulars.team.models import AuditEntry, Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
BEANS = '{"field":"subject","op":"contains","value":"bean"}'


def a_conversation(**headers: str) -> Conversation:
    message = a_message(a_mail(**headers))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def test_what_begins_is_routed_tagged_pressed_and_given(
    signed_in: SignIn, olga: Member, max_: Member, north: Team
) -> None:
    a_person("Ada", email="ada@example.com")
    values = {
        "name": "Beans", "filter": BEANS, "team": north.pk, "turn": "turn", "priority": "2", "tags": "beans, hot",
        "task": "Roast", "is_active": "on",
    }  # fmt: skip
    assert signed_in(olga).post("/settings/arrival-rules/new/", values).status_code == 302

    fits, other = a_conversation(Subject="Your beans", Message_ID="<1@x>"), a_conversation(Subject="Cups")

    assert (fits.team, fits.assignee, fits.priority) == (north, max_, 2)
    assert [tag.name for tag in Tag.objects.filter(pk__in=fits.tag_ids).order_by("name")] == ["beans", "hot"]
    assert (Task.objects.get().title, Task.objects.get().assignee) == ("Roast", max_)
    assert (other.team, other.assignee, other.priority, other.tag_ids) == (None, None, 1, [])
    a_conversation(Subject="Your beans", In_Reply_To="<1@x>")
    assert Task.objects.count() == 1
    page = signed_in(olga).get(f"/inbox/{fits.pk}/thread/").content.decode()
    assert "Rule “Beans” gave it to North" in page
    assert "Beans" in signed_in(olga).get("/settings/arrival-rules/").content.decode()
    assert AuditEntry.objects.filter(action="arrival_rule.changed").exists()


def test_a_rule_that_cannot_be_followed_keeps_no_other_from_it(by_olga: Actor) -> None:
    south = Team.objects.create(name="Empty")
    save_arrival_rule(None, {"name": "Nobody there", "team_id": south.pk, "turn": "turn"}, by=by_olga)
    broken = save_arrival_rule(None, {"name": "Broken"}, by=by_olga)
    ArrivalRule.objects.filter(pk=broken.pk).update(filter={"field": "gone", "op": "is", "value": 1})
    save_arrival_rule(None, {"name": "Good", "priority": 3}, by=by_olga)
    save_arrival_rule(None, {"name": "Off", "priority": 0, "is_active": False}, by=by_olga)

    found = a_conversation()

    assert (found.priority, found.team, found.assignee, found.state) == (3, south, None, "open")
    assert "Nobody is free" in found.lines.get(kind="nobody_free").about["reason"]


def test_a_filter_that_is_not_understood_is_refused(signed_in: SignIn, olga: Member) -> None:
    office = signed_in(olga)

    answer = office.post(
        "/settings/arrival-rules/new/", {"name": "X", "filter": '{"field":"nothing","op":"is"}'}
    )

    assert answer.status_code == 422
    assert not ArrivalRule.objects.exists()

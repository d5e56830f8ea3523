"""Macros: put together in the settings, run by key on one conversation or on many, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.actions import close_conversation, keep_draft, set_availability
from regulars.inbox.actions.macros import create_macro
from regulars.inbox.actions.running import NobodyToWrite, run_macro
from regulars.inbox.actions.templates import GapsLeft, create_template
from regulars.inbox.models import Conversation, Draft, Macro, MacroUse, TemplateUse
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.models import Person, Tag, Task
from regulars.team.actions.keys import create_api_key
from regulars.team.models import AuditEntry, Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
HX = {"HX-Request": "true"}
STATE = ("state", "waiting_since", "snoozed_until", "assignee_id", "team_id", "priority", "tag_ids")


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north)


@pytest.fixture
def office(olga: Member, signed_in: SignIn) -> Client:
    return signed_in(olga)


def a_conversation(text: str = "Good morning.", **headers: str) -> Conversation:
    message = a_message(a_mail(text, **headers))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def a_macro(name: str = "Late", **steps: Any) -> Macro:
    return create_macro({"name": name, "steps": steps}, by=Actor.clock("test"), at=now())


def told(answer: Any, event: str = "toast") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])[event]
    return found


def seen(conversation: Conversation, *names: str) -> tuple[Any, ...]:
    conversation.refresh_from_db()
    return tuple(getattr(conversation, name) for name in names)


def test_a_macro_made_in_the_settings_does_all_its_steps_and_one_undo_takes_all_back(
    office: Client, olga: Member, max_: Member, north: Team, ada: Person
) -> None:
    by = Actor.clock("test")
    template = create_template(
        {"name": "Hello", "texts": {"en": "Hello {{ person.first_name }}, sorry."}}, by=by, at=now()
    )
    found = a_conversation(Subject="Order 7")
    found.tag_ids = [Tag.objects.create(name="new").pk]
    found.save()
    before = seen(found, *STATE)
    values = {
        "name": "Late", "template": str(template.pk), "text": "Yours, {{ member.first_name }}", "assign": f"member:{max_.pk}",
        "tags": "late, beans", "untags": "new", "priority": "3", "note": "Called about {{ conversation.subject }}",
        "task": "Ring {{ person.first_name }}", "task_hours": "2", "task_for": f"member:{max_.pk}", "follow": "on",
        "ending": "tomorrow",
    }  # fmt: skip
    assert office.post("/settings/macros/new/", values).status_code == 302
    macro = Macro.objects.get()
    assert "Late" in office.get(f"/inbox/{found.pk}/macros/").content.decode()

    answer = office.post(f"/inbox/{found.pk}/macros/", {"macro": str(macro.pk)}, headers=HX)

    assert (answer.status_code, told(answer)["text"]) == (204, "“Late” is done.")
    names = [tag.name for tag in Tag.objects.filter(pk__in=seen(found, "tag_ids")[0]).order_by("name")]
    assert (names, found.assignee, found.priority, found.state) == (["beans", "late"], max_, 3, "snoozed")
    draft = Draft.objects.get()
    assert (draft.author, draft.text) == (olga, "Hello Ada, sorry.\n\nYours, Olga")
    assert found.notes.get().body == "Called about Order 7"
    task = Task.objects.get()
    assert (task.title, task.assignee, task.person) == ("Ring Ada", max_, ada)
    assert found.followers.get().member == olga
    assert TemplateUse.objects.get().sent_at is None
    assert "Olga ran “Late”" in office.get(f"/inbox/{found.pk}/thread/").content.decode()
    assert "run 1 time" in office.get("/settings/macros/").content.decode()
    assert AuditEntry.objects.filter(action="macro.run", subject_id=found.pk).exists()

    office.post(told(answer)["undo"])

    assert seen(found, *STATE) == before
    assert not Draft.objects.exists() and not found.followers.exists()
    assert not found.notes.filter(deleted_at=None).exists()
    assert not Task.objects.filter(deleted_at=None).exists()
    assert office.post(told(answer)["undo"]).status_code == 409


def test_taking_back_leaves_what_somebody_changed_since(office: Client, ada: Person, by_olga: Actor) -> None:
    found, macro = a_conversation(), a_macro(priority=3, text="Soon.", tags=["late"])
    answer = office.post(f"/inbox/{found.pk}/macros/", {"macro": str(macro.pk)}, headers=HX)
    office.post(f"/inbox/{found.pk}/priority/", {"priority": "0"})
    draft = Draft.objects.get()
    keep_draft(found, draft.author, {"text": "Soon, I promise."}, at=now())

    office.post(told(answer)["undo"])

    assert seen(found, "priority", "tag_ids") == (0, [])
    assert Draft.objects.get().text == "Soon, I promise."


def test_what_is_typed_already_stays_and_a_note_is_never_made_an_answer(
    office: Client, olga: Member, ada: Person
) -> None:
    found, macro = a_conversation(), a_macro(text="Goodbye.")
    keep_draft(found, olga, {"text": "Dear Ada,"}, at=now())

    answer = office.post(f"/inbox/{found.pk}/macros/", {"macro": str(macro.pk)}, headers=HX)
    assert Draft.objects.get().text == "Dear Ada,\n\nGoodbye."
    office.post(told(answer)["undo"])
    assert Draft.objects.get().text == "Dear Ada,"

    keep_draft(found, olga, {"text": "She is difficult", "is_note": True}, at=now())
    refused = office.post(f"/inbox/{found.pk}/macros/", {"macro": str(macro.pk)}, headers=HX)
    assert refused.status_code == 409
    assert (Draft.objects.get().text, Draft.objects.get().is_note) == ("She is difficult", True)


def test_a_gap_is_named_and_holds_the_answer_back_and_in_bulk_it_holds_back_the_macro(
    office: Client, ada: Person
) -> None:
    macro = a_macro(text="Your order {{ order.number }} is late.", tags=["late"])
    lacks, other = a_conversation(), a_conversation()

    answer = office.post(f"/inbox/{lacks.pk}/macros/", {"macro": str(macro.pk)}, headers=HX)
    assert told(answer)["text"] == "“Late” is done. Fill in: the number of their last order."
    sent = office.post(
        f"/inbox/{lacks.pk}/reply/", {"text": Draft.objects.get().text, "to": "ada@example.com"}
    )
    assert sent.status_code == 422

    bulk = office.post("/inbox/macros/", {"macro": str(macro.pk), "keys": str(other.pk)}, headers=HX)
    text = "Run on 0 conversations. Not on 1: 1 × Not known here: the number of their last order."
    assert told(bulk)["text"] == text
    assert seen(other, "tag_ids") == ([],)
    assert not Draft.objects.filter(conversation=other).exists()


def test_in_bulk_the_numbers_add_up_and_one_undo_takes_all_back(
    office: Client, ada: Person, olga: Member, by_olga: Actor
) -> None:
    an_order(ada, number="A-7")
    ones = [a_conversation(), a_conversation(), a_conversation(from_="Bo <bo@example.com>")]
    close_conversation(ones[1], by=by_olga, at=now())
    macro = a_macro(text="Order {{ order.number }}", priority=2, ending="close")
    keys = ",".join(str(one.pk) for one in [*ones, ones[0]]) + ",999999"

    page = office.get(f"/inbox/macros/?keys={keys}").content.decode()
    lines = office.get(f"/inbox/macros/?palette=1&keys={keys}").content.decode()
    answer = office.post("/inbox/macros/", {"macro": str(macro.pk), "keys": keys}, headers=HX)

    assert "Late" in page
    assert 'role="option"' in lines and keys in lines
    assert told(answer)["text"].startswith("Run on 2 conversations. Not on 2: 1 × ")
    assert [seen(one, "state", "priority") for one in ones] == [("closed", 2), ("closed", 2), ("open", 1)]
    assert MacroUse.objects.count() == 2
    office.post(told(answer)["undo"])
    assert [seen(one, "state", "priority") for one in ones] == [("open", 1), ("closed", 1), ("open", 1)]
    assert not Draft.objects.exists()


def test_who_is_offered_which_macro(
    signed_in: SignIn, olga: Member, max_: Member, aino: Member, sam: Member, north: Team
) -> None:
    by, at = Actor.clock("test"), now()
    steps = {"steps": {"ending": "close"}}
    create_macro({"name": "For all", **steps}, by=by, at=at)
    create_macro({"name": "For north", "team": north.pk, **steps}, by=by, at=at)
    found = a_conversation()
    values = {"name": "Of Aino", "audience": "", "ending": "close"}
    # Who may only have their own cannot make one for all.
    assert signed_in(aino).post("/settings/macros/new/", values | {"audience": "all"}).status_code == 422
    assert signed_in(aino).post("/settings/macros/new/", values).status_code == 302

    def offered(member: Member) -> list[str]:
        page = signed_in(member).get(f"/inbox/{found.pk}/macros/").content.decode()
        return [name for name in ("For all", "For north", "Of Aino") if name in page]

    assert offered(aino) == ["For all", "For north", "Of Aino"]
    assert offered(max_) == ["For all", "For north"]
    Conversation.objects.filter(pk=found.pk).update(assignee=sam)
    assert offered(sam) == ["For all"]
    own = Macro.objects.get(name="Of Aino")
    assert (own.owner, own.team) == (aino, None)
    for_all = Macro.objects.get(name="For all")
    assert signed_in(aino).get(f"/settings/macros/{for_all.pk}/").status_code == 404
    assert signed_in(max_).get(f"/settings/macros/{own.pk}/").status_code == 404
    refused = signed_in(sam).post(f"/inbox/{found.pk}/macros/", {"macro": str(own.pk)}, headers=HX)
    assert refused.status_code == 404


def test_macros_are_ordered_put_away_and_taken_out_again(office: Client) -> None:
    first, second = a_macro("First", ending="close"), a_macro("Second", follow=True)

    office.post(f"/settings/macros/{second.pk}/up/")
    assert [one.name for one in Macro.objects.all()] == ["Second", "First"]
    office.post(f"/settings/macros/{first.pk}/archive/")
    assert "First" not in office.get(f"/inbox/{a_conversation().pk}/macros/").content.decode()
    office.post(f"/settings/macros/{first.pk}/archive/")
    assert Macro.objects.get(pk=first.pk).archived_at is None
    empty = office.post(f"/settings/macros/{first.pk}/", {"name": "First"})
    assert empty.status_code == 422 and "Say at least one thing" in empty.content.decode()


def test_a_macro_that_fails_half_way_leaves_nothing(ada: Person, max_: Member, by_olga: Actor) -> None:
    found = a_conversation()
    macro = a_macro(tags=["late"], assign="load", ending="close")
    for member in Member.objects.all():
        set_availability(member, is_away=True, capacity=None, by=by_olga, at=now())
    before = seen(found, *STATE, "sequence")

    with pytest.raises(Exception, match="Nobody"):
        run_macro(macro, found, by=by_olga, at=now())

    assert seen(found, *STATE, "sequence") == before
    assert not MacroUse.objects.exists()


def test_run_by_nobody_a_draft_is_for_who_has_the_conversation(ada: Person, max_: Member) -> None:
    found, by = a_conversation(), Actor.clock("Rule")
    macro, gap = a_macro(text="Hi."), a_macro("Gap", text="{{ order.number }}")

    with pytest.raises(NobodyToWrite):
        run_macro(macro, found, by=by, at=now())
    Conversation.objects.filter(pk=found.pk).update(assignee=max_)
    run_macro(macro, found, by=by, at=now())
    with pytest.raises(GapsLeft):
        run_macro(gap, found, by=by, at=now())

    assert Draft.objects.get().author == max_


def test_programs_make_and_run_macros(by_olga: Actor, olga: Member, ada: Person) -> None:
    _key, secret = create_api_key("Robot", role="owner", by=by_olga)
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    found = a_conversation()
    body = {"name": "Late", "steps": {"tags": ["late"], "priority": 2}}

    made = program.post("/api/v1/macros", body, content_type="application/json")
    number = made.json()["id"]
    ran = program.post(
        f"/api/v1/macros/{number}/runs",
        {"conversations": [found.pk, 999_999]},
        content_type="application/json",
    )

    assert (made.status_code, made.json()["steps"]) == (201, body["steps"])
    assert ran.json()["ran"] == [found.pk]
    assert [one["conversation"] for one in ran.json()["refused"]] == [999_999]
    assert seen(found, "priority") == (2,)
    assert program.get("/api/v1/macros").json()["items"][0]["times"] == 1
    wrong = program.post(
        "/api/v1/macros", {"name": "X", "steps": {"fly": 1}}, content_type="application/json"
    )
    assert wrong.status_code == 422
    assert program.delete(f"/api/v1/macros/{number}").status_code == 204
    assert program.get("/api/v1/macros").json()["items"] == []

"""Rules that answer, ask, start tasks and run macros, with mail as it is delivered, and against robots."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.actions import save_arrival_rule
from regulars.inbox.actions.hours import create_hours
from regulars.inbox.actions.macros import create_macro
from regulars.inbox.actions.templates import create_template
from regulars.inbox.actions.using_facts import use_what_is_sure
from regulars.inbox.engine.facts import order_number
from regulars.inbox.models import ArrivalRule, Asking, Clock, Conversation, Draft, Template, TemplateUse
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.commands import deliver
from regulars.messaging.models import Message, Sending
from regulars.people.actions import change_person
from regulars.people.models import CustomField, Person, Tag, Task
from regulars.team.actions.keys import create_api_key
from regulars.team.models import AuditEntry, Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
CLOCK = Actor.clock("test")
ANSWERED = {"direction": "out", "kind": "auto_reply"}


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north)


def a_template(
    text: str = "Hello {{ person.first_name | there }}, we have it.", name: str = "Got it"
) -> Template:
    return create_template({"name": name, "texts": {"en": text}}, by=CLOCK, at=now())


def a_rule(name: str = "Rule", **values: Any) -> ArrivalRule:
    return save_arrival_rule(None, {"name": name, **values}, by=CLOCK)


def a_conversation(text: str = "Good morning.", **headers: str) -> Conversation:
    message = a_message(a_mail(text, **headers))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def delivered(tmp_path: Path, capsys: Any, *mails: bytes) -> list[dict[str, Any]]:
    """Take mails in by `regulars mail deliver`, as a mail server hands them over."""
    files = []
    for number, raw in enumerate(mails):
        files.append(tmp_path / f"{number}.eml")
        files[-1].write_bytes(raw)
    parser = argparse.ArgumentParser()
    deliver.arguments(parser)
    deliver.run(parser.parse_args(["--json", *map(str, files)]))
    hear_everything()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


def seen(conversation: Conversation, *names: str) -> tuple[Any, ...]:
    conversation.refresh_from_db()
    return tuple(getattr(conversation, name) for name in names)


def kinds(conversation: Conversation) -> list[str]:
    return list(conversation.lines.order_by("sequence").values_list("kind", flat=True))


def test_a_rule_answers_by_itself_once_and_it_is_still_our_turn(
    ada: Person, tmp_path: Path, capsys: Any
) -> None:
    a_rule(answer=a_template())

    delivered(tmp_path, capsys, a_mail("Where is it?", Subject="Order", Message_ID="<1@x>"))

    found = Conversation.objects.get()
    answer = Message.objects.get(**ANSWERED)
    assert (answer.text, answer.subject) == ("Hello Ada, we have it.", "Re: Order")
    assert Sending.objects.get().email == "ada@example.com"
    assert seen(found, "state", "first_answered_at") == ("open", None)
    assert found.waiting_since is not None and found.beginning == "Where is it?"
    assert Clock.objects.get(kind="first").done_at is None
    assert TemplateUse.objects.get().sent_at is not None

    delivered(tmp_path, capsys, a_mail("Hello?", In_Reply_To="<1@x>"), a_mail("Another matter"))

    assert Message.objects.filter(**ANSWERED).count() == 1
    other = Conversation.objects.exclude(pk=found.pk).get()
    assert "No automatic answer goes to this address now" in other.lines.get(kind="stopped").about["reason"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"List_Id": "<news.example.com>", "Precedence": "list"},
        {"from_": "no-reply@example.com"},
        {"from_": "MAILER-DAEMON@example.com", "Return_Path": "<>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_no_robot_list_or_bounce_is_answered(headers: dict[str, str]) -> None:
    a_rule(answer=a_template(), ask=["phone"])

    a_conversation(**headers)

    assert not Message.objects.filter(direction="out").exists()


def test_two_robots_that_answer_each_other_stop_after_one_letter(tmp_path: Path, capsys: Any) -> None:
    a_rule(answer=a_template("We have it."))
    a_rule("Asks", ask=["phone", "order_number"])
    # Theirs does not say that it is a robot: it answers whatever it gets, each time in a new thread or in the same one.
    for round_ in range(12):
        last = Message.objects.filter(direction="out").order_by("-pk").first()
        more = {"In_Reply_To": f"<{last.message_id}>"} if last and round_ % 2 else {}
        delivered(tmp_path, capsys, a_mail("We have it too.", from_="desk@other.example", **more))

    assert Message.objects.filter(direction="out").count() == 1


def test_a_gap_that_cannot_be_filled_blocks_the_answer_and_says_so(
    signed_in: SignIn, olga: Member, ada: Person
) -> None:
    a_rule("Late", answer=a_template("Your order {{ order.number }} is late."), tags="late")

    found = a_conversation()

    assert not Message.objects.filter(direction="out").exists()
    assert [tag.name for tag in Tag.objects.filter(pk__in=seen(found, "tag_ids")[0])] == ["late"]
    page = signed_in(olga).get(f"/inbox/{found.pk}/thread/").content.decode()
    assert "Rule “Late” could not do all of it. Not known here: the number of their last order." in page

    an_order(ada, number="A-7")
    Conversation.objects.all().delete()
    a_conversation()
    assert Message.objects.get(**ANSWERED).text == "Your order A-7 is late."


def test_only_what_is_unknown_is_asked_for_and_when_it_comes_the_rules_look_once_more(
    signed_in: SignIn, olga: Member, ada: Person, max_: Member, tmp_path: Path, capsys: Any
) -> None:
    CustomField.objects.create(subject="person", key="shoe", label="Shoe size", type="number")
    asks = {"ask": ["order_number", "email", "phone", "field:shoe"], "task": "Look"}
    a_rule("Asks", **asks)
    complete = {"field": "facts_missing", "op": "is", "value": 0}
    a_rule("Complete", filter=complete, assignee=max_, priority=2)
    an_order(ada, number="A-7")

    delivered(tmp_path, capsys, a_mail("It is broken", Message_ID="<1@x>"))

    found = Conversation.objects.get()
    letter = Message.objects.get(**ANSWERED)
    assert "- order number\n- telephone number\n- Shoe size" in letter.text
    assert "e-mail" not in letter.text
    assert seen(found, "state", "waiting_since", "assignee") == ("waiting", None, None)
    assert Clock.objects.get(kind="first").running_since is None
    office = signed_in(olga)
    page = office.get(f"/inbox/{found.pk}/thread/").content.decode()
    assert "order number, telephone number, Shoe size" in page

    mail = a_mail("It was a-7.\nMy number is 040 123 4567", In_Reply_To=f"<{letter.message_id}>")
    delivered(tmp_path, capsys, mail)
    asking = Asking.objects.get()
    assert (asking.found, asking.missing) == (
        {"order_number": "A-7", "phone": "+358401234567"},
        ["field:shoe"],
    )
    assert seen(found, "state", "assignee") == ("open", None)

    delivered(tmp_path, capsys, a_mail("42", In_Reply_To=f"<{letter.message_id}>"))
    asking.refresh_from_db()
    assert (asking.found["field:shoe"], asking.missing) == ("42", [])
    # They had looked again when the first answer came, and only once.
    assert (Task.objects.count(), Message.objects.filter(**ANSWERED).count()) == (1, 1)
    page = office.get(f"/inbox/{found.pk}/thread/").content.decode()
    assert "Waiting for" not in page and "<strong>42</strong>" in page


def test_what_a_customer_gives_fills_an_empty_field_by_itself_and_waits_for_a_click_otherwise(
    signed_in: SignIn, olga: Member, ada: Person
) -> None:
    for key, label in (("shoe", "Shoe size"), ("born", "Birthday"), ("colour", "Colour")):
        kind = {"shoe": "number", "born": "date"}.get(key, "text")
        CustomField.objects.create(subject="person", key=key, label=label, type=kind)
    a_rule("Asks", ask=["order_number", "phone", "field:shoe", "field:born", "field:colour"])
    found = a_conversation("It is broken", Message_ID="<1@x>")
    change_person(ada, by=CLOCK, at=now(), custom={"colour": "red"})
    answer = "Order W-1042\nRing 040 123 4567\nShoe size: 42\nBirthday: soon\nColour: blue"
    a_conversation(answer, In_Reply_To="<1@x>", Subject="Re: It")
    office, door = signed_in(olga), f"/inbox/{found.pk}/facts/"

    # A number is no address, an empty field takes what it can, and nothing is written over.
    ada.refresh_from_db()
    assert ada.custom == {"colour": "red", "shoe": 42}
    assert list(Asking.objects.get().used) == ["field:shoe"]
    assert AuditEntry.objects.filter(actor_label__contains="Their letter “Re: It”").exists()
    page = office.get(f"/inbox/{found.pk}/thread/").content.decode()
    assert page.count("on their record") >= 1 and page.count("Use it") == 3 and "instead of red" in page
    assert office.post(door, {"name": "order_number"}).status_code == 404
    assert office.post(door, {"name": "field:born"}).status_code == 422

    used = office.post(door, {"name": "phone"})
    office.post(door, {"name": "field:colour"})
    ada.refresh_from_db()
    assert ada.custom["colour"] == "blue"
    assert [one.value for one in ada.identities.filter(kind="phone", ended_at=None)] == ["+358401234567"]

    office.post(json.loads(used.headers["HX-Trigger"])["toast"]["undo"])
    office.post(door, {"name": "field:shoe", "back": "yes"})
    change_person(ada, by=CLOCK, at=now(), custom={"colour": "green"})
    assert office.post(door, {"name": "field:colour", "back": "yes"}).status_code == 409
    ada.refresh_from_db()
    assert ada.custom == {"colour": "green"}
    assert not ada.identities.filter(kind="phone", ended_at=None).exists()


def test_somebody_elses_or_a_forged_letter_fills_nothing_by_itself(ada: Person) -> None:
    CustomField.objects.create(subject="person", key="shoe", label="Shoe size", type="number")
    a_rule("Asks", ask=["field:shoe"])
    found = a_conversation("It is broken", Message_ID="<1@x>", Cc="bo@example.com")

    a_conversation("42", from_="Bo <bo@example.com>", In_Reply_To="<1@x>")

    assert Asking.objects.get(pk=found.pk).found == {"field:shoe": "42"}
    ada.refresh_from_db()
    assert ada.custom == {}
    Message.objects.update(proof="fail")
    use_what_is_sure(found, ["field:shoe"], Message.objects.filter(person=ada).latest("pk"), at=now())
    assert Asking.objects.get(pk=found.pk).used == {}


def test_programs_read_and_keep_what_was_given(by_olga: Actor, ada: Person) -> None:
    _key, secret = create_api_key("Robot", role="owner", by=by_olga)
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    a_rule("Asks", ask=["order_number", "phone"])
    found = a_conversation("It is broken", Message_ID="<1@x>")
    a_conversation("040 123 4567", In_Reply_To="<1@x>")
    door, sent = f"/api/v1/conversations/{found.pk}/facts", {"content_type": "application/json"}
    phone = {"name": "phone", "label": "telephone number", "value": "+358401234567", "is_used": False}

    assert program.get(door).json()["missing"] == ["order number"]
    assert program.get(door).json()["found"] == [phone]
    assert program.post(door, {"name": "phone"}, **sent).json()["found"] == [phone | {"is_used": True}]
    assert ada.identities.filter(kind="phone", ended_at=None).count() == 1
    program.post(door, {"name": "phone", "is_used": False}, **sent)
    assert not ada.identities.filter(kind="phone", ended_at=None).exists()
    assert program.post(door, {"name": "order_number"}, **sent).status_code == 404


def test_who_may_not_change_the_person_keeps_nothing_on_them(
    signed_in: SignIn, ada: Person, sam: Member, north: Team
) -> None:
    a_rule("Asks", ask=["phone"])
    found = a_conversation("It is broken", Message_ID="<1@x>")
    a_conversation("040 123 4567", In_Reply_To="<1@x>")
    Conversation.objects.filter(pk=found.pk).update(assignee=sam)

    refused = signed_in(sam).post(f"/inbox/{found.pk}/facts/", {"name": "phone"})

    assert refused.status_code == 403
    assert not ada.identities.filter(kind="phone").exists()


def test_the_second_look_does_what_fits_now_and_nothing_twice(ada: Person, max_: Member) -> None:
    a_rule("Asks", ask=["order_number"], task="Look")
    a_rule("Complete", filter={"field": "facts_missing", "op": "is", "value": 0}, assignee=max_, priority=2)

    found = a_conversation("It is broken", Message_ID="<1@x>")
    assert seen(found, "state", "assignee", "priority") == ("waiting", None, 1)
    a_conversation("It is order number W-1042", In_Reply_To="<1@x>")

    assert seen(found, "state", "assignee", "priority") == ("open", max_, 2)
    assert Task.objects.count() == 1
    assert "facts" in kinds(found)


def test_who_wrote_everything_is_not_asked(ada: Person) -> None:
    a_rule(ask=["order_number"], answer=a_template("Thank you. {{ facts.missing }}"))

    found = a_conversation("My order number is 20417, it is late")

    assert seen(found, "state") == ("open",)
    assert not Asking.objects.exists() and not Message.objects.filter(direction="out").exists()


def test_the_template_says_where_the_list_stands(ada: Person) -> None:
    a_rule(ask=["phone"], answer=a_template("Please send:\n{{ facts.missing }}\nThank you."))

    a_conversation()

    assert Message.objects.get(**ANSWERED).text == "Please send:\n- telephone number\nThank you."


def test_a_task_is_titled_dated_in_open_hours_and_given(ada: Person, max_: Member, aino: Member) -> None:
    week = ["9-17"] * 5 + ["", ""]
    create_hours({"name": "Office", "time_zone": "UTC", "week": week}, by=CLOCK, at=now())
    Person.objects.filter(pk=ada.pk).update(keeper=aino)
    a_rule(
        "K", task="Ring {{ person.first_name }} about {{ order.number }}", task_hours=10, task_for="keeper"
    )
    a_rule("M", task="Look at {{ conversation.subject }}", task_for=f"member:{max_.pk}")

    friday = datetime(2026, 11, 27, 15, tzinfo=UTC)
    a_message(a_mail(Subject="Beans"), at=friday)
    hear_everything()

    tasks = {one.title: one for one in Task.objects.all()}
    assert set(tasks) == {"Ring Ada about –", "Look at Beans"}
    keepers = tasks["Ring Ada about –"]
    assert (keepers.assignee, keepers.person) == (aino, ada)
    # Two hours on Friday, eight on Monday.
    assert keepers.due_at == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert (tasks["Look at Beans"].assignee, tasks["Look at Beans"].due_at) == (max_, None)


def test_a_rule_runs_a_macro_or_says_why_not(ada: Person, max_: Member) -> None:
    steps = {"text": "Hi {{ person.first_name }}", "tags": ["late"], "ending": "tomorrow"}
    macro = create_macro({"name": "Late", "steps": steps}, by=CLOCK, at=now())
    a_rule("Runs it", macro=macro, priority=3)

    nobodys = a_conversation()
    assert seen(nobodys, "priority", "tag_ids", "state") == (3, [], "open")
    assert "nobody to write the answer for" in nobodys.lines.get(kind="stopped").about["reason"]

    ArrivalRule.objects.update(assignee=max_)
    maxs = a_conversation()
    assert seen(maxs, "state", "assignee") == ("snoozed", max_)
    assert (Draft.objects.get().author, Draft.objects.get().text) == (max_, "Hi Ada")


def test_rules_are_put_together_in_the_settings(signed_in: SignIn, olga: Member, ada: Person) -> None:
    template = a_template()
    macro = create_macro({"name": "Tidy", "steps": {"priority": 2}}, by=CLOCK, at=now())
    values = {
        "name": "All of it", "filter": "", "answer": str(template.pk), "ask": ["phone"], "task": "Look", "task_hours": "4",
        "task_for": "keeper", "macro": str(macro.pk), "is_active": "on",
    }  # fmt: skip
    office = signed_in(olga)

    assert office.post("/settings/arrival-rules/new/", values).status_code == 302

    rule = ArrivalRule.objects.get()
    assert (rule.answer, rule.ask, rule.task_hours, rule.task_for, rule.macro) == (
        template,
        ["phone"],
        4,
        "keeper",
        macro,
    )
    page = office.get(f"/settings/arrival-rules/{rule.pk}/").content.decode()
    assert "Got it" in page and "telephone number" in page
    listed = office.get("/settings/arrival-rules/").content.decode()
    assert all(words in listed for words in ("Tidy", "Got it", "telephone number"))


def test_a_letter_that_was_fetched_late_is_not_answered(ada: Person) -> None:
    a_rule(answer=a_template())

    a_message(a_mail(), at=now() - timedelta(days=2))
    hear_everything()

    assert not Message.objects.filter(direction="out").exists()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tilausnumero: 20417", "20417"),
        ("Order #1042 is late", "1042"),
        ("my order no. is AB-2024-17", "AB-2024-17"),
        ("I ordered 3 cups in 2026", ""),
        ("Ring 040 123 4567", ""),
        ("Bestilling nr. 77123.", "77123"),
    ],
)
def test_order_numbers_are_found(text: str, number: str) -> None:
    assert order_number(text) == number

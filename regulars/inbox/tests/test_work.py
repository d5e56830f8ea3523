"""What members do: answer, note, close, hand on, merge – through the pages, with undo, audit, and the collision check."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.inbox.actions import (
    MovedMeanwhile,
    answer_conversation,
    assign_conversation,
    close_conversation,
    merge_conversations,
    set_availability,
    set_priority,
    write_conversation_note,
)
from regulars.inbox.actions.arriving import take_failure
from regulars.inbox.actions.assigning import NobodyFree, give_to_somebody
from regulars.inbox.models import Conversation, Draft
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Message, Sending
from regulars.people.actions.tags import merge_tags
from regulars.people.models import Person, Tag
from regulars.team.models import AuditEntry, Member, Notice, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north)


@pytest.fixture
def office(olga: Member, signed_in: SignIn) -> Client:
    return signed_in(olga)


def by(member: Member) -> Actor:
    return Actor("member", member.pk, str(member), None, "test", member.pk)


def a_conversation(text: str = "Good morning.", **headers: str) -> Conversation:
    message = a_message(a_mail(text, **headers))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def told(answer: Any, event: str = "toast") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])[event]
    return found


def seen(conversation: Conversation, *names: str) -> tuple[Any, ...]:
    conversation.refresh_from_db()
    return tuple(getattr(conversation, name) for name in names)


def test_an_answer_goes_to_who_wrote_and_the_customer_is_waited_for(
    office: Client, olga: Member, ada: Person
) -> None:
    found = a_conversation("Where is it?", Subject="Order 7")

    answer = office.post(
        f"/inbox/{found.pk}/reply/",
        {"text": "It is **here**.", "to": "Ada <ada@example.com>", "cc": "bob@example.com", "sequence": "1"},
    )

    assert (answer.status_code, told(answer)["text"]) == (204, "Sent.")
    message = Message.objects.get(direction="out")
    assert (message.text, message.subject, message.author) == ("It is **here**.", "Re: Order 7", olga)
    assert "<strong>here</strong>" in message.html
    assert {(one.email, one.role, one.state) for one in Sending.objects.all()} == {
        ("ada@example.com", "to", "held"),
        ("bob@example.com", "cc", "held"),
    }
    assert seen(found, "state", "waiting_since", "assignee") == ("waiting", None, olga)
    assert found.first_answered_at is not None
    assert AuditEntry.objects.filter(action="conversation.answered", subject_id=found.pk).exists()


def test_taking_an_answer_back_restores_the_conversation_and_the_draft(office: Client, ada: Person) -> None:
    found = a_conversation()
    office.post(f"/inbox/{found.pk}/files/", {"file": SimpleUploadedFile("a.txt", b"beans")})
    before = seen(found, "state", "waiting_since", "assignee", "first_answered_at", "beginning")
    answer = office.post(f"/inbox/{found.pk}/reply/", {"text": "Oops", "to": "ada@example.com"})
    assert not Draft.objects.exists()

    office.post(told(answer)["undo"])

    assert seen(found, "state", "waiting_since", "assignee", "first_answered_at", "beginning") == before
    assert Sending.objects.get().state == "cancelled"
    draft = Draft.objects.get()
    assert (draft.text, draft.to, [one.name for one in draft.files.all()]) == (
        "Oops",
        "ada@example.com",
        ["a.txt"],
    )
    assert "Oops</textarea>" in office.get(f"/inbox/{found.pk}/").content.decode()


def test_files_go_with_the_answer(office: Client, ada: Person) -> None:
    found = a_conversation()
    shown = office.post(
        f"/inbox/{found.pk}/files/",
        {"file": [SimpleUploadedFile("a.txt", b"beans"), SimpleUploadedFile("b.txt", b"cups")]},
    )
    assert "a.txt" in shown.content.decode()
    first = Draft.objects.get().files.first()
    office.post(f"/inbox/{found.pk}/files/{first.pk if first else 0}/removal/")

    office.post(f"/inbox/{found.pk}/reply/", {"text": "See the file.", "to": "ada@example.com"})

    assert [one.name for one in Message.objects.get(direction="out").files.all()] == ["b.txt"]


def test_sending_may_close_or_put_aside(office: Client, ada: Person) -> None:
    closed, aside = a_conversation(), a_conversation()

    for found, then in ((closed, "close"), (aside, "snooze")):
        answer = office.post(
            f"/inbox/{found.pk}/reply/", {"text": "Done", "to": "ada@example.com", "then": then}
        )
        assert told(answer, "inbox-sent") == {"id": found.pk, "next": True}

    assert seen(closed, "state") == ("closed",)
    assert seen(aside, "state") == ("snoozed",)


def test_a_send_is_held_when_somebody_answered_meanwhile(
    office: Client, max_: Member, olga: Member, ada: Person
) -> None:
    found = a_conversation()
    opened_at = found.sequence
    answer_conversation(found, OutgoingLetter("Max was quicker"), by=by(max_), at=now())
    typed = {"text": "Olga too", "to": "ada@example.com", "sequence": str(opened_at)}

    held = office.post(f"/inbox/{found.pk}/reply/", typed)

    page = held.content.decode()
    assert held.status_code == 422
    assert "Nothing was sent yet" in page and "Max answered" in page and "Send anyway" in page
    assert Message.objects.filter(direction="out").count() == 1
    sequence = seen(found, "sequence")[0]
    assert office.post(f"/inbox/{found.pk}/reply/", {**typed, "anyway": str(sequence)}).status_code == 204
    assert Message.objects.filter(direction="out").count() == 2


def test_own_changes_and_a_read_conversation_hold_nothing(olga: Member, ada: Person) -> None:
    found = a_conversation(Message_ID="<1@x>")
    opened_at = found.sequence
    set_priority(found, 2, by=by(olga), at=now())
    answer_conversation(found, OutgoingLetter("One"), by=by(olga), at=now(), seen=opened_at)

    a_conversation("Wait", In_Reply_To="<1@x>")

    with pytest.raises(MovedMeanwhile) as problem:
        answer_conversation(found, OutgoingLetter("Two"), by=by(olga), at=now(), seen=opened_at)
    assert [line.kind for line in problem.value.lines] == ["received"]


def test_what_is_wrong_with_an_answer_is_said_and_nothing_is_lost(office: Client, ada: Person) -> None:
    found = a_conversation()

    empty = office.post(f"/inbox/{found.pk}/reply/", {"text": " ", "to": "ada@example.com"})
    wrong = office.post(f"/inbox/{found.pk}/reply/", {"text": "Hi", "to": "ada at home"})

    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert "ada at home" in wrong.content.decode()
    assert seen(found, "state") == ("open",)


def test_a_note_names_colleagues_who_may_see_it(
    office: Client, max_: Member, sam: Member, olga: Member, ada: Person
) -> None:
    found = a_conversation()

    office.post(f"/inbox/{found.pk}/note/", {"text": "@Max and @Sam, look"})

    assert [one.member for one in Notice.objects.filter(icon="at")] == [max_]
    assert [one.member for one in found.followers.all()] == [max_]
    note = found.notes.get()
    answer = office.post(f"/inbox/{found.pk}/notes/{note.pk}/removal/")
    assert "@Max" not in office.get(f"/inbox/{found.pk}/thread/").content.decode()
    office.post(told(answer)["undo"])
    assert "@Max" in office.get(f"/inbox/{found.pk}/thread/").content.decode()


def test_followers_hear_of_a_reply(office: Client, olga: Member, ada: Person) -> None:
    found = a_conversation(Message_ID="<1@x>")
    office.post(f"/inbox/{found.pk}/following/")

    a_conversation("News", In_Reply_To="<1@x>")

    assert Notice.objects.get(member=olga).url == f"/inbox/{found.pk}/"
    office.post(f"/inbox/{found.pk}/following/")
    assert not found.followers.exists()


@pytest.mark.parametrize(
    ("deed", "values", "state"),
    [
        ("closure", {}, "closed"),
        ("spam", {}, "spam"),
        ("snooze", {"choice": "tomorrow"}, "snoozed"),
        ("priority", {"priority": "3"}, "open"),
        ("tags", {"tags": "late, beans"}, "open"),
        ("assignment", {"assignee": "{max}", "team": "{north}"}, "open"),
    ],
)
def test_every_deed_can_be_taken_back(
    office: Client, max_: Member, north: Team, ada: Person, deed: str, values: dict[str, str], state: str
) -> None:
    found = a_conversation()
    names = (
        "state",
        "waiting_since",
        "priority",
        "tag_ids",
        "assignee",
        "team",
        "snoozed_until",
        "closed_at",
    )
    before = seen(found, *names)
    said = {name: value.format(max=max_.pk, north=north.pk) for name, value in values.items()}

    answer = office.post(f"/inbox/{found.pk}/{deed}/", said)

    assert answer.status_code == 204
    assert seen(found, *names) != before
    assert found.state == state
    assert AuditEntry.objects.filter(subject_type="conversation", subject_id=found.pk).exists()
    office.post(told(answer)["undo"])
    assert seen(found, *names) == before


def test_reopening_closed_and_closing_twice(office: Client, ada: Person, by_olga: Actor) -> None:
    found = a_conversation()
    close_conversation(found, by=by_olga, at=now())

    assert office.post(f"/inbox/{found.pk}/closure/").status_code == 409
    assert office.post(f"/inbox/{found.pk}/reopening/").status_code == 204
    assert office.post(f"/inbox/{found.pk}/reopening/").status_code == 409
    assert seen(found, "state", "reopened_count") == ("open", 1)


def test_picked_rows_are_done_together_and_taken_back_together(
    office: Client, olga: Member, ada: Person
) -> None:
    found = [a_conversation() for _one in range(3)]
    close_conversation(found[0], by=by(olga), at=now())
    keys = ",".join(str(one.pk) for one in found)

    closed = office.post("/inbox/bulk/", {"keys": keys, "deed": "close"})
    assert told(closed)["text"] == "2 conversations changed."
    assert [seen(one, "state")[0] for one in found] == ["closed"] * 3
    office.post(told(closed)["undo"])
    assert [seen(one, "state")[0] for one in found] == ["closed", "open", "open"]

    taken = office.post("/inbox/bulk/", {"keys": keys, "deed": "assign", "assignee": str(olga.pk)})
    assert [seen(one, "assignee")[0] for one in found] == [olga] * 3
    office.post(told(taken)["undo"])
    assert [seen(one, "assignee")[0] for one in found] == [None] * 3
    office.post("/inbox/bulk/", {"keys": keys, "deed": "tag", "tag": "late"})
    tag = Tag.objects.get(name="late")
    assert [seen(one, "tag_ids")[0] for one in found] == [[tag.pk]] * 3


def test_by_turn_everybody_gets_one_and_by_load_who_has_least(
    north: Team, max_: Member, aino: Member, sam: Member, olga: Member
) -> None:
    at = now()
    ones = [a_conversation(from_=f"N{n} <n{n}@example.com>") for n in range(4)]
    for one in ones:
        Conversation.objects.filter(pk=one.pk).update(team=north)
    given = []
    for n, one in enumerate(ones[:3]):
        one.refresh_from_db()
        given.append(give_to_somebody(one, "turn", by=by(olga), at=at + timedelta(minutes=n)).assignee)
    assert given == [max_, aino, max_]

    ones[3].refresh_from_db()
    assert give_to_somebody(ones[3], "load", by=by(olga), at=at).assignee == aino


def test_who_is_away_or_full_gets_nothing_and_the_previous_helper_comes_first(
    north: Team, max_: Member, aino: Member, ada: Person, by_olga: Actor
) -> None:
    first = a_conversation()
    assign_conversation(first, aino, by=by_olga, at=now())
    second = a_conversation()
    assert give_to_somebody(second, "load", by=by_olga, at=now()).assignee == aino

    set_availability(aino, is_away=True, capacity=None, by=by_olga, at=now())
    third = a_conversation()
    assert give_to_somebody(third, "load", by=by_olga, at=now()).assignee == max_

    set_availability(max_, is_away=False, capacity=1, by=by_olga, at=now())
    with pytest.raises(NobodyFree):
        give_to_somebody(a_conversation(), "load", by=by_olga, at=now())


def test_merged_conversations_are_one_and_later_mail_lands_there(
    office: Client, by_olga: Actor, ada: Person
) -> None:
    gone, kept = a_conversation("First", Message_ID="<1@x>"), a_conversation("Second")
    write_conversation_note(gone, "A note", by=by_olga, at=now())

    office.post(f"/inbox/{gone.pk}/merging/", {"into": str(kept.pk)})
    a_conversation_after = a_message(a_mail("Third", In_Reply_To="<1@x>"))
    hear_everything()

    page = office.get(f"/inbox/{kept.pk}/?in=closed").content.decode()
    assert all(words in page for words in ("First", "Second", "Third", "A note"))
    assert office.get(f"/inbox/{gone.pk}/").url == f"/inbox/{kept.pk}/"
    assert seen(kept, "beginning", "state") == ("Third", "open")
    assert a_conversation_after.thread_id == kept.pk
    gone.refresh_from_db()
    with pytest.raises(Refused):
        merge_conversations(gone, into=kept, by=by_olga, at=now())


def test_writing_from_the_persons_page_begins_a_conversation(
    office: Client, olga: Member, ada: Person
) -> None:
    channel = a_conversation(from_="Other <other@example.com>").channel
    assert f"/inbox/new/?person={ada.pk}" in office.get(f"/people/{ada.pk}/").content.decode()

    answer = office.post(
        f"/inbox/new/?person={ada.pk}",
        {"subject": "Your beans", "channel": str(channel.pk)},
        headers={"HX-Request": "true"},
    )

    made = Conversation.objects.get(person=ada)
    assert answer.headers["HX-Redirect"] == f"/inbox/{made.pk}/?in=mine#write"
    assert "Ada Lovelace &lt;ada@example.com&gt;" in office.get(f"/inbox/{made.pk}/").content.decode()
    office.post(f"/inbox/{made.pk}/reply/", {"text": "They are ready.", "to": "ada@example.com"})
    assert Message.objects.get(direction="out").subject == "Your beans"
    assert seen(made, "state", "assignee") == ("waiting", olga)


def test_tags_merged_or_deleted_elsewhere_change_here(office: Client, by_olga: Actor, ada: Person) -> None:
    found = a_conversation()
    office.post(f"/inbox/{found.pk}/tags/", {"tags": "late"})
    late, delayed = Tag.objects.get(), Tag.objects.create(name="delayed")

    merge_tags(late, into=delayed, by=by_olga, at=now())
    hear_everything()

    assert seen(found, "tag_ids") == ([delayed.pk],)


def test_a_forged_or_foreign_undo_does_nothing(
    office: Client, signed_in: SignIn, ana: Member, ada: Person
) -> None:
    found = a_conversation()
    undo = told(office.post(f"/inbox/{found.pk}/closure/"))["undo"]

    assert office.post("/inbox/undo/nonsense/").status_code == 409
    assert signed_in(ana).post(undo).status_code == 403
    assert seen(found, "state") == ("closed",)


def test_an_answer_that_did_not_arrive_brings_its_conversation_back(olga: Member, ada: Person) -> None:
    found = a_conversation()
    sent = answer_conversation(found, OutgoingLetter("Hello"), by=by(olga), at=now()).message
    close_conversation(found, by=by(olga), at=now())

    for _twice in range(2):
        take_failure(sent.pk, "ada@example.com", "No such mailbox", by=Actor.clock("test"), at=now())

    assert seen(found, "state", "reopened_count") == ("open", 0)
    assert [line.about["reason"] for line in found.lines.filter(kind="failed")] == ["No such mailbox"]

"""Drafts that colleagues see: shared, taken over with their files, and nothing lost when two type."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from regulars.inbox.actions import MovedMeanwhile, answer_conversation, keep_draft, set_availability
from regulars.inbox.actions.drafting import TakenOver
from regulars.inbox.actions.sharing import NotShared, share_draft, take_over_draft
from regulars.inbox.models import Conversation, Draft
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.people.models import Person
from regulars.team.models import AuditEntry, Business, Member, Notice, Role, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_member, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north)


def by(member: Member) -> Actor:
    return Actor("member", member.pk, str(member), None, "test", member.pk)


def a_conversation() -> Conversation:
    message = a_message(a_mail())
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def thread(client: Client, found: Conversation) -> str:
    return client.get(f"/inbox/{found.pk}/thread/").content.decode()


def test_a_draft_is_read_by_colleagues_only_when_it_is_shared_or_its_author_is_not_there(
    signed_in: SignIn, max_: Member, aino: Member, sam: Member, ada: Person
) -> None:
    found, office, other = a_conversation(), signed_in(aino), signed_in(max_)
    assert office.post(f"/inbox/{found.pk}/draft/sharing/").status_code == 409
    office.post(f"/inbox/{found.pk}/draft/", {"text": "Dear Ada, oats"})
    assert "oats" not in thread(other, found) and "Aino has begun to write." in thread(other, found)

    office.post(f"/inbox/{found.pk}/draft/sharing/")
    assert "oats" in thread(other, found) and "Take over" in thread(other, found)
    assert signed_in(sam).get(f"/inbox/{found.pk}/thread/").status_code == 404
    draft = Draft.objects.get()
    assert signed_in(sam).post(f"/inbox/drafts/{draft.pk}/taking/").status_code == 404
    office.post(f"/inbox/{found.pk}/draft/sharing/")
    assert "oats" not in thread(other, found)
    assert other.post(f"/inbox/drafts/{draft.pk}/taking/").status_code == 409

    set_availability(aino, is_away=True, capacity=None, by=by(aino), at=now())
    assert "oats" in thread(other, found)
    set_availability(aino, is_away=False, capacity=None, by=by(aino), at=now())
    Member.objects.filter(pk=aino.pk).update(is_active=False)
    assert "oats" in thread(other, found)


def test_taken_over_with_its_files_and_ones_own_words_stand_before_it(
    signed_in: SignIn, max_: Member, aino: Member, ada: Person
) -> None:
    found, office, other = a_conversation(), signed_in(aino), signed_in(max_)
    office.post(f"/inbox/{found.pk}/files/", {"file": SimpleUploadedFile("a.txt", b"beans")})
    said = office.post(f"/inbox/{found.pk}/draft/", {"text": "Dear Ada", "to": "ada@example.com"})
    number = said.headers["X-Draft"]
    other.post(f"/inbox/{found.pk}/draft/", {"text": "Hello"})
    share_draft(found, aino, by=by(aino), at=now())

    answer = other.post(f"/inbox/drafts/{number}/taking/")

    draft = Draft.objects.get()
    assert (draft.author, draft.text, draft.to, draft.is_shared) == (
        max_,
        "Hello\n\nDear Ada",
        "ada@example.com",
        False,
    )
    assert [one.name for one in draft.files.all()] == ["a.txt"]
    assert "inbox-open" in json.loads(answer.headers["HX-Trigger"])
    assert "Max took over the draft of Aino" in thread(office, found)
    assert "took over your draft" in Notice.objects.get(member=aino).text
    assert {"draft.shared", "draft.taken"} <= set(AuditEntry.objects.values_list("action", flat=True))
    other.post(f"/inbox/{found.pk}/reply/", {"text": draft.text, "to": "ada@example.com"})
    assert found.thread.messages.get(direction="out").files.get().name == "a.txt"


def test_who_types_on_learns_that_it_is_taken_and_keeps_what_was_typed(
    signed_in: SignIn, max_: Member, aino: Member, ada: Person
) -> None:
    found, office = a_conversation(), signed_in(aino)
    number = office.post(f"/inbox/{found.pk}/draft/", {"text": "Dear Ada"}).headers["X-Draft"]
    seen = Conversation.objects.get(pk=found.pk).sequence
    share_draft(found, aino, by=by(aino), at=now())
    take_over_draft(Draft.objects.get(), max_, by=by(max_), at=now())

    late = office.post(f"/inbox/{found.pk}/draft/", {"text": "Dear Ada, more", "draft": number})

    assert (late.status_code, "Max took this draft over" in late.content.decode()) == (409, True)
    assert [(one.author, one.text) for one in Draft.objects.all()] == [(max_, "Dear Ada")]
    # Nothing is sent over it either, and what was typed can become a draft of one's own.
    with pytest.raises(MovedMeanwhile):
        answer_conversation(found, OutgoingLetter("Dear Ada, more"), by=by(aino), at=now(), seen=seen)
    office.post(f"/inbox/{found.pk}/draft/", {"text": "Dear Ada, more", "draft": ""})
    assert {(one.author, one.text) for one in Draft.objects.all()} == {
        (max_, "Dear Ada"),
        (aino, "Dear Ada, more"),
    }


def test_a_note_taken_over_stays_a_note(max_: Member, aino: Member, ada: Person) -> None:
    found = a_conversation()
    keep_draft(found, aino, {"text": "She is difficult", "is_note": True}, at=now())
    keep_draft(found, max_, {"text": "Dear Ada"}, at=now())
    draft = share_draft(found, aino, by=by(aino), at=now())

    assert take_over_draft(draft, max_, by=by(max_), at=now()).is_note
    with pytest.raises(NotShared):
        take_over_draft(Draft.objects.get(), aino, by=by(aino), at=now())


@pytest.mark.django_db(transaction=True)
def test_typing_and_taking_over_at_once_lose_nothing(business: Business) -> None:
    """Twenty times: who typed last either stands in the draft that was taken, or was told that it is taken."""
    aino, max_ = (a_member(name, Role.MANAGER) for name in ("Aino", "Max"))
    found = a_conversation()
    for number in range(20):
        Draft.objects.all().delete()
        draft = keep_draft(found, aino, {"text": "Dear Ada"}, at=now())
        share_draft(found, aino, by=by(aino), at=now())
        told: list[Any] = []
        barrier = threading.Barrier(2)

        def type_on(
            number: int = number, draft: Draft = draft, told: list[Any] = told, barrier: Any = barrier
        ) -> None:
            try:
                barrier.wait()
                keep_draft(found, aino, {"text": f"Dear Ada {number}", "draft": draft.pk}, at=now())
            except TakenOver:
                told.append("taken")
            finally:
                connections.close_all()

        def take(draft: Draft = draft, barrier: Any = barrier) -> None:
            try:
                barrier.wait()
                take_over_draft(draft, max_, by=by(max_), at=now())
            finally:
                connections.close_all()

        threads = [threading.Thread(target=type_on), threading.Thread(target=take)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        left = Draft.objects.get()
        assert left.author == max_
        assert (left.text, told) in ((f"Dear Ada {number}", []), ("Dear Ada", ["taken"]))

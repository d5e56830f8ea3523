"""The consent door: who agreed, who declined, how much is enough, and when people sleep."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import NoPublicAddress, channel_named, start_thread, write_message
from regulars.messaging.actions.consenting import (
    add_purpose,
    change_purpose,
    choose_rhythm,
    record_consent,
    set_sending_rule,
)
from regulars.messaging.actions.reserving import PurposeNeeded
from regulars.messaging.actions.suppressing import suppress
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import ConsentEntry, Purpose, Sending, SendingRule, Suppression
from regulars.messaging.queries.consent import state_of
from regulars.people.actions import erase_people
from regulars.people.models import Identity, Person
from regulars.team.actions.keys import create_api_key
from regulars.team.models import AuditEntry, Member
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY, CUSTOMER = Actor.clock("test"), Actor("customer", label="Ada")
NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_public(settings: Any) -> None:
    settings.PUBLIC_URL = "https://care.aalto.example"


@pytest.fixture
def news(db: None) -> Purpose:
    SendingRule.objects.all().delete()
    a_purpose("care", message_class="care", legal_basis="interest")
    return a_purpose(
        "news", name="News and offers", description="News, offers and invitations, a few times a month."
    )


def a_purpose(key: str, **values: Any) -> Purpose:
    given = {"name": key.title(), "created_at": now(), **values}
    return Purpose.objects.update_or_create(key=key, defaults=given)[0]


@pytest.fixture
def ada(db: None) -> Person:
    return a_person("Ada", email="ada@example.com")


def email_of(person: Person) -> Identity:
    return person.identities.get(kind="email")


def outcome(
    person: Person, message_class: str = "selling", purpose: str = "news", at: datetime = NOON
) -> tuple[str, str]:
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    thread = start_thread(subject="Offer", person=person, channel=channel, by=BY, at=at)
    message = write_message(
        thread, channel, OutgoingLetter("Hello."), message_class=message_class, purpose=purpose, by=BY, at=at
    )
    sending = message.sendings.get()
    return sending.state, sending.reason


def say(person: Person, purpose: Purpose, state: str, by: Actor = BY) -> ConsentEntry:
    return record_consent(email_of(person), purpose, state, source="test", by=by, at=now())


def test_the_ledger_is_only_added_to(ada: Person, news: Purpose) -> None:
    entry = say(ada, news, "granted")

    for change in (
        lambda: ConsentEntry.objects.filter(pk=entry.pk).update(state="withdrawn"),
        lambda: ConsentEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert ConsentEntry.objects.get().state == "granted"


def test_an_entry_keeps_what_was_agreed_to_and_how(ada: Person, news: Purpose, by_olga: Actor) -> None:
    record_consent(
        email_of(ada), news, "granted", source="by phone", proof="called on 2 March", by=by_olga, at=NOON
    )
    change_purpose(news, {"description": "Something else."}, by=by_olga, at=NOON)

    entry = ConsentEntry.objects.get()
    assert entry.wording == "News and offers: News, offers and invitations, a few times a month."
    assert (entry.wording_version, Purpose.objects.get(pk=news.pk).wording_version) == (1, 2)
    assert (entry.source, entry.proof, entry.legal_basis) == ("by phone", "called on 2 March", "consent")
    assert AuditEntry.objects.filter(action="consent.recorded", actor_id=by_olga.id).count() == 1


def test_the_newest_word_holds(ada: Person, news: Purpose) -> None:
    assert state_of(email_of(ada), news) == ""
    for state in ("pending", "granted", "withdrawn"):
        say(ada, news, state)
        assert state_of(email_of(ada), news) == state


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", ("suppressed", "consent:none")),
        ("pending", ("suppressed", "consent:pending")),
        ("granted", ("held", "")),
        ("withdrawn", ("suppressed", "consent:withdrawn")),
    ],
)
def test_selling_needs_a_yes(ada: Person, news: Purpose, said: str, expected: tuple[str, str]) -> None:
    if said:
        say(ada, news, said)

    assert outcome(ada) == expected


def test_care_goes_until_somebody_declines(ada: Person, news: Purpose) -> None:
    care = Purpose.objects.get(key="care")

    assert outcome(ada, "care", "care") == ("held", "")
    say(ada, care, "withdrawn")
    assert outcome(ada, "care", "care") == ("suppressed", "consent:withdrawn")


@pytest.mark.parametrize(
    ("reason", "stopped"),
    [
        ("unsubscribed", {"service", "care", "selling"}),
        ("complained", {"service", "care", "selling"}),
        ("bounced", {"service", "care", "selling", "answer", "legal"}),
        ("blocked", {"service", "care", "selling", "answer", "legal"}),
    ],
)
def test_nothing_but_an_answer_and_the_law_goes_past_the_list(
    ada: Person, news: Purpose, reason: str, stopped: set[str]
) -> None:
    say(ada, news, "granted")
    suppress("ADA@example.com", reason, by=BY, at=now())
    purposes = {"selling": "news", "care": "care"}

    found = {kind: outcome(ada, kind, purposes.get(kind, "")) for kind in ("answer", "legal", "service", "care", "selling")}  # fmt: skip

    assert {kind for kind, (state, _why) in found.items() if state == "suppressed"} == stopped
    assert {why for state, why in found.values() if state == "suppressed"} == {f"suppressed:{reason}"}


def test_selling_without_a_purpose_is_refused(ada: Person, news: Purpose) -> None:
    with pytest.raises(PurposeNeeded):
        outcome(ada, "selling", "")


def test_without_a_public_address_nothing_is_sent_that_people_must_be_able_to_leave(
    ada: Person, news: Purpose, settings: Any
) -> None:
    settings.PUBLIC_URL = ""

    with pytest.raises(NoPublicAddress):
        outcome(ada, "care", "care")
    assert outcome(ada, "answer", "") == ("held", "")


def test_enough_is_enough(ada: Person, news: Purpose) -> None:
    say(ada, news, "granted")
    set_sending_rule("selling", most=2, days=7, quiet_from=None, quiet_until=None, by=BY)
    days = [NOON + timedelta(days=day) for day in (0, 1, 2, 6, 8)]

    assert [outcome(ada, at=day)[0] for day in days] == ["held", "held", "suppressed", "suppressed", "held"]
    assert Sending.objects.filter(reason="cap:2/7").count() == 2


def test_what_was_taken_back_does_not_count(ada: Person, news: Purpose) -> None:
    say(ada, news, "granted")
    set_sending_rule("selling", most=1, days=7, quiet_from=None, quiet_until=None, by=BY)
    outcome(ada)
    Sending.objects.update(state="cancelled")

    assert outcome(ada)[0] == "held"


def test_who_wants_less_gets_less(ada: Person, news: Purpose) -> None:
    say(ada, news, "granted")
    choose_rhythm(email_of(ada), 30, by=CUSTOMER, at=now())

    assert outcome(ada)[0] == "held"
    assert outcome(ada, at=NOON + timedelta(days=20)) == ("suppressed", "rhythm:30")
    assert outcome(ada, "care", "care", at=NOON + timedelta(days=20)) == ("suppressed", "rhythm:30")
    assert outcome(ada, at=NOON + timedelta(days=31))[0] == "held"
    assert outcome(ada, "answer", "") == ("held", "")


@pytest.mark.parametrize(
    ("zone", "at", "due"),
    [
        ("Europe/Helsinki", "2026-03-02T12:00", "2026-03-02T12:00:10"),
        ("Europe/Helsinki", "2026-03-02T21:30", "2026-03-03T06:00"),
        ("Europe/Helsinki", "2026-03-02T02:00", "2026-03-02T06:00"),
        ("America/New_York", "2026-03-02T12:00", "2026-03-02T13:00"),
        # The night in which clocks go forward ends at eight, as any other.
        ("Europe/Helsinki", "2026-03-28T20:00", "2026-03-29T05:00"),
    ],
)
def test_nothing_is_sent_while_people_sleep(ada: Person, news: Purpose, zone: str, at: str, due: str) -> None:
    from datetime import time

    say(ada, news, "granted")
    Person.objects.filter(pk=ada.pk).update(time_zone=zone)
    set_sending_rule("selling", most=None, days=7, quiet_from=time(21), quiet_until=time(8), by=BY)

    outcome(ada, at=datetime.fromisoformat(at).replace(tzinfo=UTC))

    assert Sending.objects.get().due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_an_own_yes_brings_back_who_had_left(ada: Person, news: Purpose) -> None:
    suppress("ada@example.com", "unsubscribed", by=BY, at=now())
    suppress("ada@example.com", "blocked", by=BY, at=now())

    say(ada, news, "granted")
    assert Suppression.objects.count() == 2
    say(ada, news, "granted", by=CUSTOMER)

    assert list(Suppression.objects.values_list("reason", flat=True)) == ["blocked"]


def test_who_is_erased_stays_unbothered_and_unnamed(ada: Person, news: Purpose) -> None:
    record_consent(email_of(ada), news, "withdrawn", source="mail", proof="Ada said so", by=BY, at=now())
    suppress("ada@example.com", "unsubscribed", by=BY, at=now())
    outcome(ada, "answer", "")

    erase_people([ada.pk], by=BY, at=now())
    hear_everything()

    entry = ConsentEntry.objects.get()
    assert (entry.state, entry.proof) == ("withdrawn", "")
    assert Suppression.objects.get().address == ""
    assert [(one.state, "ada" in one.email) for one in Sending.objects.all()] == [("cancelled", False)]
    assert outcome(a_person(email="ada@example.com"), "care", "care") == (
        "suppressed",
        "suppressed:unsubscribed",
    )


def test_purposes_are_the_businesss_own() -> None:
    made = add_purpose(
        {"name": "Tastings", "description": "Invitations", "words": {"fi": ["Maistiaiset"]}}, by=BY, at=now()
    )

    assert (made.key, made.name_in("fi"), made.name_in("hu"), made.needs_yes) == ("tastings", "Maistiaiset", "Tastings", True)  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_both_take_the_last_place() -> None:
    purpose = a_purpose("news")
    ada = a_person("Ada", email="ada@example.com")
    say(ada, purpose, "granted")
    set_sending_rule("selling", most=3, days=7, quiet_from=None, quiet_until=None, by=BY)
    channel_named("", by=BY, at=now(), address="desk@aalto.example")

    def write(_number: int) -> str:
        try:
            return outcome(ada)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(write, range(12)))

    assert sorted(found) == ["held"] * 3 + ["suppressed"] * 9


def api(role: str, olga: Member) -> Client:
    by = Actor("member", olga.pk, "Olga", member_id=olga.pk)
    _key, secret = create_api_key(name="Key", role=role, by=by)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_the_ledger_by_the_api(ada: Person, news: Purpose, olga: Member) -> None:
    client, identity = api("owner", olga), email_of(ada).pk
    said = {"identity": identity, "purpose": "news", "state": "granted", "source": "shop"}

    made = client.post(f"/api/v1/people/{ada.pk}/consent", said, content_type="application/json")
    told = client.get(f"/api/v1/people/{ada.pk}/consent").json()

    assert (made.status_code, made.json()["state"]) == (201, "granted")
    assert [(one["purpose"], one["state"], one["welcome"]) for one in told["now"]] == [
        ("care", "", True), ("news", "granted", True),
    ]  # fmt: skip
    assert [one["source"] for one in told["entries"]] == ["shop"]
    wrong = client.post(
        f"/api/v1/people/{ada.pk}/consent", {**said, "state": "maybe"}, content_type="application/json"
    )
    assert (wrong.status_code, ConsentEntry.objects.count()) == (422, 1)


def test_suppressions_by_the_api(ada: Person, olga: Member) -> None:
    client = api("owner", olga)

    made = client.post(
        "/api/v1/suppressions", {"address": "Ada@Example.com"}, content_type="application/json"
    )
    client.post("/api/v1/suppressions", {"address": "bob@example.com"}, content_type="application/json")
    first = client.get("/api/v1/suppressions?limit=1").json()
    second = client.get(f"/api/v1/suppressions?limit=1&before={first['next']}").json()

    assert [one["address"] for one in first["items"] + second["items"]] == [
        "bob@example.com",
        "ada@example.com",
    ]
    assert second["next"] is None
    assert client.delete(f"/api/v1/suppressions/{made.json()['id']}").status_code == 204
    assert api("agent", olga).get("/api/v1/suppressions").status_code == 403

"""The team's pages about what leaves: channels that are really tried, the outbox, consent, and the list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.secrets import decrypt
from regulars.messaging.actions import channel_named, write_message
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import (
    Channel,
    ConsentEntry,
    Outlet,
    Purpose,
    Sending,
    SendingRule,
    Suppression,
)
from regulars.team.models import AuditEntry, Member, Team
from tests.cast import a_mail, a_message, a_person
from tests.mail_server import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY = Actor.clock("test")
CHANNEL = {
    "name": "Care", "address": "Care@aalto.example", "via": "smtp", "host": "127.0.0.1", "port": "25", "security": "none",
    "per_minute": "300", "per_domain_minute": "60", "marks_address": "on", "is_active": "on",
}  # fmt: skip


@pytest.fixture
def owner(olga: Member, signed_in: Callable[[Member], Client]) -> Client:
    return signed_in(olga)


def test_a_channel_is_added_with_its_password_sealed_and_never_shown(owner: Client) -> None:
    answer = owner.post(
        reverse("messaging:new_channel"), {**CHANNEL, "username": "care", "password": "hunter2!"}
    )

    channel = Channel.objects.get()
    assert (answer.status_code, channel.address) == (302, "care@aalto.example")
    outlet = Outlet.objects.get()
    assert ("hunter2" in outlet.sealed_password, decrypt(outlet.sealed_password)) == (False, "hunter2!")
    page = owner.get(reverse("messaging:channel", args=[channel.pk])).content.decode()
    told = json.dumps(AuditEntry.objects.get(action="channel.added").changes)
    assert "hunter2" not in page + told
    assert '"password": ["\\u2026", "\\u2026"]' in told
    owner.post(reverse("messaging:channel", args=[channel.pk]), {**CHANNEL, "username": "care"})
    assert decrypt(Outlet.objects.get().sealed_password) == "hunter2!"


def test_a_providers_key_is_sealed_under_the_name_it_gives_it(owner: Client) -> None:
    said = {**CHANNEL, "via": "provider", "provider": "mailgun", "api_key": "k1", "extra": "mg.aalto.example"}

    owner.post(reverse("messaging:new_channel"), said)

    options = json.loads(decrypt(Outlet.objects.get().sealed_options))
    assert options == {"api_key": "k1", "sender_domain": "mg.aalto.example"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"address": "nobody"}, "is no e-mail address"),
        ({"host": ""}, "Which server takes the mail?"),
        ({"via": "provider"}, "Choose a provider."),
        (
            {"dkim_domain": "aalto.example", "dkim_selector": "s", "dkim_key": "no key"},
            "The DKIM key cannot be used",
        ),
    ],
)
def test_what_cannot_work_is_said_beside_its_field(owner: Client, wrong: dict[str, str], says: str) -> None:
    answer = owner.post(reverse("messaging:new_channel"), {**CHANNEL, **wrong})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Channel.objects.exists()


def test_two_channels_never_share_an_address(owner: Client) -> None:
    owner.post(reverse("messaging:new_channel"), CHANNEL)

    answer = owner.post(reverse("messaging:new_channel"), {**CHANNEL, "name": "Other"})

    assert "Another channel has this already." in answer.content.decode()


def test_the_button_really_connects_and_says_what_is_wrong(owner: Client, mail_server: MailServer) -> None:
    owner.post(reverse("messaging:new_channel"), {**CHANNEL, "port": str(mail_server.port)})
    check = reverse("messaging:channel_check", args=[Channel.objects.get().pk])

    def tried(**values: Any) -> str:
        Outlet.objects.update(**values)
        owner.post(check)
        return Outlet.objects.get().problem

    assert tried() == ""
    assert "does not offer what is set here" in tried(security="starttls")
    assert "does not speak this encryption" in tried(security="tls")
    assert "does not offer what is set here" in tried(security="none", username="care")
    mail_server.says = lambda step, _who: "550 not yours" if step == "MAIL" else ""
    assert "does not let care@aalto.example send: 550 not yours" in tried(username="")
    assert "Nothing answers at 127.0.0.1 on port 1" in tried(port=1)
    assert "There is no server called nowhere.invalid" in tried(host="nowhere.invalid")
    assert mail_server.taken == []


def test_the_outbox_shows_what_waits_and_a_person_decides(owner: Client) -> None:
    thread = a_message(a_mail(Subject="Coffee")).thread
    write_message(thread, channel_named("", by=BY, at=now()), OutgoingLetter("Soon."), by=BY, at=now())
    sending = Sending.objects.get()
    Sending.objects.update(due_at=now())
    deliver_everything()

    page = owner.get(reverse("messaging:outbox")).content.decode()
    assert "Nobody has said yet how this channel sends mail." in page
    answer = owner.post(reverse("messaging:minding", args=[sending.pk, "cancel"]))
    assert "All letters have left" in answer.content.decode()
    assert owner.post(reverse("messaging:minding", args=[sending.pk, "again"])).status_code == 409
    assert owner.post(reverse("messaging:minding", args=[sending.pk, "explode"])).status_code == 404

    assert Sending.objects.get().state == "cancelled"


def test_the_outbox_asks_as_much_for_three_as_for_one(owner: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    counts = []
    for _round in range(3):
        write_message(a_message().thread, channel, OutgoingLetter("Soon."), by=BY, at=now())
        owner.get(reverse("messaging:outbox"))
        with CaptureQueriesContext(connection) as seen:
            owner.get(reverse("messaging:outbox"))
        counts.append(len(seen))

    assert counts[0] == counts[2]


def test_consent_is_written_down_only_about_people_within_reach(
    aino: Member, north: Team, south: Team, signed_in: Callable[[Member], Client]
) -> None:
    purpose = Purpose.objects.get_or_create(key="news", defaults={"name": "News", "created_at": now()})[0]
    hers, other = a_person(email="ada@example.com", team=north), a_person(email="bob@example.com", team=south)
    client = signed_in(aino)

    def said(person: Any) -> int:
        about = f"{purpose.pk}-{person.identities.get().pk}-email"
        values = {"about": about, "state": "granted", "source": "By phone", "proof": "Aino heard it"}
        return client.post(reverse("messaging:consent", args=[person.pk]), values).status_code

    assert (said(hers), said(other)) == (204, 404)
    assert list(ConsentEntry.objects.values_list("person_id", "actor_label")) == [(hers.pk, "Aino")]


def test_purposes_and_limits_are_the_businesss_own(owner: Client) -> None:
    said = {"name": "Tastings", "message_class": "selling", "legal_basis": "consent", "is_active": "on", "name_fi": "Maistiaiset"}  # fmt: skip
    owner.post(reverse("messaging:new_purpose"), said)
    made = Purpose.objects.get(name="Tastings")
    owner.post(reverse("messaging:purpose", args=[made.pk]), {**said, "description": "Twice a year"})
    owner.post(reverse("messaging:sending_rule", args=["care"]), {"most": "3", "days": "14", "quiet_from": "20:00", "quiet_until": "09:00"})  # fmt: skip

    made.refresh_from_db()
    assert (made.name_in("fi"), made.description, made.wording_version) == ("Maistiaiset", "Twice a year", 2)
    rule = SendingRule.objects.get(pk="care")
    assert (rule.most, rule.days, str(rule.quiet_from)) == (3, 14, "20:00:00")
    assert "Tastings" in owner.get(reverse("messaging:purposes")).content.decode()
    half = owner.post(reverse("messaging:sending_rule", args=["care"]), {"days": "14", "quiet_from": "20:00"})
    assert "Quiet hours need a beginning and an end." in half.content.decode()


def test_the_list_is_kept_by_hand_but_complaints_stay(owner: Client) -> None:
    owner.post(reverse("messaging:suppressions"), {"address": "Ada@example.com", "reason": "blocked", "source": "asked"})  # fmt: skip
    row = Suppression.objects.get()
    assert "ada@example.com" in owner.get(reverse("messaging:suppressions") + "?q=ADA").content.decode()

    owner.post(reverse("messaging:suppression_removal", args=[row.pk]))
    assert not Suppression.objects.exists()
    owner.post(reverse("messaging:suppressions"), {"address": "ada@example.com", "reason": "complained"})
    stays = Suppression.objects.get()
    assert owner.post(reverse("messaging:suppression_removal", args=[stays.pk])).status_code == 403

    assert {one.action for one in AuditEntry.objects.all()} >= {"suppression.added", "suppression.removed"}

"""Who a visitor is: what the business's key proves, what is refused, and what nobody may become by only saying so."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from regulars.kit.clock import now
from regulars.messaging.actions.chat.forgetting import sweep_visitors
from regulars.messaging.actions.chat.sites import change_chat_site, renew_identity_key
from regulars.messaging.models import ChatProof, ChatVisitor, Message, Thread
from regulars.messaging.tests.chat_world import BY, Browser, a_chat_site, a_vouching_site, answer, proof
from regulars.people.models import Identity, Person
from regulars.team.models import Member
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADA = "ada@example.com"


@pytest.fixture
def vouched(olga: Member) -> tuple[Browser, str]:
    site, key = a_vouching_site()
    return Browser(site), key


def refused(browser: Browser, token: str) -> tuple[int, str]:
    reply = browser.post("session", {"identity": token})
    return reply.status_code, reply.json().get("code", "")


def test_a_proven_address_leads_to_the_person_who_has_it(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    ada = a_person("Ada", email=ADA)

    browser.enter(identity=proof(key, sub="77", email=ADA.upper(), name="Ada L."))
    browser.say()

    assert browser.visitor.person == Message.objects.get().person == ada
    kinds = Identity.objects.filter(person=ada, ended_at=None).values_list("kind", "value", "is_verified")
    assert sorted(kinds) == [("email", ADA, True), ("external", "77", True)]
    assert Person.objects.count() == 1


def test_a_proof_of_somebody_new_makes_a_person_once_they_write(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    browser.enter(identity=proof(key, sub="77", email=ADA, name="Ada"))
    assert not Person.objects.exists()

    browser.say()

    person = Person.objects.get()
    assert (person.name, browser.visitor.person) == ("Ada", person)
    assert person.identities.get(kind="email").is_verified


def attack_none(key: str) -> str:
    return proof(key, algorithm="none", email=ADA)


def attack_none_by_hand(key: str) -> str:
    parts = [{"alg": "nOnE", "typ": "JWT"}, {"email": ADA, "exp": int(now().timestamp()) + 600}]
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + "."
    )


def signed_with_nothing() -> str:
    head, body, _seal = proof("x" * 40, email=ADA).split(".")
    seal = hmac.digest(b"", f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def attack_changed(key: str) -> str:
    head, _body, seal = proof(key, email="eve@evil.example").split(".")
    body = base64.urlsafe_b64encode(json.dumps({"email": ADA, "exp": int(now().timestamp()) + 600}).encode())
    return f"{head}.{body.decode().rstrip('=')}.{seal}"


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (lambda key: proof("another key that is long enough to sign", email=ADA), "identity_forged"),
        (attack_changed, "identity_forged"),
        (attack_none, "identity_algorithm"),
        (attack_none_by_hand, "identity_algorithm"),
        (lambda key: proof(key * 2, algorithm="HS512", email=ADA), "identity_algorithm"),
        (lambda key: proof(key, lasts=None, email=ADA), "identity_without_end"),
        (lambda key: jwt.encode({"email": ADA, "exp": None}, key), "identity_without_end"),
        (lambda key: jwt.encode({"email": ADA, "exp": True}, key), "identity_without_end"),
        (lambda key: proof(key, lasts=timedelta(minutes=-2), email=ADA), "identity_expired"),
        (lambda key: proof(key, lasts=timedelta(hours=2), email=ADA), "identity_too_long"),
        (lambda key: jwt.encode({"email": ADA, "exp": float("inf")}, key), "identity_too_long"),
        (lambda key: proof(key, email=ADA, nbf=int(now().timestamp()) + 600), "identity_expired"),
        (lambda key: proof(key), "identity_nobody"),
        (lambda key: proof(key, email="nonsense"), "identity_nobody"),
        (lambda key: proof(key, email=[ADA]), "identity_nobody"),
        (lambda key: proof(key, sub="x" * 300), "identity_nobody"),
        (lambda key: "nonsense", "identity_forged"),
        (lambda key: "a.b.c", "identity_forged"),
        (lambda key: "é" * 100, "identity_forged"),
        (lambda key: proof(key, email=ADA, padding="x" * 3600), "identity_forged"),
    ],
)
def test_no_false_proof_lets_anybody_in(vouched: tuple[Browser, str], attack: Any, code: str) -> None:
    browser, key = vouched
    a_person("Ada", email=ADA)

    assert refused(browser, attack(key)) == (401, code)
    assert not ChatVisitor.objects.exists()


def test_a_key_that_was_renewed_or_never_made_proves_nothing(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    renew_identity_key(browser.site, by=BY, at=now())

    assert refused(browser, proof(key, email=ADA)) == (401, "identity_forged")
    without = Browser(a_chat_site())
    assert refused(without, signed_with_nothing()) == (401, "identity_forged")


def test_the_key_is_kept_sealed(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched

    assert key not in browser.site.sealed_identity_key
    assert len(key) >= 40


def test_an_address_that_is_only_said_never_leads_to_a_person_we_know(olga: Member) -> None:
    ada = a_person("Ada", email=ADA)
    theirs = a_message(a_mail("My order is 4711", from_=f"Ada <{ADA}>"))
    eve = Browser(a_chat_site())
    eve.enter()
    eve.post("introduction", {"name": "Ada", "email": ADA})

    eve.say("It is me, Ada")

    visitor = eve.visitor
    assert visitor.person not in (None, ada)
    assert visitor.thread != theirs.thread
    assert Message.objects.get(text="It is me, Ada").person == visitor.person
    assert not visitor.person.identities.filter(kind="email").exists()
    assert "4711" not in str(eve.get("messages").json())


def test_an_address_nobody_has_is_noted_as_unproven_and_yields_to_its_owner(
    vouched: tuple[Browser, str],
) -> None:
    eve, key = vouched
    eve.enter()
    eve.post("introduction", {"name": "Eve", "email": ADA})
    eve.say("I want her parcels")
    claimed = Identity.objects.get(kind="email", value=ADA)
    assert (claimed.person, claimed.is_verified) == (eve.visitor.person, False)

    ada = Browser(eve.site, address="203.0.113.5")
    ada.enter(identity=proof(key, sub="77", email=ADA, name="Ada"))
    ada.say("Where is my parcel?")

    assert ada.visitor.person != eve.visitor.person
    live = Identity.objects.get(kind="email", value=ADA, ended_at=None)
    assert (live.person, live.is_verified) == (ada.visitor.person, True)
    assert "parcel?" not in str(eve.get("messages").json())
    assert "parcels" not in str(ada.get("messages").json())


def test_what_was_written_before_signing_in_goes_along(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    ada = a_person("Ada", email=ADA)
    browser.say("Before")
    stranger = browser.visitor.person

    browser.enter(identity=proof(key, email=ADA))

    assert [line["text"] for line in browser.lines()] == ["Before"]
    assert Thread.objects.get().person == Message.objects.get().person == ada
    stranger.refresh_from_db()
    assert stranger.is_deleted


def test_whoever_signs_out_leaves_nothing_behind(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    browser.enter(identity=proof(key, email=ADA))
    browser.say("Mine")

    assert browser.post("session").json()["code"] == "identity_needed"
    found = browser.enter(identity=proof(key, email="bo@example.com"))

    assert found["lines"] == []
    assert browser.visitor.email == "bo@example.com"


def test_a_proof_holds_for_a_working_day(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    browser.enter(identity=proof(key, email=ADA))
    assert browser.get("messages").status_code == 200

    ChatVisitor.objects.update(proved_at=now() - timedelta(hours=13))

    assert browser.get("messages").json()["code"] == "identity_needed"


def test_a_proven_person_goes_on_at_another_device(vouched: tuple[Browser, str], aino: Member) -> None:
    phone, key = vouched
    phone.enter(identity=proof(key, sub="77", email=ADA))
    phone.say("From my phone")
    answer(Message.objects.get().thread, phone.site, aino)
    desk = Browser(phone.site)

    found = desk.enter(identity=proof(key, sub="77", email=ADA))

    assert [line["text"] for line in found["lines"]] == ["From my phone", "Here it is."]
    assert not Browser(phone.site).enter()["lines"]


def test_a_chat_for_known_people_only_lets_no_stranger_in(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    browser.enter()
    change_chat_site(browser.site, {"requires_identity": True}, by=BY, at=now())

    assert browser.get("messages").json()["code"] == "identity_needed"
    browser.token = ""
    assert browser.post("session").json()["code"] == "identity_needed"
    assert browser.post("session", {"identity": proof(key, email=ADA)}).status_code == 200


def test_a_name_cannot_pass_for_an_address_or_a_link(olga: Member) -> None:
    browser = Browser(a_chat_site())
    browser.enter()

    for name in ("support@aalto.example", "https://evil.example", "  "):
        assert browser.post("introduction", {"name": name}).json()["visitor"]["name"] == ""
    assert browser.post("introduction", {"email": "nonsense"}).status_code == 422


def test_a_visitor_who_says_their_name_later_is_called_by_it(olga: Member) -> None:
    browser = Browser(a_chat_site())
    browser.say()
    assert browser.visitor.person.name == f"Visitor {browser.visitor.code}"

    browser.post("introduction", {"name": "Grace Hopper"})

    assert Person.objects.get().name == "Grace Hopper"


def test_the_team_sees_whether_anybody_vouches_for_who_writes(
    vouched: tuple[Browser, str], olga: Member, signed_in: Any
) -> None:
    browser, key = vouched
    browser.enter(page="https://shop.example/beans", title="Beans")
    browser.post("introduction", {"email": ADA})
    browser.say()
    address = f"/messages/threads/{browser.visitor.thread_id}/"

    before = signed_in(olga).get(address).content.decode()
    browser.enter(identity=proof(key, email=ADA))
    after = signed_in(olga).get(address).content.decode()

    assert f"Says to be {ADA}; nobody vouches for it." in before
    assert "Beans" in before
    assert "Your website vouches for who this is." in after


def test_a_proof_with_a_name_is_good_for_one_browser_only(vouched: tuple[Browser, str]) -> None:
    browser, key = vouched
    token = proof(key, sub="4711", name="Ada", jti="page-1")
    browser.enter(identity=token)
    again = browser.post("session", {"identity": token})
    thief = Browser(browser.site, address="203.0.113.9")

    copied = thief.post("session", {"identity": token})
    fresh = thief.post("session", {"identity": proof(key, sub="4711", name="Ada", jti="page-2")})

    assert again.status_code == 200
    assert (copied.status_code, copied.json()["code"]) == (401, "identity_replayed")
    assert fresh.status_code == 200
    assert sweep_visitors(at=now() + timedelta(days=1)) == 0
    assert not ChatProof.objects.exists()

"""Ways in: the first link, sign-in links, invitations, passwords, and how often one may try."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid, NotAllowed
from regulars.team.actions import create_sign_in_link, ensure_owner
from regulars.team.actions.invitations import accept_invitation, invite, revoke_invitation
from regulars.team.actions.links import LinkSpent
from regulars.team.actions.members import deactivate_member, end_sessions
from regulars.team.models import AuditEntry, Business, Invitation, Member, Role, SignInLink, Team
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
FIRST_OWNER = {
    "name": "Olga Aalto",
    "email": "Olga@Aalto.example",
    "password": "korvapuusti ja kahvi",
    "business_name": "Kahvila Aalto",
    "country": "LT",
    "currency": "EUR",
    "time_zone": "Europe/Vilnius",
}


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def sign_in(client: Client, email: str, password: str, **more: str) -> int:
    return client.post("/accounts/login/", {"login": email, "password": password}, headers=more).status_code


def test_the_first_link_founds_the_business_and_signs_its_owner_in() -> None:
    client, path = Client(), ensure_owner()

    page = client.get(path)
    answer = client.post(path, FIRST_OWNER)

    owner, business = Member.objects.get(), Business.current()
    assert page.status_code == 200
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (owner.email, owner.name, owner.role) == ("olga@aalto.example", "Olga Aalto", Role.OWNER)
    assert (business.name, business.country, business.time_zone) == ("Kahvila Aalto", "LT", "Europe/Vilnius")
    assert is_in(client)


def test_the_first_link_works_once_and_never_after_an_owner_is_here() -> None:
    spent, other = ensure_owner(), None
    Client().post(spent, FIRST_OWNER)
    SignInLink.objects.filter(member=None).update(used_at=None)

    again = Client().post(spent, FIRST_OWNER | {"email": "eve@elsewhere.example"})
    other = Client().get("/enter/nothing-like-this/")

    assert [again.status_code, other.status_code] == [404, 404]
    assert Member.objects.count() == 1


def test_a_wrong_first_form_spends_nothing() -> None:
    client, path = Client(), ensure_owner()

    wrong = client.post(path, FIRST_OWNER | {"password": "short"})
    right = client.post(path, FIRST_OWNER)

    assert [wrong.status_code, right.status_code] == [422, 302]


def test_looking_at_a_sign_in_link_spends_nothing_but_its_button_does(olga: Member) -> None:
    path, client = ensure_owner(), Client()

    looks = [Client().get(path).status_code, Client().head(path).status_code, client.get(path).status_code]
    pressed = client.post(path)
    again = Client().post(path)

    assert looks == [200, 200, 200]
    assert (pressed.status_code, pressed["Location"]) == (302, "/")
    assert is_in(client)
    assert again.status_code == 404


def test_a_sign_in_link_ends_after_a_day_and_when_a_newer_one_is_made(olga: Member, by_olga: Actor) -> None:
    old = create_sign_in_link(olga, by=by_olga)
    new = create_sign_in_link(olga, by=by_olga)

    with time_machine.travel(now() + timedelta(hours=25)):
        late = Client().post(new)

    assert [Client().post(old).status_code, late.status_code] == [404, 404]


def test_a_sign_in_link_does_not_skip_the_second_step(olga: Member, by_olga: Actor) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(olga, generate_totp_secret())
    client = Client()

    answer = client.post(create_sign_in_link(olga, by=by_olga))

    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(client)


def test_an_invitation_makes_a_member_with_its_role_and_teams(
    olga: Member, by_olga: Actor, north: Team
) -> None:
    _made, path = invite(
        "Ilse@aalto.example", role=Role.AGENT, inviter=olga, by=by_olga, at=now(), name="Ilse", teams=[north]
    )
    client = Client()

    page = client.get(path)
    joined = client.post(path, {"name": "Ilse Koski", "password": PASSWORD})
    again = Client().post(path, {"name": "Eve", "password": PASSWORD})

    ilse = Member.objects.get(email="ilse@aalto.example")
    assert (page.status_code, joined.status_code, again.status_code) == (200, 302, 404)
    assert (ilse.name, ilse.role, list(ilse.teams.all())) == ("Ilse Koski", Role.AGENT, [north])
    assert is_in(client)


def test_invitations_expire_and_can_be_taken_back(olga: Member, by_olga: Actor) -> None:
    taken, back = invite("a@aalto.example", role=Role.AGENT, inviter=olga, by=by_olga, at=now())
    _made, late = invite(
        "b@aalto.example", role=Role.AGENT, inviter=olga, by=by_olga, at=now() - timedelta(days=8)
    )
    revoke_invitation(taken, by=by_olga, at=now())

    assert [Client().get(back).status_code, Client().get(late).status_code] == [404, 404]


def test_a_second_invitation_replaces_the_first(olga: Member, by_olga: Actor) -> None:
    _one, first = invite("a@aalto.example", role=Role.AGENT, inviter=olga, by=by_olga, at=now())
    _two, second = invite("a@aalto.example", role=Role.MANAGER, inviter=olga, by=by_olga, at=now())

    assert [Client().get(first).status_code, Client().get(second).status_code] == [404, 200]


def test_only_owners_invite_owners(max_: Member, by_olga: Actor) -> None:
    with pytest.raises(NotAllowed):
        invite("eve@aalto.example", role=Role.OWNER, inviter=max_, by=by_olga, at=now())

    assert not Invitation.objects.exists()


def test_members_cannot_be_invited_again(olga: Member, aino: Member, by_olga: Actor) -> None:
    with pytest.raises(Invalid, match="member already"):
        invite("AINO@aalto.example", role=Role.AGENT, inviter=olga, by=by_olga, at=now())


def test_an_accepted_invitation_cannot_be_accepted_at_the_same_time_twice(
    olga: Member, by_olga: Actor
) -> None:
    _made, path = invite("a@aalto.example", role=Role.AGENT, inviter=olga, by=by_olga, at=now())
    token = path.split("/")[2]
    accept_invitation(token, name="A", password=PASSWORD, by=by_olga, at=now())

    with pytest.raises(LinkSpent):
        accept_invitation(token, name="B", password=PASSWORD, by=by_olga, at=now())


def test_nobody_signs_up_by_themselves() -> None:
    answer = Client().post("/accounts/signup/", {"email": "eve@elsewhere.example", "password1": PASSWORD})

    assert b"by invitation" in answer.content
    assert not Member.objects.exists()


def test_a_password_opens_and_is_written_down(aino: Member) -> None:
    client = Client()

    sign_in(client, "aino@aalto.example", PASSWORD)

    entry = AuditEntry.objects.get(action="member.signed_in")
    assert is_in(client)
    assert (entry.actor_kind, entry.member_id, entry.address) == ("member", aino.pk, "127.0.0.1")


def test_a_wrong_password_and_an_unknown_address_look_the_same(aino: Member) -> None:
    known = Client().post("/accounts/login/", {"login": "aino@aalto.example", "password": "wrong wrong"})
    unknown = Client().post("/accounts/login/", {"login": "eve@aalto.example", "password": "wrong wrong"})

    def words(answer: object) -> str:
        return str(answer.context["form"].errors)  # type: ignore[attr-defined]

    assert words(known) == words(unknown)
    assert "do not belong together" in words(known)
    assert AuditEntry.objects.filter(action="member.sign_in_failed", subject_id=aino.pk).count() == 1


def test_after_five_wrong_passwords_even_the_right_one_waits(aino: Member) -> None:
    for _n in range(5):
        sign_in(Client(), "aino@aalto.example", "wrong wrong")
    client = Client()

    sign_in(client, "aino@aalto.example", PASSWORD)
    was_in = is_in(client)
    with time_machine.travel(now() + timedelta(minutes=6)):
        sign_in(client, "aino@aalto.example", PASSWORD)
        is_in_later = is_in(client)

    assert (was_in, is_in_later) == (False, True)


def test_another_host_name_does_not_start_a_new_count(aino: Member) -> None:
    for number in range(5):
        sign_in(Client(), "aino@aalto.example", "wrong wrong", host=f"host{number}.example")
    client = Client()

    sign_in(client, "aino@aalto.example", PASSWORD)

    assert not is_in(client)


def test_a_deactivated_member_is_out_at_once_and_cannot_come_back(
    aino: Member, by_olga: Actor, signed_in: Callable[[Member], Client]
) -> None:
    client = signed_in(aino)
    assert is_in(client)

    deactivate_member(aino, by=by_olga, at=now())
    sign_in(other := Client(), "aino@aalto.example", PASSWORD)

    assert [is_in(client), is_in(other)] == [False, False]


def test_ending_sessions_signs_out_everywhere(
    aino: Member, by_olga: Actor, signed_in: Callable[[Member], Client]
) -> None:
    phone, laptop = signed_in(aino), signed_in(aino)

    end_sessions(aino, by=by_olga)

    assert [is_in(phone), is_in(laptop)] == [False, False]


def test_signing_out_everywhere_else_keeps_this_session(
    aino: Member, signed_in: Callable[[Member], Client]
) -> None:
    phone, laptop = signed_in(aino), signed_in(aino)

    laptop.post("/settings/sessions/closure")

    assert [is_in(phone), is_in(laptop)] == [False, True]


def test_signing_in_gives_the_session_a_new_key_and_signing_out_clears_the_browser(aino: Member) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.session.save()
    before = client.session.session_key
    sign_in(client, "aino@aalto.example", PASSWORD)
    after = client.session.session_key

    out = client.post("/accounts/logout/")

    assert before != after
    assert out["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(client)


def test_every_form_needs_its_token(aino: Member) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(aino)

    answers = [
        client.post(path).status_code
        for path in ("/settings/", "/settings/sessions/closure", "/accounts/logout/")
    ]

    assert answers == [403, 403, 403]


def test_session_cookies_are_out_of_reach_of_scripts(aino: Member) -> None:
    client = Client()
    sign_in(client, "aino@aalto.example", PASSWORD)

    cookie = client.cookies["sessionid"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

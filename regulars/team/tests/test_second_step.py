"""Second steps and passwords: an app, recovery codes, changing and forgetting a password."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.kit.actor import Actor
from regulars.team.actions import create_sign_in_link
from regulars.team.actions.mail import deliver_mail
from regulars.team.actions.second_step import reset_second_step
from regulars.team.models import AuditEntry, Member
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "uusi pulla ja kahvi"
MAILS = {"EMAIL_HOST": "smtp.aalto.example", "PUBLIC_URL": "https://care.aalto.example"}


def sign_in(email: str = "aino@aalto.example", password: str = PASSWORD) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/accounts/login/", {"login": email, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def set_up_app(client: Client) -> str:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert answer.status_code == 302
    return str(secret)


def test_an_app_is_asked_for_after_the_password(aino: Member) -> None:
    secret = set_up_app(sign_in()[0])
    Authenticator.objects.filter(type="totp").update(last_used_at=None)

    client, answer = sign_in()
    was_in = is_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    after_wrong = is_in(client)
    from django.core.cache import cache

    cache.clear()
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})

    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert (was_in, after_wrong, is_in(client)) == (False, False, True)


def test_the_secret_of_an_app_is_sealed_in_the_database(aino: Member) -> None:
    secret = set_up_app(sign_in()[0])

    assert secret not in str(list(Authenticator.objects.values()))


def test_setting_up_an_app_asks_for_the_password_again_and_is_written_down(
    aino: Member, django_capture_on_commit_callbacks: Any
) -> None:
    client, _answer = sign_in()

    first = client.get("/accounts/2fa/totp/activate/")
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)

    kinds = (
        AuditEntry.objects.filter(action="member.second_step_changed")
        .order_by("pk")
        .values_list("changes", flat=True)
    )
    assert first["Location"].startswith("/accounts/reauthenticate/")
    assert sorted(kind["second_step"][1] for kind in kinds) == ["recovery_codes", "totp"]


def test_a_recovery_code_works_once(aino: Member) -> None:
    owner, _answer = sign_in()
    set_up_app(owner)
    code = owner.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]

    first, _one = sign_in()
    first.post("/accounts/2fa/authenticate/", {"code": code})
    second, _two = sign_in()
    second.post("/accounts/2fa/authenticate/", {"code": code})

    assert [is_in(first), is_in(second)] == [True, False]


def test_guessing_codes_is_throttled(aino: Member) -> None:
    secret = set_up_app(sign_in()[0])
    client, _answer = sign_in()

    for number in range(6):
        client.post("/accounts/2fa/authenticate/", {"code": f"00000{number}"})
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})

    assert not is_in(client)


def test_an_owner_resets_the_second_step_of_a_lost_phone(aino: Member, by_olga: Actor) -> None:
    set_up_app(sign_in()[0])

    reset_second_step(aino, by=by_olga)

    entry = AuditEntry.objects.filter(action="member.second_step_changed").latest("pk")
    assert is_in(sign_in()[0])
    assert (entry.actor_label, entry.changes) == ("Olga", {"second_step": ["recovery_codes, totp", None]})


def test_changing_the_password_ends_the_other_sessions(aino: Member) -> None:
    here, elsewhere = sign_in()[0], sign_in()[0]

    unproved = here.post("/settings/password/", {"password": NEW, "again": NEW})
    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    here.post("/settings/password/", {"password": NEW, "again": NEW})

    assert unproved["Location"].startswith("/accounts/reauthenticate/")
    assert [is_in(here), is_in(elsewhere), is_in(sign_in()[0]), is_in(sign_in(password=NEW)[0])] == [
        True, False, False, True,
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="member.password_changed", member_id=aino.pk).count() == 1


def test_who_came_by_a_link_chooses_a_password_without_the_old_one(aino: Member, by_olga: Actor) -> None:
    client = Client()
    client.post(create_sign_in_link(aino, by=by_olga))

    differing = client.post("/settings/password/", {"password": NEW, "again": PASSWORD})
    client.post("/settings/password/", {"password": NEW, "again": NEW})

    assert differing.status_code == 422
    assert is_in(sign_in(password=NEW)[0])


def test_without_mail_the_page_says_whom_to_ask() -> None:
    page = Client().get("/accounts/password/reset/").content.decode()

    assert "Ask an owner" in page
    assert 'name="email"' not in page


@override_settings(**MAILS)
def test_a_forgotten_password_is_chosen_anew_by_mail(aino: Member) -> None:
    client = Client()
    asked = client.post(
        "/accounts/password/reset/", {"email": "Aino@aalto.example"}, headers={"host": "evil.example"}
    )
    deliver_mail(**ProcrastinateJob.objects.get(task_name="team.deliver_mail").args)
    letter = mail.outbox[0]
    link = re.search(r"https://care\.aalto\.example(/accounts/\S+)", letter.body)
    assert link

    form = client.get(client.get(link[1])["Location"])
    client.post(form.wsgi_request.path, {"password1": NEW, "password2": NEW})

    assert (asked.status_code, letter.to, "evil" in letter.body) == (302, ["aino@aalto.example"], False)
    assert [is_in(sign_in()[0]), is_in(sign_in(password=NEW)[0])] == [False, True]


@override_settings(**MAILS)
def test_an_unknown_address_gets_the_same_answer_and_no_mail(aino: Member) -> None:
    known = Client().post("/accounts/password/reset/", {"email": "aino@aalto.example"})
    unknown = Client().post("/accounts/password/reset/", {"email": "eve@elsewhere.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert ProcrastinateJob.objects.count() == 1


@override_settings(EMAIL_HOST="smtp.aalto.example", PUBLIC_URL="")
def test_no_stranger_causes_a_mail_while_our_address_is_unknown(aino: Member) -> None:
    Client().post(
        "/accounts/password/reset/", {"email": "aino@aalto.example"}, headers={"host": "evil.example"}
    )

    assert not ProcrastinateJob.objects.exists()


@override_settings(**MAILS)
def test_an_invitation_is_mailed_sealed(olga: Member, signed_in: Callable[[Member], Client]) -> None:
    signed_in(olga).post("/settings/invitations/new", {"email": "ilse@aalto.example", "role": "agent"})
    job = ProcrastinateJob.objects.get(task_name="team.deliver_mail")

    deliver_mail(**job.args)

    assert "ilse" not in str(job.args)
    assert mail.outbox[0].to == ["ilse@aalto.example"]
    assert "https://care.aalto.example/join/" in mail.outbox[0].body

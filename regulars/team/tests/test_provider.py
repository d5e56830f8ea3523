"""Signing in through an OpenID Connect provider: members only, by an address the provider has verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.test.utils import override_settings

from regulars.kit.secrets import Unreadable, decrypt, encrypt
from regulars.team.models import AuditEntry, Business, Member
from regulars.team.tests.an_issuer import Issuer, an_issuer

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/business/login/"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with an_issuer() as running:
        yield running


@pytest.fixture
def provider(issuer: Issuer, olga: Member, signed_in: Callable[[Member], Client]) -> Issuer:
    """The provider as Olga sets it up on the settings page."""
    answer = signed_in(olga).post("/settings/openid/", settings_of(issuer))
    assert answer.status_code == 302
    return issuer


def settings_of(issuer: Issuer, **more: str) -> dict[str, str]:
    return {"name": "Aalto ID", "issuer": issuer.address, "client_id": "regulars", "secret": "s3cret", **more}


def come_through(client: Client) -> tuple[str, str]:
    """Go to the provider and come back; return where the provider was asked, and where the member ended up."""
    away = client.post(f"{LOGIN}?process=login")["Location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    back = client.get(f"{LOGIN}callback/", {"code": "abc", "state": state})
    return away, back.headers.get("Location", "") or back.content.decode()


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_a_member_comes_in_by_their_verified_address(provider: Issuer, aino: Member) -> None:
    client = Client()

    away, ended = come_through(client)

    assert away.startswith(f"{provider.address}/authorize?")
    assert "code_challenge=" in away
    assert (ended, is_in(client)) == ("/", True)
    assert "client_secret=s3cret" in provider.secrets[0]
    assert AuditEntry.objects.get(action="member.signed_in").member_id == aino.pk


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "u-2", "email": "aino@aalto.example", "email_verified": False},
        {"sub": "u-3", "email": "eve@elsewhere.example", "email_verified": True},
        {"sub": "u-4"},
    ],
)
def test_nobody_else_does(person: dict[str, object], provider: Issuer, aino: Member) -> None:
    provider.person = person
    client = Client()

    _away, ended = come_through(client)

    assert not is_in(client)
    assert "invitation" in ended or ended == "/accounts/3rdparty/signup/"
    assert Member.objects.count() == 2


def test_a_provider_of_ones_own_may_be_trusted_with_addresses(
    issuer: Issuer, olga: Member, aino: Member, signed_in: Callable[[Member], Client]
) -> None:
    signed_in(olga).post("/settings/openid/", settings_of(issuer, trusts_addresses="on"))
    issuer.person = {"sub": "u-2", "email": "aino@aalto.example"}
    client = Client()

    come_through(client)

    assert is_in(client)


def test_a_deactivated_member_stays_out(provider: Issuer, aino: Member) -> None:
    Member.objects.filter(pk=aino.pk).update(is_active=False)
    client = Client()

    come_through(client)

    assert not is_in(client)


def test_the_sign_in_page_may_send_its_form_to_the_provider_and_nowhere_else(provider: Issuer) -> None:
    login = Client().get("/accounts/login/")
    policy = login["Content-Security-Policy"]

    assert "Continue with Aalto ID" in login.content.decode()
    assert f"form-action 'self' {provider.address};" in policy
    assert "form-action 'self';" in Client().get("/enter/x/")["Content-Security-Policy"]


def test_the_secret_is_sealed_kept_and_never_shown(
    provider: Issuer, olga: Member, signed_in: Callable[[Member], Client]
) -> None:
    client = signed_in(olga)
    page = client.get("/settings/openid/").content.decode()
    client.post("/settings/openid/", settings_of(provider, secret="", name="Renamed"))

    kept = Business.current().settings["openid"]
    assert "s3cret" not in page + str(kept) + str(list(AuditEntry.objects.values()))
    assert (kept["name"], decrypt(kept["secret"])) == ("Renamed", "s3cret")


@pytest.mark.parametrize("address", ["http://elsewhere.example", "ftp://x", "http://127.0.0.1:1", "nonsense"])
def test_an_issuer_that_does_not_answer_is_not_kept(
    address: str, olga: Member, signed_in: Callable[[Member], Client]
) -> None:
    form = {"name": "X", "issuer": address, "client_id": "x", "secret": "y"}

    answer = signed_in(olga).post("/settings/openid/", form)

    assert answer.status_code == 422
    assert "issuer" in answer.context["form"].errors
    assert "openid" not in Business.current().settings


def test_a_removed_provider_lets_nobody_in(
    provider: Issuer, olga: Member, signed_in: Callable[[Member], Client]
) -> None:
    signed_in(olga).post("/settings/openid/removal")

    assert Client().post(LOGIN).status_code == 404
    assert "openid" not in Business.current().settings


def test_what_one_installation_seals_no_other_reads() -> None:
    sealed = encrypt("s3cret")

    with override_settings(SECRET_KEY="another installation"), pytest.raises(Unreadable):
        decrypt(sealed)
    assert (decrypt(sealed), "s3cret" in sealed) == ("s3cret", False)

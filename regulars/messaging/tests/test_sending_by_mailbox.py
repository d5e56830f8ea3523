"""Sending as a mailbox of Google or Microsoft: SASL XOAUTH2 against a mail server, tokens by a local token server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.test import Client
from django.urls import reverse

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.carrying import check_outlet
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.engine import oauth
from regulars.messaging.engine.oauth import Grant
from regulars.messaging.models import Channel, Mailbox, Outlet, Sending
from regulars.messaging.models.mailboxes import seal
from regulars.messaging.tests.test_outbox import a_letter
from regulars.team.models import Business, Member
from tests.mail_server import MailServer
from tests.text_provider import TextProvider, text_provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY = Actor.clock("test")
ADDRESS = "care@aalto.example"
REFUSAL = b'{"status":"400","schemes":"Bearer"}'


@dataclass
class TokenMailServer(MailServer):
    """A mail server that lets in by XOAUTH2 only, with the tokens it knows."""

    tokens: set[str] = field(default_factory=set)
    tried: list[str] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        import base64

        said = base64.b64decode(args[1]).decode()
        user, _sep, rest = said.removeprefix("user=").partition("\x01auth=Bearer ")
        token = rest.removesuffix("\x01\x01")
        self.tried.append(token)
        if user == ADDRESS and token in self.tokens:
            return AuthResult(success=True, auth_data=user)
        # As Google does: what is wrong as a challenge, which the client answers by nothing.
        assert await server.challenge_auth(REFUSAL) == b""
        return AuthResult(
            success=False, handled=False, message="535 5.7.8 Username and Password not accepted"
        )

    def start(self) -> None:
        """Listen, and offer to sign in by token."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        given = {
            "auth_require_tls": False,
            "auth_exclude_mechanism": ("PLAIN", "LOGIN"),
        }
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **given)
        self.controller.start()


@pytest.fixture
def gmail() -> Iterator[TokenMailServer]:
    server = TokenMailServer(tokens={"good"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[TextProvider]:
    with text_provider() as running:
        here = replace(oauth.PROVIDERS["google"], token_url=f"{running.url}/token")
        monkeypatch.setitem(oauth.PROVIDERS, "google", here)
        yield running


@pytest.fixture
def mailbox(business: Business) -> Mailbox:
    channel = Channel.objects.create(name="Care", address=ADDRESS, created_at=now())
    return Mailbox.objects.create(
        channel=channel, address=ADDRESS, host="imap.gmail.com", user=ADDRESS, auth="google", starts_at=now(),
        changed_at=now(), created_at=now(),
    )  # fmt: skip


def holding(mailbox: Mailbox, token: str, *, lasts: float = 3600) -> Mailbox:
    grant = Grant("client", "secret", refresh_token="long", access_token=token, ends_at=time.time() + lasts)
    mailbox.sealed = seal({"grant": asdict(grant)})
    mailbox.save()
    return mailbox


def outlet(mailbox: Mailbox, server: TokenMailServer) -> Outlet:
    return Outlet.objects.create(
        channel=mailbox.channel,
        via="mailbox",
        mailbox=mailbox,
        host="127.0.0.1",
        port=server.port,
        security="none",
    )


def fresh(token: str) -> tuple[int, dict[str, Any]]:
    return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}


def leave(mailbox: Mailbox) -> Sending:
    a_letter(mailbox.channel, "ada@example.com")
    deliver_everything()
    return Sending.objects.get()


def test_a_letter_leaves_with_the_mailboxs_own_token(mailbox: Mailbox, gmail: TokenMailServer) -> None:
    outlet(holding(mailbox, "good"), gmail)

    sending = leave(mailbox)

    assert (sending.state, gmail.tried) == ("sent", ["good"])
    assert [to for to, _raw in gmail.taken] == ["ada@example.com"]


def test_an_old_token_is_renewed_before_and_kept_for_the_mailbox_too(
    mailbox: Mailbox, gmail: TokenMailServer, google: TextProvider
) -> None:
    outlet(holding(mailbox, "old", lasts=10), gmail)
    google.answer(fresh("good"))

    assert leave(mailbox).state == "sent"

    mailbox.refresh_from_db()
    assert (gmail.tried, mailbox.grant.access_token) == (["good"], "good")
    assert b"refresh_token=long" in google.asked[0][3]


def test_a_token_refused_before_its_time_is_renewed_once(
    mailbox: Mailbox, gmail: TokenMailServer, google: TextProvider
) -> None:
    outlet(holding(mailbox, "revoked"), gmail)
    google.answer(fresh("good"))

    assert leave(mailbox).state == "sent"
    assert gmail.tried == ["revoked", "good"]


def test_what_the_provider_no_longer_grants_waits_and_is_said(
    mailbox: Mailbox, gmail: TokenMailServer, google: TextProvider
) -> None:
    outlet(holding(mailbox, "revoked"), gmail)
    google.answer(fresh("also bad"))
    sending = leave(mailbox)
    assert (sending.state, gmail.taken) == ("held", [])
    assert "does not let this mailbox send" in Outlet.objects.get().problem

    google.answer((400, {"error": "invalid_grant", "error_description": "Token has been revoked."}))
    problem = check_outlet(Outlet.objects.get(), ADDRESS)
    assert "connect the mailbox again" in problem
    assert "Token has been revoked." in problem

    google.answer((503, b"busy"))
    holding(mailbox, "x", lasts=0)
    assert "no access right now" in check_outlet(Outlet.objects.get(), ADDRESS)

    holding(mailbox, "good")
    Sending.objects.update(due_at=now())
    deliver_everything()
    assert (Sending.objects.get().state, Outlet.objects.get().problem) == ("sent", "")


def test_a_server_without_it_is_named_and_nothing_is_told_to_it(
    mailbox: Mailbox, mail_server: MailServer
) -> None:
    Outlet.objects.create(
        channel=mailbox.channel, via="mailbox", mailbox=holding(mailbox, "good"), host="127.0.0.1",
        port=mail_server.port, security="none",
    )  # fmt: skip

    assert "does not offer what is set here" in check_outlet(Outlet.objects.get(), ADDRESS)


def test_the_page_knows_where_google_takes_mail(mailbox: Mailbox, olga: Member) -> None:
    client = Client()
    client.force_login(olga)
    address = reverse("messaging:channel", args=[mailbox.channel_id])
    values = {
        "name": "Care", "address": ADDRESS, "via": "mailbox", "port": 587, "security": "starttls", "per_minute": 60,
        "per_domain_minute": 60, "is_active": "on", "marks_address": "on",
    }  # fmt: skip

    without = client.post(address, values)
    client.post(address, values | {"mailbox_id": mailbox.pk})

    assert (without.status_code, "connected with Google or Microsoft" in without.content.decode()) == (
        422,
        True,
    )
    found = Outlet.objects.get()
    assert (found.mailbox, found.host, found.port, found.security) == (
        mailbox,
        "smtp.gmail.com",
        587,
        "starttls",
    )

"""The page of mailboxes: added, changed, tested in plain words, paused, and let in by Google or Microsoft."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.fetching import look_into
from regulars.messaging.actions.mailboxes import sign_of
from regulars.messaging.engine import oauth
from regulars.messaging.engine.imap import Folder
from regulars.messaging.models import Channel, Mailbox
from regulars.team.models import AuditEntry, Member
from tests.serving import serve

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NEW = {
    "address": "Desk@aalto.example", "channel": "Desk", "auth": "password", "host": "imap.aalto.example", "port": "993",
    "security": "tls", "password": "s3cret", "folder": "INBOX", "days": "7",
}  # fmt: skip


@pytest.fixture
def olgas(olga: Member, signed_in: Callable[[Member], Client]) -> Client:
    return signed_in(olga)


def test_a_mailbox_is_added_and_its_password_is_nowhere_to_be_read(olgas: Client) -> None:
    answer = olgas.post("/settings/mailboxes/new/", NEW)

    mailbox = Mailbox.objects.select_related("channel").get()
    assert answer.status_code in (200, 204)
    assert (mailbox.user, mailbox.channel.name, mailbox.channel.address) == (
        "desk@aalto.example",
        "Desk",
        "desk@aalto.example",
    )
    assert (mailbox.secrets, "s3cret" in mailbox.sealed) == ({"password": "s3cret"}, False)
    assert (now() - mailbox.starts_at).days == 7
    shown = olgas.get("/settings/mailboxes/").content.decode()
    assert "desk@aalto.example" in shown
    assert "s3cret" not in shown + olgas.get(f"/settings/mailboxes/{mailbox.pk}/").content.decode()
    entry = AuditEntry.objects.get(action="mailbox.added")
    assert "s3cret" not in json.dumps(entry.changes)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"host": ""}, "host"),
        ({"password": ""}, "password"),
        ({"security": "none"}, "security"),
        ({"auth": "google", "password": ""}, "client_id"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(olgas: Client, values: dict[str, str], field: str) -> None:
    answer = olgas.post("/settings/mailboxes/new/", NEW | values)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Mailbox.objects.exists()


def test_the_same_mailbox_twice_is_refused(olgas: Client) -> None:
    olgas.post("/settings/mailboxes/new/", NEW)

    answer = olgas.post(
        "/settings/mailboxes/new/", NEW | {"channel": "Other", "address": "Desk@aalto.example"}
    )

    assert answer.status_code == 422
    assert "connected already" in answer.content.decode()


def test_a_change_keeps_the_password_and_another_folder_begins_anew(olgas: Client) -> None:
    olgas.post("/settings/mailboxes/new/", NEW)
    Mailbox.objects.update(uid_validity=5, highest_uid=9, state="refused", problem="refused", failures=3)
    mailbox = Mailbox.objects.get()

    olgas.post(
        f"/settings/mailboxes/{mailbox.pk}/",
        NEW | {"user": "desk@aalto.example", "password": "", "port": "994"},
    )
    mailbox.refresh_from_db()
    assert (mailbox.port, mailbox.secrets["password"], mailbox.highest_uid) == (994, "s3cret", 9)
    assert (mailbox.state, mailbox.failures) == ("new", 0)

    olgas.post(f"/settings/mailboxes/{mailbox.pk}/", NEW | {"user": "desk@aalto.example", "folder": "Shop"})
    mailbox.refresh_from_db()
    assert (mailbox.uid_validity, mailbox.highest_uid) == (None, 0)


def test_the_test_says_in_plain_words_what_is_wrong(olgas: Client) -> None:
    olgas.post("/settings/mailboxes/new/", NEW | {"host": "127.0.0.1", "port": "1", "security": "none"})

    answer = olgas.post(f"/settings/mailboxes/{Mailbox.objects.get().pk}/test/").content.decode()

    assert "nothing answers at this port" in answer


def test_a_mailbox_is_paused_and_removed(olgas: Client) -> None:
    olgas.post("/settings/mailboxes/new/", NEW)
    mailbox = Mailbox.objects.get()

    olgas.post(f"/settings/mailboxes/{mailbox.pk}/pause/")
    mailbox.refresh_from_db()
    assert mailbox.is_paused
    assert "Paused" in olgas.get("/settings/mailboxes/").content.decode()

    olgas.post(f"/settings/mailboxes/{mailbox.pk}/removal/")
    assert (Mailbox.objects.exists(), Channel.objects.filter(name="Desk").exists()) == (False, True)


class Provider:
    """A local server that hands out tokens as the providers document it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked.append(dict(parse_qsl(body)))
                status, said = provider.answers.pop(0)
                raw = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_words: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        serve(self.server)
        self.url = f"http://127.0.0.1:{self.server.server_port}/{{tenant}}/token"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    made = Provider()
    for name, known in oauth.PROVIDERS.items():
        there = oauth.Provider(known.allow_url, made.url, known.scope, known.more)
        monkeypatch.setitem(oauth.PROVIDERS, name, there)
    yield made
    made.server.shutdown()


def tokens(access: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"access_token": access, "expires_in": 3600, "token_type": "Bearer", **more}


@pytest.mark.parametrize("auth", ["google", "microsoft"])
def test_a_provider_lets_us_in_and_its_token_is_renewed(olgas: Client, provider: Provider, auth: str) -> None:
    client = {
        "auth": auth,
        "host": "",
        "password": "",
        "client_id": "app-1",
        "client_secret": "shh",
        "tenant": "t1",
    }
    olgas.post("/settings/mailboxes/new/", NEW | client)
    mailbox = Mailbox.objects.get()
    assert mailbox.host in ("imap.gmail.com", "outlook.office365.com")

    leaving = olgas.get(f"/settings/mailboxes/{mailbox.pk}/permission/").headers["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(leaving).query).items()}
    assert (asked["client_id"], asked["response_type"]) == ("app-1", "code")
    provider.answers = [tokens("first", refresh_token="long"), tokens("second", refresh_token="longer")]
    olgas.get("/settings/mailboxes/granted/", {"code": "c0de", "state": asked["state"]})

    mailbox.refresh_from_db()
    assert provider.asked[0] | {"scope": ""} == {
        "grant_type": "authorization_code", "code": "c0de", "client_id": "app-1", "client_secret": "shh",
        "redirect_uri": asked["redirect_uri"], "scope": "",
    }  # fmt: skip
    assert (sign_of(mailbox).token, len(provider.asked)) == ("first", 1)
    assert "first" not in mailbox.sealed

    secrets = mailbox.secrets
    secrets["grant"]["ends_at"] = 1
    from regulars.messaging.models.mailboxes import seal

    Mailbox.objects.update(sealed=seal(secrets))
    assert sign_of(mailbox).token == "second"
    assert (provider.asked[1]["grant_type"], provider.asked[1]["refresh_token"]) == ("refresh_token", "long")
    assert Mailbox.objects.get().grant.refresh_token == "longer"


def test_what_comes_back_without_our_state_connects_nothing(olgas: Client, provider: Provider) -> None:
    olgas.post("/settings/mailboxes/new/", NEW | {"auth": "google", "client_id": "app-1"})
    mailbox = Mailbox.objects.get()
    leaving = olgas.get(f"/settings/mailboxes/{mailbox.pk}/permission/").headers["Location"]
    state = parse_qs(urlsplit(leaving).query)["state"][0]

    assert olgas.get("/settings/mailboxes/granted/", {"code": "c", "state": "x"}).status_code == 404
    olgas.get("/settings/mailboxes/granted/", {"error": "access_denied", "state": state})
    assert olgas.get("/settings/mailboxes/granted/", {"code": "c", "state": state}).status_code == 404

    assert provider.asked == []


@pytest.mark.parametrize(
    ("answer", "problem", "state"),
    [
        (
            (400, {"error": "invalid_grant", "error_description": "AADSTS70008: expired"}),
            "not_allowed",
            "refused",
        ),
        ((503, {}), "no_token", "trouble"),
        ((200, {"odd": True}), "no_token", "trouble"),
    ],
)
def test_a_provider_that_gives_no_token_is_told_on_the_page(
    olgas: Client, provider: Provider, answer: tuple[int, Any], problem: str, state: str
) -> None:
    from dataclasses import asdict

    from regulars.messaging.models.mailboxes import seal

    olgas.post("/settings/mailboxes/new/", NEW | {"auth": "microsoft", "client_id": "app-1"})
    Mailbox.objects.update(sealed=seal({"grant": asdict(oauth.Grant("app-1", refresh_token="old"))}))
    provider.answers = [answer]

    look_into(Mailbox.objects.select_related("channel").get())

    mailbox = Mailbox.objects.get()
    assert (mailbox.problem, mailbox.state) == (problem, state)
    # What to do then is said in the notice's own words.
    assert (
        str(mailbox.get_problem_display()).partition(".")[0]
        in olgas.get("/settings/mailboxes/").content.decode()
    )


def test_folders_are_only_ever_read() -> None:
    assert not [
        name for name in vars(Folder) if name in ("store", "delete", "move", "append", "expunge", "copy")
    ]


def test_actors_are_written_down(olgas: Client, olga: Member) -> None:
    olgas.post("/settings/mailboxes/new/", NEW)

    assert AuditEntry.objects.get(action="mailbox.added").actor_id == olga.pk
    assert Actor.clock("mailboxes").kind == "clock"

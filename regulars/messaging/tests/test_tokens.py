"""Until when providers let us in: asked, warned of in good time, said clearly afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.config.doctor import ways_in
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.connections import connect, reconnect
from regulars.messaging.actions.tokens import check_token, check_tokens, tell_of_endings
from regulars.messaging.engine.oauth import Grant, _asked
from regulars.messaging.models import Channel, Connection, Mailbox
from regulars.messaging.queries.tokens import endings
from regulars.messaging.tests.test_engine_providers import META
from regulars.team.models import Business, Member, Notice
from tests.text_provider import TextProvider, text_provider

pytestmark = pytest.mark.django_db
BY = Actor.clock("test")


@pytest.fixture
def server() -> Iterator[TextProvider]:
    with text_provider() as running:
        yield running


@pytest.fixture
def page(server: TextProvider, business: Business) -> Connection:
    settings = META | {"page_id": "1906385232743451", "host": server.url}
    return connect("messenger", "Our page", settings, by=BY, at=now())


def says(*, ends: datetime | None, data_ends: datetime | None = None, valid: bool = True) -> tuple[int, Any]:
    stamps = {"expires_at": ends, "data_access_expires_at": data_ends}
    told = {name: int(at.timestamp()) if at else 0 for name, at in stamps.items()}
    return 200, {"data": {"is_valid": valid, "type": "PAGE", **told, "scopes": ["pages_messaging"]}}


def test_the_earlier_of_both_ends_counts_and_never_is_never(page: Connection, server: TextProvider) -> None:
    far, near = datetime(2032, 1, 1, tzinfo=UTC), datetime(2031, 6, 1, tzinfo=UTC)
    server.answer(says(ends=far, data_ends=near), says(ends=None))

    assert check_token(page, at=now()).token_ends_at == near
    assert check_token(page, at=now()).token_ends_at is None
    assert server.asked[0][1].startswith("/v23.0/debug_token?input_token=")


def test_those_who_can_renew_it_are_told_before_once_for_each_step(
    page: Connection, server: TextProvider, everybody: dict[str, Member]
) -> None:
    at = now()
    server.answer(says(ends=at + timedelta(days=10)))

    check_tokens(at=at)
    tell_of_endings(at=at)
    told = list(Notice.objects.order_by("member__role").values_list("member__role", "url"))
    tell_of_endings(at=at + timedelta(days=4))

    assert told == [(role, f"/settings/connections/{page.pk}/") for role in ("manager", "owner")]
    assert Notice.objects.count() == 4


def test_the_page_and_the_doctor_say_it_before_and_after(
    page: Connection, server: TextProvider, olga: Member
) -> None:
    client, at = Client(), now()
    client.force_login(olga)
    address = reverse("messaging:connection", args=[page.pk])
    calm = client.get(address).content.decode()
    assert ways_in().is_ok

    server.answer(says(ends=at + timedelta(days=3)))
    check_token(page, at=at)
    before, list_before = client.get(address).content.decode(), client.get(reverse("messaging:connections"))
    server.answer(says(ends=at - timedelta(days=1), valid=False))
    check_token(page, at=at)
    after = client.get(address).content.decode()

    assert "lets us in only until" not in calm
    assert "lets us in only until" in before
    assert "Access ends" in list_before.content.decode()
    assert "no longer lets us in" in after
    assert (ways_in().is_ok, "Our page ended" in ways_in().found) == (False, True)


def test_a_token_that_was_revoked_is_known_and_a_new_one_begins_afresh(
    page: Connection, server: TextProvider
) -> None:
    server.answer((401, {"error": {"code": 190, "message": "The session was invalidated."}}))
    check_token(page, at=now())
    (ended,) = endings(now())
    assert (ended.state, ended.said) == ("ended", "The session was invalidated.")

    reconnect(page, "Our page", page.settings | {"token": "EAAG-new"}, is_active=True, by=BY)

    assert endings(now()) == []


def test_no_answer_changes_nothing(page: Connection, server: TextProvider) -> None:
    Connection.objects.update(token_ends_at=datetime(2031, 6, 1, tzinfo=UTC))
    page.refresh_from_db()
    server.answer((500, b"<html>"), None, (400, {"error": {"code": 100, "message": "Not for this token"}}))

    for _time in range(3):
        check_token(page, at=now())

    page.refresh_from_db()
    assert (page.token_ends_at, page.token_problem) == (datetime(2031, 6, 1, tzinfo=UTC), "")


@pytest.mark.parametrize(
    ("before", "said", "holds"),
    [
        (Grant("c"), {"expires_in": 3600}, 1_003_600.0),
        (Grant("c"), {"expires_in": "abc", "refresh_token": "r"}, None),
        (Grant("c"), {"refresh_token": "r", "refresh_token_expires_in": 604_799}, 1_604_799.0),
        (Grant("c", refresh_token="r", renewable_until=5.0), {"expires_in": 3600}, 5.0),
        (Grant("c", refresh_token="r", renewable_until=5.0), {"refresh_token": "other"}, None),
    ],
)
def test_a_grant_tells_until_when_nobody_has_to_allow_it_anew(
    monkeypatch: pytest.MonkeyPatch, before: Grant, said: dict[str, Any], holds: float | None
) -> None:
    monkeypatch.setattr(
        "regulars.messaging.engine.oauth._post", lambda _url, _body: {"access_token": "a", **said}
    )

    after = _asked("google", before, 1_000_000.0, grant_type="refresh_token")

    assert after.holds_until == holds


def test_a_mailbox_says_so_where_it_stands(business: Business, olga: Member) -> None:
    channel = Channel.objects.create(name="Mail", address="care@aalto.example", created_at=now())
    Mailbox.objects.create(
        channel=channel, host="imap.gmail.com", user="care@aalto.example", auth="google", starts_at=now(),
        changed_at=now(), created_at=now(), token_ends_at=now() + timedelta(days=2), state="fine",
    )  # fmt: skip
    client = Client()
    client.force_login(olga)

    soon = client.get(reverse("messaging:mailboxes")).content.decode()
    Mailbox.objects.update(state="refused", problem="not_allowed")
    over = client.get(reverse("messaging:mailboxes")).content.decode()

    assert "lets us in only until" in soon
    assert "no longer lets us in" in over
    assert [one.source for one in endings(now())] == ["mailbox"]

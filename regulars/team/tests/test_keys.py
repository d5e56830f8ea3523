"""API keys: shown once, kept as a hash, quick to check, and counted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.team.actions.keys import KeyRevoked, authenticate_key, create_api_key, revoke_api_key
from regulars.team.actions.limits import TooMany, hit, within
from regulars.team.models import ApiKey, AuditEntry, Member, RateWindow, Role, Team
from regulars.team.rules import Scope, allowed

pytestmark = pytest.mark.django_db


def test_a_key_opens_and_its_secret_is_nowhere_in_the_database(by_olga: Actor) -> None:
    key, secret = create_api_key("Web shop", role=Role.AGENT, by=by_olga)

    kept = ApiKey.objects.values().get()
    assert authenticate_key(f"Bearer {secret}") == key
    assert secret[12:] not in str(kept)
    assert secret[12:] not in str(list(AuditEntry.objects.values()))


def test_what_is_not_a_key_opens_nothing(by_olga: Actor) -> None:
    _key, secret = create_api_key("Web shop", role=Role.AGENT, by=by_olga)
    wrong = [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {secret}",
        secret,
        f"Bearer {secret[:-1]}",
        f"Bearer {secret[:12]}",
        "Bearer rk_",
    ]

    assert [authenticate_key(header) for header in wrong] == [None] * len(wrong)


def test_a_revoked_or_expired_key_opens_nothing(by_olga: Actor) -> None:
    revoked, one = create_api_key("A", role=Role.AGENT, by=by_olga)
    _expiring, two = create_api_key("B", role=Role.AGENT, by=by_olga, expires_at=now() + timedelta(days=1))
    revoke_api_key(revoked, by=by_olga, at=now())
    was_open = authenticate_key(f"Bearer {two}") is not None

    with time_machine.travel(now() + timedelta(days=2)):
        later = authenticate_key(f"Bearer {two}")

    assert (authenticate_key(f"Bearer {one}"), was_open, later) == (None, True, None)
    with pytest.raises(KeyRevoked):
        revoke_api_key(revoked, by=by_olga, at=now())


def test_checking_a_key_is_one_query_and_its_use_is_noted_once_a_minute(
    by_olga: Actor, django_assert_num_queries: Callable[[int], Any]
) -> None:
    _key, secret = create_api_key("Web shop", role=Role.OWNER, by=by_olga)
    authenticate_key(f"Bearer {secret}")
    first = ApiKey.objects.get().last_used_at

    with django_assert_num_queries(1):
        authenticate_key(f"Bearer {secret}")
    with time_machine.travel(now() + timedelta(seconds=61)):
        authenticate_key(f"Bearer {secret}")

    last = ApiKey.objects.get().last_used_at
    assert first is not None
    assert last is not None
    assert last - first >= timedelta(seconds=60)


def test_scopes_narrow_what_the_role_may_do(by_olga: Actor, north: Team) -> None:
    key, _secret = create_api_key(
        "Reader", role=Role.AGENT, by=by_olga, scopes=["people.see", "orders"], teams=[north]
    )

    reach = {
        verb: allowed(key, verb)
        for verb in ("people.see", "people.change", "orders.see", "orders.change", "keys.change")
    }

    assert reach == {
        "people.see": Scope.TEAM,
        "people.change": Scope.NONE,
        "orders.see": Scope.TEAM,
        "orders.change": Scope.TEAM,
        "keys.change": Scope.NONE,
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " ", "role": "agent"}, "name"),
        ({"name": "A", "role": "king"}, "role"),
        ({"name": "A", "role": "agent", "scopes": ["people.eat"]}, "scopes"),
        ({"name": "A", "role": "agent", "expires_at": now() - timedelta(days=1)}, "expires_at"),
    ],
)
def test_a_senseless_key_is_refused(values: dict[str, Any], field: str, by_olga: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        create_api_key(**values, by=by_olga)

    assert list(refused.value.fields) == [field]


def test_the_page_shows_a_new_key_once(olga: Member, signed_in: Callable[[Member], Client]) -> None:
    client = signed_in(olga)

    made = client.post(
        "/settings/keys/new", {"name": "Web shop", "role": "agent", "expires_on": "2031-01-31"}
    )
    listed = client.get("/settings/keys/").content.decode()

    key = ApiKey.objects.get()
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert secret[12:] not in listed
    assert key.prefix in listed
    assert authenticate_key(f"Bearer {secret}") == key
    assert key.expires_at is not None
    assert key.expires_at.year == 2031


def test_tries_are_counted_in_one_statement(django_assert_num_queries: Callable[[int], Any]) -> None:
    with time_machine.travel("2026-03-01T12:00:10Z", tick=False):
        with django_assert_num_queries(1):
            first = hit("key:1", 2, 60)
        rest = [hit("key:1", 2, 60).is_within for _n in range(2)]
        other = hit("key:2", 2, 60).is_within

    assert (first.hits, first.remaining, first.seconds_left) == (1, 1, 50)
    assert (rest, other) == ([True, False], True)
    assert RateWindow.objects.count() == 2


def test_a_new_window_starts_a_new_count() -> None:
    with time_machine.travel("2026-03-01T12:00:59Z", tick=False):
        within("x", 1, 60)
        with pytest.raises(TooMany):
            within("x", 1, 60)
    with time_machine.travel("2026-03-01T12:01:00Z", tick=False):
        within("x", 1, 60)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_processes_share_the_count() -> None:
    from django.db import connection

    name = connection.settings_dict["NAME"]
    script = (
        "import os, django; django.setup()\n"
        "from django.db import connection\n"
        f"connection.settings_dict['NAME'] = {name!r}\n"
        "from regulars.team.actions.limits import hit\n"
        "print(sum(hit('shared', 5, 86400).is_within for _ in range(4)))\n"
    )

    started = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _n in range(2)
    ]
    let_in = sum(int(process.communicate(timeout=60)[0]) for process in started)

    assert let_in == 5

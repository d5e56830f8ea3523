"""The console's keys and links, and who a request is from."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from regulars.kit import cli
from regulars.kit.clock import now
from regulars.team.actions.keys import authenticate_key
from regulars.team.actions.limits import hit
from regulars.team.actions.tidying import tidy_up
from regulars.team.middleware import address_of
from regulars.team.models import ApiKey, Member, RateWindow, SignInLink, Team

pytestmark = pytest.mark.django_db


def test_the_console_prints_a_key_that_opens(north: Team, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "token",
        "create",
        "Cash desk",
        "--role",
        "agent",
        "--team",
        "north",
        "--scope",
        "people",
        "--days",
        "30",
    ]

    code = cli.main([*arguments, "--json"])

    told = json.loads(capsys.readouterr().out)
    key = authenticate_key(f"Bearer {told['key']}")
    assert code == 0
    assert key is not None
    assert (key.pk, key.role, key.scopes, key.team_ids) == (told["id"], "agent", ["people"], [north.pk])


def test_a_link_leads_to_the_port_that_is_served(
    olga: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGULARS_DATA", str(tmp_path))
    (tmp_path / "run.json").write_text('{"mark": "x", "pids": {}, "address": "http://localhost:8930"}')

    cli.main(["sign-in-link"])

    assert capsys.readouterr().out.startswith("http://localhost:8930/enter/")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--role", "agent", "--scope", "people.eat"], "There is no such permission: people.eat"),
        (["--role", "agent", "--team", "Nowhere"], "There is no team “Nowhere”."),
    ],
)
def test_the_console_refuses_in_one_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["token", "create", "X", *arguments])

    assert (code, ApiKey.objects.count()) == (1, 0)
    assert words in capsys.readouterr().err


def test_the_console_prints_links_for_the_owner_and_for_anyone(
    olga: Member, aino: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [
        cli.main(["sign-in-link"]),
        cli.main(["sign-in-link", "AINO@aalto.example"]),
        cli.main(["sign-in-link", "no@x.example"]),
    ]

    shown = capsys.readouterr().out.split()
    paths = ["/" + link.split("/", 3)[3] for link in shown]
    assert codes == [0, 0, 1]
    assert [Client().get(path).context["one"] for path in paths] == [olga, aino]


@pytest.mark.parametrize(
    ("behind_proxy", "headers", "remote", "address"),
    [
        (False, {"X-Forwarded-For": "198.51.100.9"}, "203.0.113.7", "203.0.113.7"),
        (True, {"X-Forwarded-For": "10.0.0.1, 198.51.100.9"}, "127.0.0.1", "198.51.100.9"),
        (True, {"X-Forwarded-For": "not an address"}, "127.0.0.1", None),
        (False, {}, "2001:db8::7", "2001:db8::7"),
        (False, {}, "", None),
    ],
)
def test_the_callers_address_is_the_proxys_word_only_where_it_is_trusted(
    behind_proxy: bool, headers: dict[str, str], remote: str, address: str | None
) -> None:
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)

    with override_settings(BEHIND_PROXY=behind_proxy):
        assert address_of(request) == address


def test_being_here_is_noted_every_five_minutes(aino: Member, signed_in: Callable[[Member], Client]) -> None:
    client, seen = signed_in(aino), []
    for minutes in (0, 4, 6):
        with time_machine.travel(now() + timedelta(minutes=minutes)):
            client.get("/settings/")
        aino.refresh_from_db()
        seen.append(aino.last_seen_at)

    assert seen[0] == seen[1]
    assert seen[2] > seen[1]


def test_pages_speak_the_members_language_and_time(
    aino: Member, signed_in: Callable[[Member], Client]
) -> None:
    Member.objects.filter(pk=aino.pk).update(language="fi", time_zone="Asia/Tokyo")

    page = signed_in(aino).get("/settings/").content.decode()

    assert '<html lang="fi"' in page
    assert '<option value="Asia/Tokyo" selected>' in page


def test_tidying_forgets_what_has_lost_its_meaning(olga: Member) -> None:
    with time_machine.travel(now() - timedelta(days=3)):
        hit("old", 1, 60)
        cli.main(["sign-in-link"])
    hit("new", 1, 60)

    tidy_up(at=now())

    assert list(RateWindow.objects.values_list("subject", flat=True)) == ["new"]
    assert not SignInLink.objects.exists()

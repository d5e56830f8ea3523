from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from regulars.team.models import Member, Team
from tests.cast import a_person

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_list_of_one_page_says_its_number_at_once(signed_in: SignIn, olga: Member) -> None:
    a_person("Ada Berg")
    a_person("Eve Cole")

    page = text_of(signed_in(olga), "/people/")

    assert "2 in this list" in page
    assert "part=count" not in page


def test_a_longer_list_asks_for_its_number_after_it_is_shown(signed_in: SignIn, olga: Member) -> None:
    for number in range(3):
        a_person(f"P{number} Same", city="Oulu")
    a_person("Zoë Aho", city="Turku")
    oulu = '{"field":"city","op":"is","value":"Oulu"}'

    page = text_of(signed_in(olga), f"/people/?limit=2&filter={oulu}")
    (address,) = re.findall(r'hx-get="([^"]*part=count[^"]*)"', page)

    assert "in this list" not in page
    assert text_of(signed_in(olga), unescape(address)).strip() == "3 in this list"


def test_the_number_counts_only_whom_one_may_see(
    signed_in: SignIn, aino: Member, north: Team, south: Team
) -> None:
    a_person("Ours Own", team=north)
    a_person("Their Own", team=south)

    assert text_of(signed_in(aino), "/people/?part=count").strip() == "1 in this list"


def test_a_refused_filter_has_no_number(signed_in: SignIn, olga: Member) -> None:

    assert text_of(signed_in(olga), '/people/?part=count&filter={"field":"gone"}').strip() == "&nbsp;"

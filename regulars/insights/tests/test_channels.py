"""What winning customers cost by channel and campaign: each row by hand, on the page, in the file and by API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.insights.actions.caring import enter_cost
from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.facts.reading import Facts
from regulars.insights.queries.answers import Figure, answer
from regulars.insights.queries.channels import channels
from regulars.insights.queries.wishes import Count
from regulars.insights.tests.invented import Invented, an_ask, an_order
from regulars.insights.tests.invented import a_person as a_buyer
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.team.models import Business, Member
from tests.cast import a_person
from tests.cast import an_order as a_sale

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
TODAY = now().date()
HTMX = {"HX-Request": "true"}


def counted_on(tables: Invented) -> Count:
    return lambda wishes: [answer(one.metric, one.ask, tables) for one in wishes]


def spent(minor: int, by: Actor, **values: Any) -> None:
    days = {"first_on": TODAY - timedelta(days=100), "last_on": TODAY - timedelta(days=1)}
    enter_cost({**days, "kind": "spend", "aim": "win", "amount_minor": minor, **values}, by=by, at=now())


def brought(figure: Figure | None) -> float | None:
    return None if figure is None or figure.value is None else round(figure.value, 4)


@pytest.fixture
def shop() -> Invented:
    """Forty won by Instagram who bring 10 in the first month and 5 in the third; ten by fairs, who cost 4 each and bring 8."""
    first = TODAY - timedelta(days=200)
    orders = [an_order(n, first, 1000) for n in range(40)]
    orders += [an_order(n, first + timedelta(days=70), 500) for n in range(40)]
    orders += [an_order(n, first, 800) for n in range(40, 50)]
    people = [
        a_buyer(n, acquired_channel="Instagram", acquired_campaign="Spring" if n < 10 else "")
        for n in range(40)
    ]
    people += [
        a_buyer(n, acquired_channel="Fair", acquired_cost_minor=400, acquired_currency="EUR")
        for n in range(40, 50)
    ]
    return Invented(orders=orders, people=people)


def test_each_channel_s_row_is_as_by_hand(shop: Invented, business: Business, by_olga: Actor) -> None:
    spent(40_000, by_olga, channel="instagram ")
    spent(10_000, by_olga, channel="Instagram", programme="Spring")
    spent(700, by_olga, channel="Radio")
    spent(300, by_olga)
    spent(9_999, by_olga, channel="Instagram", aim="keep")

    found = channels(counted_on(shop), an_ask(TODAY))

    rows = [
        (one.name, one.campaign, one.spent_minor, one.is_entered, one.people, one.each_minor) for one in found
    ]
    assert rows == [
        ("Instagram", "", 50_000, True, 40, 1250.0),
        ("Instagram", "Spring", 10_000, True, 10, 1000.0),
        ("Fair", "", 4_000, False, 10, 400.0),
        ("Radio", "", 700, True, 0, None),
        ("", "", 300, True, 0, None),
    ]
    # Of the first year six whole months have been lived: 10 and 5. 12.50 are back in the third month, 10 in the first.
    assert [(brought(one.worth), brought(one.ratio), brought(one.payback)) for one in found] == [
        (1500.0, 1.2, 3.0), (1500.0, 1.5, 1.0), (800.0, 2.0, 1.0), (None, None, None), (None, None, None),
    ]  # fmt: skip


def test_what_is_entered_stands_in_the_place_of_what_is_known_of_people(
    shop: Invented, business: Business, by_olga: Actor
) -> None:
    spent(10_000, by_olga, channel="fair")

    assert channels(counted_on(shop), an_ask(TODAY))[0].each_minor == 1000.0


def test_without_a_cost_there_is_no_row(business: Business) -> None:
    nobody = Invented(orders=[an_order(1, TODAY - timedelta(days=9))], people=[a_buyer(1)])

    assert channels(counted_on(nobody), an_ask(TODAY)) == []


@pytest.fixture
def market(business: Business) -> None:
    """Ada and Bo came by the market and bought; Cy came by himself."""
    for name, channel in (("Ada", "=Market"), ("Bo", "=Market"), ("Cy", "")):
        customer = a_person(name, acquired_channel=channel)
        for ago in (90, 20):
            a_sale(customer, total="30", at=now() - timedelta(days=ago))
    refresh_mirror(full=True)


def test_the_page_shows_each_channel_and_opens_its_people(
    market: None, olga: Member, by_olga: Actor, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(olga)
    assert "Enter what a channel cost" in client.get("/insights/caring/channels/").content.decode()
    spent(2_000, by_olga, channel="=market")
    assert 'hx-get="/insights/caring/channels/"' in client.get("/insights/caring/").content.decode()

    page = client.get("/insights/caring/channels/").content.decode()

    assert "10.00" in page
    url = "/insights/behind/new_customers/?by=channel&amp;only=%3DMarket"
    assert url in page
    people = client.get(client.get(url.replace("&amp;", "&"))["Location"]).content.decode()
    assert ">Ada<" in people and ">Bo<" in people and ">Cy<" not in people
    monkeypatch.setattr(Facts, "run", None)
    assert page.strip() in client.get("/insights/caring/").content.decode()


def test_the_file_holds_the_same_and_no_formulas(
    market: None, olga: Member, aino: Member, by_olga: Actor, signed_in: SignIn
) -> None:
    spent(2_000, by_olga, channel="=Market")

    answer = signed_in(olga).get("/insights/caring/channels.csv")

    head, row = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Channel,Campaign,Spent (EUR),Entered,New customers")
    assert row.startswith("'=Market,,20.0,1,2,10.0,")
    assert signed_in(aino).get("/insights/caring/channels.csv").status_code == 403
    assert signed_in(aino).get("/insights/caring/channels/").status_code == 403

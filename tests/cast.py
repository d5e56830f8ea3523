"""The people in every test.

Kahvila Aalto, a small coffee roastery: Olga owns it, Max manages the northern team, Aino answers in it, Mark does the
marketing, Ana reads the numbers, and Sam answers in the southern team. Its customers are made by `a_person` and kin.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.engine.names import sort_key
from regulars.people.models import Company, Identity, Person
from regulars.team.models import ApiKey, Business, Member, Role, Team

PASSWORD = "korvapuusti ja kahvi"
_numbers = count(1)


@pytest.fixture
def business(db: None) -> Business:
    return Business.objects.update_or_create(
        pk=1, defaults={"name": "Kahvila Aalto", "country": "FI", "currency": "EUR"}
    )[0]


@pytest.fixture
def north(business: Business) -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def south(business: Business) -> Team:
    return Team.objects.create(name="South")


def a_member(name: str, role: str, *teams: Team) -> Member:
    """Make a team member who signs in with PASSWORD."""
    member = Member.objects.create_user(f"{name.lower()}@aalto.example", PASSWORD, name=name, role=role)
    member.teams.set(teams)
    return member


@pytest.fixture
def olga(business: Business) -> Member:
    return a_member("Olga", Role.OWNER)


@pytest.fixture
def max_(north: Team) -> Member:
    return a_member("Max", Role.MANAGER, north)


@pytest.fixture
def aino(north: Team) -> Member:
    return a_member("Aino", Role.AGENT, north)


@pytest.fixture
def sam(south: Team) -> Member:
    return a_member("Sam", Role.AGENT, south)


@pytest.fixture
def mark(business: Business) -> Member:
    return a_member("Mark", Role.MARKETER)


@pytest.fixture
def ana(business: Business) -> Member:
    return a_member("Ana", Role.ANALYST)


@pytest.fixture
def everybody(
    olga: Member, max_: Member, aino: Member, sam: Member, mark: Member, ana: Member
) -> dict[str, Member]:
    """All members by role; Sam is the agent of the other team."""
    return {
        "owner": olga,
        "manager": max_,
        "agent": aino,
        "other agent": sam,
        "marketer": mark,
        "analyst": ana,
    }


@pytest.fixture
def by_olga(olga: Member) -> Actor:
    return Actor("member", olga.pk, str(olga), "203.0.113.7", "test", olga.pk)


@pytest.fixture
def signed_in() -> Callable[[Member], Client]:
    def sign_in(member: Member) -> Client:
        client = Client()
        client.force_login(member)
        return client

    return sign_in


def a_person(
    name: str = "",
    *,
    email: str | None = None,
    phone: str | None = None,
    at: datetime | None = None,
    **values: Any,
) -> Person:
    """Make a live person with what matters to the test, straight into the tables."""
    number = next(_numbers)
    name = name or f"Customer {number}"
    first, _, last = name.partition(" ")
    moment = at or now()
    person = Person.objects.create(
        name=name,
        first_name=first,
        last_name=last,
        sort_name=sort_key(first, last),
        created_at=moment,
        updated_at=moment,
        **values,
    )
    for kind, value in (("email", email), ("phone", phone)):
        if value:
            Identity.objects.create(
                person=person, kind=kind, value=value, raw=value, is_primary=True, created_at=moment
            )
    return person


def a_company(name: str = "", **values: Any) -> Company:
    """Make a live company."""
    name = name or f"Company {next(_numbers)}"
    moment = now()
    return Company.objects.create(
        name=name, sort_name=name.casefold(), created_at=moment, updated_at=moment, **values
    )


def an_api_key(role: str = Role.OWNER, **values: Any) -> ApiKey:
    """Make a key row without a usable secret; use team.actions to make one that signs in."""
    number = next(_numbers)
    return ApiKey.objects.create(
        name=f"Key {number}", prefix=f"rk_{number:08d}", secret_hash="0" * 64, role=role, **values
    )


def an_order(
    person: Person | None = None,
    *,
    total: str = "20",
    at: datetime | None = None,
    by: Any = None,
    **values: Any,
) -> Any:
    """Record an order through the action; `lines` may be (code, quantity, unit price) triples."""
    from regulars.commerce.actions import LineDraft, OrderDraft, record_order

    moment = at or now()
    triples = values.pop("lines", None) or [("COFFEE", "1", total)]
    lines = [
        LineDraft(sku=sku, name=sku.title(), quantity=Decimal(quantity), unit_price=Decimal(price))
        for sku, quantity, price in triples
    ]
    draft = OrderDraft(
        person_id=person.pk if person else None,
        placed_at=moment,
        currency=values.pop("currency", "EUR"),
        lines=lines,
        **values,
    )
    return record_order(draft, by=by or Actor.clock("test"), at=max(moment, now())).order


def a_mail(text: str = "Good morning.", *, from_: str = "Ada <ada@example.com>", **headers: str) -> bytes:
    """Write a mail; each has an id of its own unless `Message_ID` says otherwise (empty: none)."""
    number = next(_numbers)
    given = {
        "From": from_,
        "To": "desk@aalto.example",
        "Subject": f"Letter {number}",
        "Date": "Mon, 2 Mar 2026 10:00:00 +0200",
        "Message_ID": f"<{number}@mail.example>",
        "Content_Type": "text/plain; charset=utf-8",
        **headers,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items() if value]
    return "\r\n".join([*lines, "", *text.splitlines(), ""]).encode()


def a_message(raw: bytes | None = None, *, channel: str = "", at: datetime | None = None) -> Any:
    """Take a mail in and read it, through the actions; return its message."""
    from regulars.messaging.actions import channel_named, read_arrival, take_in

    by, moment = Actor.clock("test"), at or now()
    way = channel_named(channel, by=by, at=moment, address="" if channel else "desk@aalto.example")
    arrival = read_arrival(take_in(raw or a_mail(), way, by=by, at=moment), by=by)
    assert arrival.message is not None, arrival.reason
    return arrival.message

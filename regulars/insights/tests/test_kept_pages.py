"""Costs, received wisdom and goals with a memory: counted once of the same facts, never older than what was entered, within one's reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.insights.actions.caring import fix_definitions
from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.facts import reading
from regulars.insights.models import HeldAnswer
from regulars.insights.tests.test_caring_pages import HTMX, a_cost, a_goal
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.team.models import Member
from tests.cast import an_order

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
# Each page, and where its figures are asked for.
PARTS = {
    "/insights/caring/": "/insights/caring/reckoning/",
    "/insights/wisdom/": "/insights/wisdom/tested/",
    "/insights/scorecard/": "/insights/scorecard/standings/",
}


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every question that the engine is asked."""
    asked: list[Any] = []
    run_within = reading.run_within

    def noted(question: Any, interrupt: Any) -> Any:
        asked.append(question)
        return run_within(question, interrupt)

    monkeypatch.setattr(reading, "run_within", noted)
    return asked


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize(("page", "part"), PARTS.items())
def test_a_second_request_asks_the_engine_nothing(
    page: str, part: str, shop: Any, olga: Member, signed_in: SignIn, questions: list[Any]
) -> None:
    client = signed_in(olga)
    client.post("/insights/caring/costs/new/", a_cost(), headers=HTMX)
    client.post("/insights/scorecard/goals/new/", a_goal(baseline="50"), headers=HTMX)
    assert f'hx-get="{part}"' in text_of(client, page)
    assert questions == []
    first = text_of(client, part)
    assert questions
    questions.clear()

    assert text_of(client, part) == first
    # The page brings the figures along, and has nothing left to ask for.
    again = text_of(client, page)
    assert first.strip() in again
    assert f'hx-get="{part}"' not in again
    assert questions == []


@pytest.mark.parametrize(("page", "part"), PARTS.items())
def test_new_facts_are_counted_anew(
    page: str, part: str, shop: Any, olga: Member, signed_in: SignIn, questions: list[Any]
) -> None:
    client = signed_in(olga)
    client.post("/insights/scorecard/goals/new/", a_goal(baseline="50"), headers=HTMX)
    client.get(part)
    an_order(shop["Cy"], at=now() - timedelta(days=3))
    refresh_mirror()
    questions.clear()

    assert f'hx-get="{part}"' in text_of(client, page)
    client.get(part)
    assert questions


def test_a_changed_cost_shows_at_once_and_is_not_counted_for(
    shop: Any, olga: Member, signed_in: SignIn, questions: list[Any]
) -> None:
    client = signed_in(olga)
    client.post("/insights/caring/costs/new/", a_cost(), headers=HTMX)
    assert "+100 %" in text_of(client, "/insights/caring/reckoning/")
    questions.clear()

    client.post("/insights/caring/costs/new/", a_cost(amount="10", programme=""), headers=HTMX)

    assert "+50 %" in text_of(client, "/insights/caring/")
    assert questions == []


def test_a_changed_definition_shows_at_once(
    shop: Any, olga: Member, by_olga: Actor, signed_in: SignIn
) -> None:
    client = signed_in(olga)
    client.post("/insights/caring/costs/new/", a_cost(), headers=HTMX)
    assert "+100 %" in text_of(client, "/insights/caring/reckoning/")

    fix_definitions({"margin": 0.75}, by=by_olga)

    assert "+50 %" in text_of(client, "/insights/caring/reckoning/")


def test_a_changed_goal_shows_at_once(
    shop: Any, olga: Member, signed_in: SignIn, questions: list[Any]
) -> None:
    client = signed_in(olga)
    client.post("/insights/scorecard/goals/new/", a_goal(baseline="50"), headers=HTMX)
    assert "Reached" not in text_of(client, "/insights/scorecard/standings/")
    questions.clear()

    client.post("/insights/scorecard/goals/new/", a_goal(baseline="50", target="60"), headers=HTMX)

    assert "Reached" in text_of(client, "/insights/scorecard/")
    assert questions == []


def test_what_was_counted_for_an_owner_is_not_shown_to_an_agent(
    shop: Any, olga: Member, aino: Member, sam: Member, signed_in: SignIn
) -> None:
    owner, north, south = (signed_in(one) for one in (olga, aino, sam))
    owner.post("/insights/scorecard/goals/new/", a_goal(baseline="50"), headers=HTMX)
    assert "66.7 %" in text_of(owner, "/insights/scorecard/standings/")
    text_of(owner, "/insights/wisdom/tested/")
    kept = set(HeldAnswer.objects.values_list("key", flat=True))

    for agent, own in ((north, "50.0 %"), (south, "100.0 %")):
        assert 'hx-get="/insights/scorecard/standings/"' in text_of(agent, "/insights/scorecard/")
        assert 'hx-get="/insights/wisdom/tested/"' in text_of(agent, "/insights/wisdom/")
        shown = text_of(agent, "/insights/scorecard/standings/")
        assert own in shown
        assert "66.7 %" not in shown
    assert set(HeldAnswer.objects.values_list("key", flat=True)) > kept


def test_a_part_that_is_refused_says_why_and_offers_another_try(olga: Member, signed_in: SignIn) -> None:
    """Nothing has been mirrored yet."""
    shown = text_of(signed_in(olga), "/insights/wisdom/tested/")

    assert "being prepared for the first time" in shown
    assert 'hx-get="/insights/wisdom/tested/"' in shown

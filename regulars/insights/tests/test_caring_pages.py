"""The pages of costs, received wisdom and goals: entered, corrected, taken out and taken back, and shown within one's reach."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from regulars.insights.engine import pictures
from regulars.insights.forms import stored, typed
from regulars.insights.models import Cost, Definition, Goal
from regulars.insights.queries.answers import Figure, find_metric
from regulars.insights.queries.boards import READY
from regulars.insights.queries.wisdom import CLAIMS, judge
from regulars.insights.views.wisdom import drawing
from regulars.kit.clock import now
from regulars.kit.metrics import metrics
from regulars.people.models import View
from regulars.team.models import Business, Member, Team

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
TODAY = now().date()
HTMX = {"HX-Request": "true"}


def a_cost(**values: Any) -> dict[str, Any]:
    days = {"first_on": TODAY - timedelta(days=9), "last_on": TODAY - timedelta(days=1)}
    return {"amount": "30,00", "kind": "gifts", "aim": "keep", "programme": "Birthday", **days, **values}


def a_goal(**values: Any) -> dict[str, Any]:
    days = {"baseline_on": TODAY, "due_on": TODAY + timedelta(days=90)}
    return {"metric": "repurchase_rate", "target": "80", "baseline": "", **days, **values}


def taken_back(client: Client, answer: Any) -> Any:
    """Press what the toast of an answer offers to take the step back."""
    undo = [str(said.extra_tags) for said in get_messages(answer.wsgi_request)][-1]
    assert undo.startswith("/insights/undo/")
    return client.post(undo, headers=HTMX)


def test_pictures_lie_where_their_example_says() -> None:
    assert doctest.testmod(pictures).failed == 0


def test_ready_dashboards_name_only_measures_there_are() -> None:
    for board in READY.values():
        for tile in board.tiles:
            assert tile.metric in metrics(), (board.slug, tile.metric)
            assert tile.by in ("", "period", *metrics()[tile.metric].groups), (board.slug, tile)


def test_without_costs_the_page_says_what_to_do(shop: Any, olga: Member, signed_in: SignIn) -> None:
    client = signed_in(olga)

    page = client.get("/insights/caring/").content.decode()
    assert "Enter the first cost" in page
    assert 'hx-get="/insights/caring/reckoning/"' in page
    reckoning = client.get("/insights/caring/reckoning/").content.decode()
    assert "Known as soon as a cost of keeping customers is entered." in reckoning


def test_a_cost_is_entered_corrected_taken_out_and_taken_back(
    shop: Any, olga: Member, signed_in: SignIn
) -> None:
    client = signed_in(olga)
    assert "spread evenly" in client.get("/insights/caring/costs/new/", headers=HTMX).content.decode()

    client.post("/insights/caring/costs/new/", a_cost(), headers=HTMX)
    cost = Cost.objects.get()
    assert (cost.amount_minor, cost.programme) == (3000, "Birthday")
    # 40 of Ada's and 20 of Bo's came back for 30.
    reckoning = client.get("/insights/caring/reckoning/").content.decode()
    assert "+100 %" in reckoning
    assert "Say for which list of people it was" in reckoning

    url = f"/insights/caring/costs/{cost.pk}/"
    assert 'value="30.00"' in client.get(url, headers=HTMX).content.decode()
    answer = client.post(url, a_cost(amount="20"), headers=HTMX)
    assert "+200 %" in client.get("/insights/caring/reckoning/").content.decode()
    taken_back(client, answer)
    cost.refresh_from_db()
    assert cost.amount_minor == 3000

    answer = client.post(f"{url}removal/", headers=HTMX)
    assert "Birthday" not in client.get("/insights/caring/").content.decode()
    taken_back(client, answer)
    assert "Birthday" in client.get("/insights/caring/").content.decode()


def test_a_cost_that_cannot_be_shows_why_beside_its_field(shop: Any, olga: Member, signed_in: SignIn) -> None:
    said = a_cost(amount="much", last_on=TODAY - timedelta(days=99))

    answer = signed_in(olga).post("/insights/caring/costs/new/", said, headers=HTMX)

    assert answer.status_code == 422
    assert "is not a number" in answer.content.decode()
    answer = signed_in(olga).post("/insights/caring/costs/new/", {**said, "amount": "3"}, headers=HTMX)
    assert "The last day is before the first." in answer.content.decode()


def test_a_programme_opens_the_people_its_list_brought_back(
    shop: Any, olga: Member, north: Team, signed_in: SignIn
) -> None:
    theirs = {"field": "team", "op": "any_of", "value": [north.pk]}
    chosen = View.objects.create(subject="person", name="North", author=olga, is_shared=True, filter=theirs)
    client = signed_in(olga)
    client.post("/insights/caring/costs/new/", a_cost(people=chosen.pk), headers=HTMX)

    reckoning = client.get("/insights/caring/reckoning/").content.decode()

    assert "+33 %" in reckoning
    url = f"/insights/behind/value_back/?segment={chosen.pk}"
    assert url in reckoning
    page = client.get(client.get(url)["Location"]).content.decode()
    assert ">Ada<" in page
    assert ">Bo<" not in page


def test_answering_counts_as_soon_as_an_hour_has_a_price(shop: Any, olga: Member, signed_in: SignIn) -> None:
    client = signed_in(olga)

    client.post("/insights/caring/hour/", {"hourly": "28", "minutes_per_conversation": "7,5"}, headers=HTMX)

    fixed = dict(Definition.objects.values_list("name", "value"))
    assert fixed == {"hourly_minor": 2800, "minutes_per_conversation": 7.5}
    assert 'value="28.00"' in client.get("/insights/caring/hour/", headers=HTMX).content.decode()


def test_wisdom_says_when_too_few_and_draws_what_can_be_said(
    shop: Any, aino: Member, signed_in: SignIn
) -> None:
    client = signed_in(aino)

    assert 'hx-get="/insights/wisdom/tested/"' in client.get("/insights/wisdom/").content.decode()
    page = client.get("/insights/wisdom/tested/").content.decode()
    assert page.count("Too few here to say") + page.count("Nothing to compare") == len(CLAIMS) - 1
    assert "claim-picture" not in page

    drawn = drawing(judge(CLAIMS[0], Figure("", 0.41, 900, low=0.30, high=0.52)))
    assert drawn is not None
    told, _upper, level = drawn.marks
    assert level.at < drawn.start < drawn.value.at < drawn.start + drawn.length < told.at


def test_a_goal_is_set_changed_noted_and_taken_back(shop: Any, olga: Member, signed_in: SignIn) -> None:
    client = signed_in(olga)
    assert "Choose the first measure" in client.get("/insights/scorecard/").content.decode()

    client.post("/insights/scorecard/goals/new/", a_goal(owner=olga.pk), headers=HTMX)
    goal = Goal.objects.get()
    # Without a baseline it is what the measure is today: two of three came back.
    assert (round(goal.baseline, 3), goal.target, goal.owner) == (0.667, 0.8, olga)
    shown = client.get("/insights/scorecard/standings/").content.decode()
    assert "66.7 %" in shown
    assert "Olga" in shown
    assert "/insights/behind/repurchase_rate/" in shown

    url = f"/insights/scorecard/goals/{goal.pk}/"
    assert 'value="80"' in client.get(url, headers=HTMX).content.decode()
    answer = client.post(url, a_goal(target="60,5", baseline="50"), headers=HTMX)
    goal.refresh_from_db()
    assert (goal.baseline, goal.target) == (0.5, 0.605)
    assert "Reached" in client.get("/insights/scorecard/standings/").content.decode()
    taken_back(client, answer)
    goal.refresh_from_db()
    assert goal.target == 0.8

    noted = {"text": "Write to all", "on": TODAY - timedelta(days=30)}
    answer = client.post(f"{url}deeds/new/", noted, headers=HTMX)
    assert "Write to all" in client.get("/insights/scorecard/standings/").content.decode()
    taken_off = client.post(f"{url}deeds/1/removal/", headers=HTMX)
    assert "Write to all" not in client.get("/insights/scorecard/standings/").content.decode()
    taken_back(client, taken_off)
    assert [deed["text"] for deed in Goal.objects.get().deeds] == ["Write to all"]

    answer = client.post(f"{url}removal/", headers=HTMX)
    assert "Choose the first measure" in client.get("/insights/scorecard/").content.decode()
    taken_back(client, answer)
    assert "Choose the first measure" not in client.get("/insights/scorecard/").content.decode()


def test_an_agent_sees_goals_of_their_own_people_and_changes_none(
    shop: Any, olga: Member, aino: Member, signed_in: SignIn
) -> None:
    signed_in(olga).post("/insights/scorecard/goals/new/", a_goal(), headers=HTMX)
    goal, agent = Goal.objects.get(), signed_in(aino)

    shown = agent.get("/insights/scorecard/standings/").content.decode()

    # Of Ada and Cy one came back.
    assert "50.0 %" in shown
    assert "Change it" not in shown
    assert "Add a measure" not in agent.get("/insights/scorecard/").content.decode()
    for path in (
        "goals/new/",
        f"goals/{goal.pk}/",
        f"goals/{goal.pk}/removal/",
        f"goals/{goal.pk}/deeds/new/",
    ):
        assert agent.post(f"/insights/scorecard/{path}", a_goal(), headers=HTMX).status_code == 403
    for path in ("", "reckoning/", "hour/", "costs/new/"):
        assert agent.get(f"/insights/caring/{path}").status_code == 403


def test_the_pages_are_reached_from_boards_and_palette(
    shop: Any, olga: Member, aino: Member, signed_in: SignIn
) -> None:
    owner, agent = (signed_in(one).get("/insights/boards/caring/").content.decode() for one in (olga, aino))

    for path in ("caring", "wisdom", "scorecard"):
        assert owner.count(f'href="/insights/{path}/"') >= 2, path
    assert 'href="/insights/caring/"' not in agent
    assert 'href="/insights/wisdom/"' in agent


def test_numbers_are_typed_as_they_are_read(business: Business) -> None:
    rate, money = find_metric("repurchase_rate"), find_metric("sales_per_customer")

    assert (stored(rate, 45), typed(rate, 0.45)) == (0.45, 45.0)
    assert (stored(money, 12.5), typed(money, 1250)) == (1250.0, 12.5)


def test_nobody_takes_back_what_another_address_says(shop: Any, olga: Member, signed_in: SignIn) -> None:
    assert signed_in(olga).post("/insights/undo/nothing/", headers=HTMX).status_code == 409

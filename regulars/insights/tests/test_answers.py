"""Figures from the demo of a few customers: whose they are, how sure they are, and who stands behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.facts.reading import open_facts
from regulars.insights.queries.answers import NoSuchGrouping, NoSuchMetric, answer, find_metric, people_behind
from regulars.insights.queries.whose import NoSuchSegment, find_segment, people_of
from regulars.kit.cli import main
from regulars.kit.clock import now
from regulars.kit.metrics import Ask
from regulars.people.models import Person, View
from regulars.team.models import Business, Member, Team
from tests.cast import a_person, an_order

pytestmark = pytest.mark.django_db
TODAY = now().date()
ASK = Ask(today=TODAY, until=TODAY + timedelta(days=1))


@pytest.fixture
def shop(business: Business, north: Team, south: Team) -> dict[str, Person]:
    """Ada of the north came back; Bob of the north did not; Cid of the south came three times; a guest bought once."""
    people = {
        "ada": a_person("Ada", team=north, acquired_channel="fair"),
        "bob": a_person("Bob", team=north, acquired_channel="friend"),
        "cid": a_person("Cid", team=south, acquired_channel="fair"),
    }
    for name, days in {"ada": (50, 20), "bob": (40,), "cid": (30, 20, 10)}.items():
        for ago in days:
            an_order(people[name], at=now() - timedelta(days=ago), total="10")
    an_order(None, at=now() - timedelta(days=3), total="500")
    refresh_mirror()
    return people


def asked(name: str, seer: Any, tree: Any = None, ask: Ask = ASK) -> list[tuple[str, float | None, int]]:
    with open_facts() as facts:
        found = answer(find_metric(name), ask, facts.of(people_of(seer, tree)))
    return [(one.group, one.value, one.n) for one in found.figures]


def test_an_agent_sees_figures_of_the_own_team_and_the_owner_of_all(
    shop: Mapping[str, Person], everybody: Mapping[str, Member]
) -> None:
    assert asked("repurchase_rate", everybody["owner"]) == [("", pytest.approx(2 / 3), 3)]
    assert asked("repurchase_rate", everybody["agent"]) == [("", 0.5, 2)]
    assert asked("historic_value", everybody["other agent"]) == [("", 3000.0, 1)]


def test_a_question_compiled_once_is_answered_about_each_ones_own_people(
    shop: Mapping[str, Person], everybody: Mapping[str, Member]
) -> None:
    north, south = everybody["agent"], everybody["other agent"]

    with open_facts() as facts:
        of_north, of_south = (facts.of(people_of(agent)) for agent in (north, south))
        rates = [
            answer(find_metric("repurchase_rate"), ASK, narrowed).figures[0].value
            for narrowed in (of_north, of_south, of_north, facts)
        ]

    assert rates == [0.5, 1.0, 0.5, pytest.approx(2 / 3)]


def test_a_segment_narrows_and_groups_tell_apart(shop: Mapping[str, Person], olga: Member) -> None:
    by_channel = Ask(today=ASK.today, until=ASK.until, group="channel")
    fair = {"field": "acquired_channel", "op": "is", "value": "fair"}

    assert asked("historic_value", olga, fair) == [("", 2500.0, 2)]
    assert asked("repurchase_rate", olga, None, by_channel) == [("fair", 1.0, 2), ("friend", 0.0, 1)]
    assert asked("repurchase_rate", olga, {"field": "acquired_channel", "op": "is", "value": "nobody"}) == []


def test_every_figure_opens_the_people_behind_it(shop: Mapping[str, Person], olga: Member) -> None:
    with open_facts() as facts:
        assert people_behind(find_metric("repurchase_rate"), ASK, facts) == sorted(
            [shop["ada"].pk, shop["cid"].pk]
        )


def test_a_period_counts_its_own_days_alone(shop: Mapping[str, Person], olga: Member) -> None:
    recent = Ask(today=TODAY, until=ASK.until, since=TODAY - timedelta(days=25))

    assert asked("repurchase_rate", olga, None, recent) == [("", 0.5, 2)]


def test_a_rate_says_how_sure_it_is(shop: Mapping[str, Person], olga: Member) -> None:
    with open_facts() as facts:
        (figure,) = answer(find_metric("repurchase_rate"), ASK, facts).figures

    assert (figure.k, figure.n, figure.is_small) == (2, 3, True)
    assert figure.low == pytest.approx(0.2077, abs=1e-4)
    assert figure.high == pytest.approx(0.9385, abs=1e-4)


def test_what_does_not_exist_is_refused_in_words(
    shop: Mapping[str, Person], olga: Member, aino: Member
) -> None:
    View.objects.create(subject="person", name="Secret", filter={}, author=olga)
    with pytest.raises(NoSuchMetric, match="luck"):
        find_metric("luck")
    with pytest.raises(NoSuchSegment, match="Secret"):
        find_segment("Secret", aino)
    with open_facts() as facts, pytest.raises(NoSuchGrouping, match="weather"):
        answer(find_metric("repurchase_rate"), Ask(today=TODAY, until=TODAY, group="weather"), facts)


def test_the_console_tells_it_as_json(
    shop: Mapping[str, Person], olga: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    View.objects.create(
        subject="person",
        name="Fair",
        filter={"field": "acquired_channel", "op": "is", "value": "fair"},
        author=olga,
    )
    day = date.isoformat(ASK.until)

    assert main(["insights", "show", "repurchase_rate", "--segment", "fair", "--until", day, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    (figure,) = told["figures"]
    assert (told["metric"], told["unit"], figure["k"], figure["n"]) == ("repurchase_rate", "rate", 2, 2)
    assert told["age_seconds"] >= 0

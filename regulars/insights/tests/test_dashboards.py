"""Dashboards: figures are asked, kept, compared, opened as lists within one's reach, arranged and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import ANY
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from regulars.insights.actions.asking import sweep_answers
from regulars.insights.actions.boards import note_on_charts
from regulars.insights.actions.mailing import send_due, subscribe
from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.models import Annotation, Crowd, Dashboard, HeldAnswer, Mailing
from regulars.insights.queries.answers import Answer, Figure
from regulars.insights.queries.asking import question_of
from regulars.insights.queries.boards import READY
from regulars.insights.queries.comparing import difference
from regulars.insights.queries.showing import show
from regulars.insights.reactions import forget_them
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.metrics import metrics
from regulars.people.actions import delete_person, erase_people
from regulars.people.events import PersonErased
from regulars.people.models import View
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Member, Team
from tests.cast import an_order

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
RATE = "/insights/tiles/repurchase_rate/"


def listed(client: Client, answer: Any) -> set[str]:
    """Return who stands on the list that an answer leads to."""
    page = client.get(answer["Location"]).content.decode()
    return {name for name in ("Ada", "Bo", "Cy") if f">{name}<" in page}


def test_the_first_page_leads_to_the_first_dashboard(shop: Any, max_: Member, signed_in: SignIn) -> None:
    client = signed_in(max_)

    assert client.get("/insights/")["Location"] == "/insights/boards/value/"
    page = client.get("/insights/boards/value/").content.decode()
    assert all(str(board.name) in page for board in READY.values())
    assert 'hx-get="/insights/tiles/sales_per_customer/' in page
    assert "Figures of " in page


def test_a_tile_tells_value_interval_and_on_how_many(shop: Any, max_: Member, signed_in: SignIn) -> None:
    page = signed_in(max_).get(RATE).content.decode()

    assert "66.7 %" in page
    assert "3 customers" in page
    assert "20.8 % to 93.9 %" in page
    assert str(metrics()["repurchase_rate"].definition) in page
    # Three are not to be read closely.
    assert "few" in page


def test_a_figure_opens_the_people_behind_it(shop: Any, max_: Member, signed_in: SignIn) -> None:
    client = signed_in(max_)

    assert listed(client, client.get("/insights/behind/repurchase_rate/")) == {"Ada", "Bo"}


def test_an_agent_s_figures_and_lists_hold_only_their_own(
    shop: Any, aino: Member, sam: Member, signed_in: SignIn
) -> None:
    north, south = signed_in(aino), signed_in(sam)

    assert "2 customers" in north.get(RATE).content.decode()
    assert "1 customer<" in south.get(RATE).content.decode()
    assert listed(north, north.get("/insights/behind/repurchase_rate/")) == {"Ada"}
    # What one agent opened shows another nobody of the first one's customers.
    told = north.get("/insights/behind/repurchase_rate/")
    assert listed(south, told) == set()


def test_what_was_asked_once_is_not_counted_again(
    shop: Any, max_: Member, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(max_)
    first = client.get(RATE).content

    def no_counting(*_asked: Any) -> Any:
        pytest.fail("It was counted again.")

    monkeypatch.setattr("regulars.insights.actions.asking.counting", no_counting)

    assert client.get(RATE).content == first
    client.get("/insights/boards/loyalty/")
    assert "66.7 %" in client.get("/insights/boards/loyalty/").content.decode()


def test_new_facts_make_a_new_answer(shop: Any, max_: Member, signed_in: SignIn) -> None:
    client = signed_in(max_)
    client.get(RATE)
    an_order(shop["Cy"], at=now() - timedelta(days=3))
    refresh_mirror()

    assert "100.0 %" in client.get(RATE).content.decode()


def test_a_list_of_people_narrows_the_figures(shop: Any, max_: Member, signed_in: SignIn) -> None:
    only = {"field": "name", "op": "is", "value": "Cy"}
    view = View.objects.create(subject="person", name="Cy alone", filter=only, is_shared=True)

    page = signed_in(max_).get(RATE, {"segment": str(view.pk)}).content.decode()

    assert "0.0 %" in page and "1 customer" in page


def test_a_period_that_begins_before_the_shop_is_not_judged(
    shop: Any, max_: Member, signed_in: SignIn
) -> None:
    client = signed_in(max_)

    page = client.get("/insights/boards/loyalty/", {"beside": "before"}).content.decode()
    days = {"from": now() - timedelta(days=54), "to": now() - timedelta(days=41)}
    own = {"period": "own", **{name: at.date().isoformat() for name, at in days.items()}}
    short = client.get(RATE, {**own, "beside": "before"}).content.decode()

    assert "begins before the first order" in page
    assert "the period before" in short
    assert "real" not in short


@pytest.mark.parametrize(
    ("now_", "then", "low", "high", "verdict"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339, "better"),
        ((48, 80), (56, 70), -0.3339, -0.0524, "worse"),
        ((5, 10), (6, 10), -0.451, 0.294, "noise"),
    ],
)
def test_a_difference_is_told_from_noise(
    now_: tuple[int, int], then: tuple[int, int], low: float, high: float, verdict: str
) -> None:
    from regulars.insights.metrics.intervals import wilson

    def figure(k: int, n: int) -> Figure:
        below, above = wilson(k, n)
        return Figure("", k / n, n, k, below, above)

    found = difference(metrics()["repurchase_rate"], figure(*now_), figure(*then))

    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))
    assert found.verdict == verdict


def test_every_metric_answers_as_tile_page_and_files(shop: Any, max_: Member, signed_in: SignIn) -> None:
    client = signed_in(max_)
    for name, metric in metrics().items():
        for by in ("", *metric.groups[:2]):
            assert client.get(f"/insights/tiles/{name}/", {"by": by}).status_code == 200, (name, by)
        assert client.get(f"/insights/metrics/{name}/").status_code == 200
        assert client.get(f"/insights/metrics/{name}/figures.csv").status_code == 200


def test_the_file_holds_numbers_with_n_and_interval(shop: Any, max_: Member, signed_in: SignIn) -> None:
    lines = signed_in(max_).get("/insights/metrics/repurchase_rate/figures.csv").content.decode().splitlines()

    assert lines[0] == "\ufeffFigure,Repurchase rate (0–1),95 % from,95 % to,n,k"
    assert lines[1].split(",")[4:] == ["3", "2"]


def test_a_dashboard_is_copied_arranged_and_taken_back(shop: Any, max_: Member, signed_in: SignIn) -> None:
    client = signed_in(max_)
    client.post("/insights/boards/loyalty/copy/")
    mine = Dashboard.objects.get()
    tiles = [tile["id"] for tile in mine.tiles]

    said = client.post(f"/insights/dashboards/{mine.pk}/order/", {"order": ",".join(tiles[::-1])})
    mine.refresh_from_db()
    assert [tile["id"] for tile in mine.tiles] == tiles[::-1]
    client.post(json.loads(said["HX-Trigger"])["toast"]["undo"])
    mine.refresh_from_db()
    assert [tile["id"] for tile in mine.tiles] == tiles

    client.post(f"/insights/dashboards/{mine.pk}/tiles/new/", {"metric": "customers", "by": "", "size": "l"})
    client.post(f"/insights/dashboards/{mine.pk}/tiles/{tiles[0]}/removal/")
    mine.refresh_from_db()
    assert [tile["metric"] for tile in mine.tiles][-1] == "customers"
    assert len(mine.tiles) == len(tiles)
    assert client.get(f"/insights/boards/{mine.pk}/").status_code == 200


def test_a_shared_dashboard_stands_for_the_ready_made_one(
    shop: Any, max_: Member, aino: Member, ana: Member, signed_in: SignIn
) -> None:
    manager = signed_in(max_)
    manager.post("/insights/boards/value/copy/")
    mine = Dashboard.objects.get()
    assert signed_in(aino).get(f"/insights/boards/{mine.pk}/").status_code == 404

    said = {"name": "For the team", "roles": ["agent"], "stands_for": "value"}
    manager.post(f"/insights/dashboards/{mine.pk}/sharing/", said)

    assert "For the team" in signed_in(aino).get("/insights/boards/value/").content.decode()
    assert "For the team" not in signed_in(ana).get("/insights/boards/value/").content.decode()
    assert signed_in(aino).post(f"/insights/dashboards/{mine.pk}/removal/").status_code == 403


def test_what_happened_stands_on_the_charts(
    shop: Any, max_: Member, by_olga: Actor, signed_in: SignIn
) -> None:
    day = (now() - timedelta(days=50)).date()
    note_on_charts(day, "New shelf", author=None, by=by_olga, at=now())

    assert (
        "New shelf" in signed_in(max_).get("/insights/tiles/repeat_share/", {"by": "period"}).content.decode()
    )
    assert Annotation.objects.count() == 1


def test_programs_get_the_same_figures(shop: Any, signed_in: SignIn, by_olga: Actor, north: Team) -> None:
    _row, secret = create_api_key("Reader", role="manager", by=by_olga)
    headers = {"Authorization": f"Bearer {secret}"}
    client = Client(headers=headers)

    listed_ = client.get("/api/v1/insights/metrics").json()["items"]
    asked = client.get("/api/v1/insights/metrics/repurchase_rate").json()
    behind = client.get("/api/v1/insights/metrics/repurchase_rate/people").json()["people"]

    assert {one["name"] for one in listed_} == set(metrics())
    assert (asked["figures"][0]["n"], asked["figures"][0]["k"]) == (3, 2)
    assert set(behind) == {shop["Ada"].pk, shop["Bo"].pk}
    assert client.get("/api/v1/insights/metrics/nonsense").status_code == 409
    assert client.get("/api/v1/insights/metrics/repurchase_rate?by=nonsense").status_code == 409


def test_old_answers_and_crowds_go_unless_a_list_names_them(
    shop: Any, max_: Member, signed_in: SignIn
) -> None:
    client = signed_in(max_)
    client.get(RATE)
    told = client.get("/insights/behind/repurchase_rate/")
    client.get("/insights/behind/customers/")
    tree = json.loads(parse_qs(urlsplit(told["Location"]).query)["filter"][0])
    View.objects.create(subject="person", name="Kept", filter=tree)

    sweep_answers(now() + timedelta(days=60))

    assert HeldAnswer.objects.count() == 0
    assert [crowd.token for crowd in Crowd.objects.all()] == [tree["value"]]


def test_more_tiles_ask_the_database_no_more(
    shop: Any, max_: Member, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(max_)
    client.get("/insights/boards/loyalty/")
    with django_assert_max_num_queries(16):
        client.get("/insights/boards/loyalty/")


def test_a_mail_that_fails_leaves_the_others_and_stays_due(
    shop: Any, aino: Member, max_: Member, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_HOST = "mail.example"
    sent, day = [], now().date()

    def send(to: str, *_said: Any, files: Any) -> None:
        if to == aino.email:
            raise OSError("The disk is full.")
        sent.append(to)

    monkeypatch.setattr("regulars.insights.actions.mailing.send_mail", send)
    for member in (aino, max_):
        subscribe("loyalty", {}, member=member, every="day", at=now(), today=day - timedelta(days=1))

    with pytest.raises(ExceptionGroup, match="could not be mailed: 1, the first for OSError"):
        send_due(at=now(), today=day)

    assert sent == [max_.email]
    assert list(Mailing.objects.filter(next_on__lte=day).values_list("member", flat=True)) == [aino.pk]


def test_a_tile_lists_the_largest_groups_and_leaves_the_rest_to_the_file(
    shop: Any, max_: Member, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(max_)
    monkeypatch.setattr("regulars.insights.queries.showing.MOST_LISTED", 1)

    page = client.get(f"{RATE}?by=team&drawn=bar").content.decode()
    file = client.get("/insights/metrics/repurchase_rate/figures.csv?by=team").content.decode()

    assert "Table of 2 figures" in page
    assert "1 more stands in the" in page
    assert (page.count('<th scope="row">'), "North" in page, "South" in page) == (1, True, False)
    assert len(file.strip().splitlines()) == 3


def test_as_many_bars_are_drawn_as_have_room_for_their_names() -> None:
    found = [
        Figure("", 0.5, 30 - number, more={"step": number, "label": "" if number else "Tea"})
        for number in range(30)
    ]
    metric, question = metrics()["bought_with"], question_of({})
    answer = Answer(metric, question.ask(), found, 1, now())

    shown = show(metric, question, answer, by="", drawn="bar", other=None, address=lambda *_said: "")

    assert len(shown.rows) == 30
    assert (shown.chart["labels"], shown.left_out) == (["Tea", *["Not known"] * 11], 18)


def test_a_dashboard_comes_by_mail_with_the_colleague_s_own_figures(
    shop: Any, aino: Member, signed_in: SignIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        "regulars.insights.actions.mailing.send_mail",
        lambda *said, files: letters.append((*said, files[0].name)),
    )
    client, day = signed_in(aino), now().date()
    assert client.post("/insights/boards/loyalty/mailing/", {"every": "week"}).status_code == 409
    settings.EMAIL_HOST = "mail.example"
    client.post("/insights/boards/loyalty/mailing/?period=all", {"every": "week"})

    assert send_due(at=now(), today=day) == 0
    assert send_due(at=now(), today=day + timedelta(days=7)) == 1
    assert send_due(at=now(), today=day + timedelta(days=7)) == 0

    [(to, _subject, text, file)] = letters
    assert file.startswith("loyalty-")
    assert to == aino.email
    # Of her two customers one came back; the third is nobody of hers.
    assert "Repurchase rate: 50.0 %" in text
    assert "2 customers" in text
    assert "/insights/boards/loyalty/?period=all" in text


def test_who_is_erased_stands_behind_no_figure_any_more(shop: Any, max_: Member, signed_in: SignIn) -> None:
    client = signed_in(max_)
    client.get(RATE)
    client.get("/insights/behind/repurchase_rate/")
    client.get("/insights/behind/customers/")
    ada, bo, cy = (shop[name].pk for name in ("Ada", "Bo", "Cy"))
    assert sorted(sorted(crowd.person_ids) for crowd in Crowd.objects.all()) == [[ada, bo], [ada, bo, cy]]
    assert HeldAnswer.objects.exists()

    delete_person(shop["Ada"], by=Actor.clock("test"), at=now())
    erase_people([ada], by=Actor.clock("test"), at=now())
    forget_them(PersonErased(person_id=ada), ANY)

    assert sorted(sorted(crowd.person_ids) for crowd in Crowd.objects.all()) == [[bo], [bo, cy]]
    assert not HeldAnswer.objects.exists()


def test_a_kept_figure_is_not_shown_to_whoever_may_see_less_now(
    shop: Any, aino: Member, max_: Member, signed_in: SignIn, north: Team, south: Team
) -> None:
    whole = signed_in(max_).get(RATE).content.decode()
    assert "3 customers" in whole
    own = signed_in(aino).get(RATE).content.decode()
    assert "2 customers" in own

    Member.objects.filter(pk=max_.pk).update(role="agent")
    max_.refresh_from_db()
    aino.teams.set([south])

    assert "3 customers" not in signed_in(max_).get(RATE).content.decode()
    assert "2 customers" not in signed_in(Member.objects.get(pk=aino.pk)).get(RATE).content.decode()

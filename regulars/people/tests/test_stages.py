import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from regulars.kit.actor import Actor
from regulars.kit.filters import BadFilter
from regulars.kit.refused import Invalid
from regulars.people.actions import (
    IntervalsOverlap,
    NoWayBack,
    Past,
    ReasonNeeded,
    add_memo,
    change_rule,
    create_rule,
    delete_rule,
    ensure_default_rules,
    evaluate_rules,
    move_health,
    move_stage,
    record_past,
)
from regulars.people.models import Person, StageInterval, StageRule
from regulars.people.queries.stages import stage_history, stage_on, time_in_stages
from regulars.people.tasks.stages import evaluate_all
from regulars.team.models import AuditEntry
from regulars.timeline.models import Touchpoint
from tests.cast import a_person

DAY = timedelta(days=1)
AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
CLOCK = Actor.clock("test")


@pytest.fixture
def memo_rules(db: None) -> None:
    """Replace the rules by ones about memos, which tests can write at will."""
    StageRule.objects.all().delete()
    for place, (axis, value) in enumerate(
        [("stage", "acquired"), ("stage", "nurtured"), ("stage", "retained"), ("health", "lapsed"),
         ("health", "at_risk"), ("health", "wavering"), ("health", "steady")]
    ):  # fmt: skip
        condition = {"field": "memos", "op": "contains", "value": value}
        StageRule.objects.create(
            axis=axis, value=value, name=f"Says {value}", condition=condition, position=place
        )


def say(person: Person, *texts: str) -> None:
    person.memos.all().delete()
    for text in texts:
        add_memo(person, text, by=CLOCK, at=AT)


def evaluate(person: Person, at: datetime) -> tuple[str, str]:
    evaluate_rules([person.pk], by=CLOCK, at=at)
    person.refresh_from_db()
    return person.stage, person.health


def history(person: Person, axis: str = "stage") -> list[tuple[str, datetime, datetime | None]]:
    return [(one.value, one.since, one.until) for one in stage_history(person, axis)]


def test_the_first_move_writes_where_somebody_was_before(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)
    assert history(ada) == [("reached", AT, None)]

    moved = move_stage(ada, "acquired", by=by_olga, at=AT + DAY)

    assert (moved.stage, moved.stage_since) == ("acquired", AT + DAY)
    assert history(ada) == [("reached", AT, AT + DAY), ("acquired", AT + DAY, None)]
    touchpoint = Touchpoint.objects.get(kind="stage.moved")
    assert (touchpoint.label, touchpoint.payload) == (
        "Acquired",
        {"before": "reached", "after": "acquired"},
    )
    assert AuditEntry.objects.get(action="stage.moved").changes == {"stage": ["reached", "acquired"]}


def test_falling_back_needs_a_reason(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)
    move_stage(ada, "retained", by=by_olga, at=AT + DAY)

    with pytest.raises(ReasonNeeded):
        move_stage(ada, "acquired", by=by_olga, at=AT + 2 * DAY)

    move_stage(ada, "acquired", reason="Bought for a friend", by=by_olga, at=AT + 2 * DAY)
    last = stage_history(ada)[-1]
    assert (last.value, last.reason, last.is_by_rule, last.who) == (
        "acquired",
        "Bought for a friend",
        False,
        "Olga",
    )
    with pytest.raises(Invalid):
        move_stage(ada, "legend", by=by_olga, at=AT)


def test_moving_to_where_somebody_is_changes_nothing(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)

    move_stage(ada, "reached", by=by_olga, at=AT + DAY)

    assert not StageInterval.objects.exists()


def test_any_date_can_be_answered(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)
    move_stage(ada, "acquired", by=by_olga, at=AT + DAY)
    move_stage(ada, "advocate", by=by_olga, at=AT + 5 * DAY)

    assert [stage_on(ada, AT + days * DAY) for days in (-1, 0, 0.5, 1, 4, 5, 50)] == [
        "", "reached", "reached", "acquired", "acquired", "advocate", "advocate",
    ]  # fmt: skip
    assert stage_on(a_person("Bob", at=AT), AT + DAY) == "reached"
    assert time_in_stages(ada, AT + 7 * DAY) == {"reached": DAY, "acquired": 4 * DAY, "advocate": 2 * DAY}


def test_two_moves_at_one_moment_both_count(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)

    move_stage(ada, "acquired", by=by_olga, at=AT)
    move_stage(ada, "nurtured", by=by_olga, at=AT)

    ada.refresh_from_db()
    assert ada.stage == "nurtured"
    assert [value for value, _since, _until in history(ada)] == ["reached", "acquired", "nurtured"]


@pytest.mark.usefixtures("memo_rules")
def test_rules_move_forward_only_and_name_themselves_as_the_reason() -> None:
    ada = a_person("Ada", at=AT)
    say(ada, "acquired", "retained", "steady")

    assert evaluate(ada, AT + DAY) == ("retained", "steady")
    say(ada, "acquired", "steady")
    assert evaluate(ada, AT + 2 * DAY) == ("retained", "steady")

    assert stage_history(ada)[-1].reason == "Says retained"
    assert list(Touchpoint.objects.filter(kind__endswith=".moved").values_list("kind", flat=True)) == [
        "stage.moved"
    ]


@pytest.mark.usefixtures("memo_rules")
def test_who_bought_nothing_after_all_is_back_at_the_beginning(by_olga: Actor) -> None:
    ada, eve = a_person("Ada", at=AT), a_person("Eve", at=AT)
    for person in (ada, eve):
        say(person, "acquired", "steady")
        evaluate(person, AT + DAY)
    move_stage(eve, "advocate", by=by_olga, at=AT + 2 * DAY)
    say(ada), say(eve)

    assert evaluate(ada, AT + 3 * DAY) == ("reached", "")
    assert evaluate(eve, AT + 3 * DAY) == ("advocate", "")
    assert [value for value, *_times in history(ada, "health")] == ["steady"]


@pytest.mark.usefixtures("memo_rules")
def test_health_follows_the_first_rule_that_holds_and_a_return_is_celebrated_for_a_while() -> None:
    ada = a_person("Ada", at=AT)
    seen = []

    for day, words in enumerate(
        [
            ["steady"],
            ["wavering", "steady"],
            ["at_risk", "wavering", "steady"],
            ["lapsed", "at_risk"],
            ["steady"],
            ["steady"],
        ]
    ):
        say(ada, "acquired", *words)
        seen.append(evaluate(ada, AT + (day + 1) * DAY)[1])
    seen.append(evaluate(ada, AT + 60 * DAY)[1])

    assert seen == ["steady", "wavering", "at_risk", "lapsed", "won_back", "won_back", "steady"]


@pytest.mark.usefixtures("memo_rules")
def test_rules_respect_a_step_back_by_hand_for_thirty_days(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)
    say(ada, "acquired", "nurtured", "steady")
    evaluate(ada, AT + DAY)
    move_stage(ada, "acquired", reason="A mistake", by=by_olga, at=AT + 2 * DAY)
    move_health(ada, "at_risk", reason="Angry on the phone", by=by_olga, at=AT + 2 * DAY)

    assert evaluate(ada, AT + 3 * DAY) == ("acquired", "at_risk")
    assert evaluate(ada, AT + 40 * DAY) == ("nurtured", "won_back")


@pytest.mark.usefixtures("memo_rules")
def test_a_step_forward_by_hand_holds_nobody_back(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)
    move_stage(ada, "nurtured", reason="Came to the tasting", by=by_olga, at=AT + DAY)
    say(ada, "acquired", "retained")

    assert evaluate(ada, AT + 2 * DAY)[0] == "retained"


@pytest.mark.usefixtures("memo_rules")
def test_a_rule_that_asks_for_what_is_gone_is_passed_over() -> None:
    StageRule.objects.create(
        axis="stage",
        value="advocate",
        name="Broken",
        condition={"field": "gone.field", "op": "is", "value": 1},
    )
    ada = a_person("Ada", at=AT)
    say(ada, "acquired")

    assert evaluate(ada, AT + DAY)[0] == "acquired"


@pytest.mark.usefixtures("memo_rules")
def test_everybody_is_asked_at_night_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.people.actions.stage_rules.BATCH", 2)
    people = [a_person(f"P{n}", at=AT) for n in range(5)]
    for person in people[::2]:
        say(person, "acquired")

    evaluate_all(0)
    evaluate_all(0)

    assert [Person.objects.get(pk=person.pk).stage for person in people] == [
        "acquired", "reached", "acquired", "reached", "acquired",
    ]  # fmt: skip
    assert StageInterval.objects.count() == 6


@pytest.mark.usefixtures("memo_rules")
def test_evaluating_many_takes_as_many_queries_as_evaluating_few(django_assert_max_num_queries: Any) -> None:
    people = [a_person(f"P{n}", at=AT) for n in range(30)]
    for person in people:
        say(person, "acquired", "steady")

    with django_assert_max_num_queries(17):
        assert evaluate_rules([person.pk for person in people], by=CLOCK, at=AT + DAY) == 60


def test_history_is_written_down_silently(by_olga: Actor) -> None:
    ada = a_person("Ada", at=AT)

    record_past(
        [
            Past(ada.pk, "acquired", AT - 90 * DAY, AT - 30 * DAY),
            Past(ada.pk, "retained", AT - 30 * DAY),
            Past(ada.pk, "steady", AT - 90 * DAY, axis="health"),
        ],
        by=by_olga,
    )

    ada.refresh_from_db()
    assert (ada.stage, ada.stage_since, ada.health) == ("retained", AT - 30 * DAY, "steady")
    assert stage_on(ada, AT - 31 * DAY) == "acquired"
    assert list(Touchpoint.objects.order_by("id").values_list("kind", "is_silent", "occurred_at")) == [
        ("stage.moved", True, AT - 90 * DAY),
        ("stage.moved", True, AT - 30 * DAY),
        ("health.moved", True, AT - 90 * DAY),
    ]
    with pytest.raises(IntervalsOverlap):
        record_past([Past(ada.pk, "nurtured", AT - 60 * DAY, AT - 20 * DAY)], by=by_olga)
    with pytest.raises(Invalid):
        record_past([Past(ada.pk, "nurtured", AT, AT - DAY)], by=by_olga)


def test_rules_are_made_changed_and_thrown_away(by_olga: Actor) -> None:
    condition = {"field": "country", "op": "is", "value": "FI"}

    rule = create_rule(
        {"axis": "stage", "value": "advocate", "name": "Finns", "condition": condition}, by=by_olga
    )
    change_rule(rule, is_active=False, by=by_olga)
    delete_rule(rule, by=by_olga)

    assert list(AuditEntry.objects.filter(action="rule.changed").order_by("id").values_list("changes__is_active", flat=True)) == [
        None, [True, False], [False, None],
    ]  # fmt: skip
    with pytest.raises(BadFilter):
        create_rule(
            {
                "axis": "stage",
                "value": "advocate",
                "name": "X",
                "condition": {"field": "nope", "op": "is", "value": 1},
            },
            by=by_olga,
        )
    with pytest.raises(NoWayBack):
        create_rule({"axis": "stage", "value": "reached", "name": "X"}, by=by_olga)
    for wrong in ({"axis": "mood"}, {"value": "steady"}, {"name": " "}):
        with pytest.raises(Invalid):
            create_rule({"axis": "stage", "value": "advocate", "name": "X"} | wrong, by=by_olga)


@pytest.mark.django_db
def test_the_first_rules_can_all_be_asked() -> None:
    StageRule.objects.all().delete()
    ada = a_person("Ada", at=AT)

    assert ensure_default_rules() == 8
    assert ensure_default_rules() == 0

    from regulars.people.actions.stage_rules import _asked

    assert len(_asked(AT).rules) == 8
    assert evaluate(ada, AT + DAY) == ("reached", "")


@pytest.mark.django_db(transaction=True)
def test_two_who_evaluate_at_once_write_one_move() -> None:
    StageRule.objects.all().delete()
    StageRule.objects.create(axis="stage", value="acquired", name="All", condition={})
    ada, together, moves = a_person("Ada", at=AT), threading.Barrier(2), []

    def run() -> None:
        together.wait()
        moves.append(evaluate_rules([ada.pk], by=CLOCK, at=AT + DAY))
        connections.close_all()

    threads = [threading.Thread(target=run) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(moves) == [0, 1]
    assert history(ada) == [("reached", AT, AT + DAY), ("acquired", AT + DAY, None)]
